"""Random field re-checks: of a share of what was handled, somebody of a level above looks before it can be closed.

The number of the ticket decides, so that nobody can choose and everybody can count again. An emergency is not delayed;
of a cluster only the leading ticket is looked at; a citizen's own rating stands for the look.
"""

import hashlib
from typing import TYPE_CHECKING

from dispatch.errors import BadInput
from dispatch.escalation import above

if TYPE_CHECKING:
    from dispatch.commands import Act

DUE, PASSED, FAILED, WAIVED = "due", "passed", "failed", "waived"


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


def waive(act: "Act") -> None:
    if act.ticket.recheck == DUE:
        act.ticket.recheck = WAIVED
