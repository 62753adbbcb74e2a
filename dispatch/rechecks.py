"""Random field re-checks: of a share of what was handled, somebody of a level above looks before it can be closed.

The number of the ticket decides, so that nobody can choose and everybody can count again. An emergency is not delayed;
of a cluster only the leading ticket is looked at. A citizen's own rating counts at once, and closes nothing before
somebody has looked.
"""

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from dispatch import clocks
from dispatch.errors import BadInput
from dispatch.escalation import above
from dispatch.models import Ticket
from dispatch.workflow import CLOSED, Verb

if TYPE_CHECKING:
    from dispatch.commands import Act

DUE, PASSED, FAILED = "due", "passed", "failed"


def drawn(number: str, percent: int) -> bool:
    """Whether the ticket with this number belongs to the share, `percent` of all."""
    draw = int.from_bytes(hashlib.sha256(number.encode()).digest()[:8]) % 10_000
    return draw < percent * 100


def decide(act: "Act") -> None:
    """When a matter was handled: whether somebody has to look at it."""
    ticket = act.ticket
    spared = ticket.urgency == "emergency" or ticket.lead is not None or above(act.db, ticket.holder) is None
    ticket.recheck = DUE if not spared and drawn(ticket.number, act.config.limits.recheck_percent) else ""
    if ticket.recheck:
        act.detail["recheck"] = True


def check_recheck(act: "Act") -> None:
    if not isinstance(act.inputs["resolved"], bool):
        raise BadInput("inputs_wrong", fields={"resolved": "yes_or_no"}, verb=act.verb.name)
    if not act.inputs["resolved"] and not act.inputs.get("note"):
        raise BadInput("inputs_wrong", fields={"note": "missing"}, verb=act.verb.name)


def row_for(row: Verb, ticket: Ticket) -> Verb:
    """The row that is carried out: while a look is due a rating leaves state and clock as they are."""
    return replace(row, to=None, stops=()) if row.name == "rate" and ticket.recheck == DUE else row


def look(act: "Act") -> None:
    """Seen on the spot. What is resolved is closed when the citizen said so already; what is not goes back at once."""
    ticket, resolved = act.ticket, act.inputs["resolved"]
    ticket.recheck = PASSED if resolved else FAILED
    if resolved and ticket.resolved:
        clocks.stop(ticket, "CALL_BACK", act.now)
        ticket.status = CLOSED
