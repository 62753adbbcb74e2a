"""Extensions: the holder asks for more time before the deadline, a manager of a region above grants or refuses it."""

from typing import TYPE_CHECKING

from dispatch import clocks, realigned
from dispatch.errors import BadInput, Conflict
from dispatch.escalation import above
from dispatch.reach import holds
from dispatch.sla import UNITS
from dispatch.workflow_models import ASKED, GRANTED, LAPSED, REFUSED, Extension

if TYPE_CHECKING:
    from dispatch.commands import Act

DEFAULT_MEASURE = "working_days"
MOST = 1_000  # of any measure: what is more is a slip of the keyboard


def check_extend(act: "Act") -> None:
    """Before the deadline, not too often, and there is somebody who can decide."""
    amount, measure = act.inputs["amount"], act.inputs.setdefault("measure", DEFAULT_MEASURE)
    faults = {}
    if type(amount) is not int or not 1 <= amount <= MOST:
        faults["amount"] = "no_amount"
    if measure not in UNITS:
        faults["measure"] = "unknown"
    if faults:
        raise BadInput("inputs_wrong", fields=faults, verb=act.verb.name)
    clock = clocks.open_clock(act.ticket, "HANDLE")
    if clock is None or clock.state == "breached":
        raise Conflict("extend_late")
    granted = sum(one.state == GRANTED and one.clock is clock for one in act.ticket.extensions)
    if granted >= act.config.limits.extensions:
        raise Conflict("extend_spent", times=act.config.limits.extensions)
    if above(act.db, act.ticket.holder) is None:
        raise Conflict("nobody_above")


def extend(act: "Act") -> None:
    """The holder asks; a manager above who gives it needs nobody's leave."""
    row = Extension(
        clock=clocks.open_clock(act.ticket, "HANDLE"),
        state=ASKED,
        amount=act.inputs["amount"],
        measure=act.inputs["measure"],
        reason=act.inputs["reason"],
        asked_by=act.actor.name or act.actor.login,
        asked_at=act.now,
    )
    act.ticket.extensions.append(row)
    act.ticket.extension_asked = True
    act.detail["granted"] = not holds(act.actor, act.ticket)
    if act.detail["granted"]:
        decide(act, GRANTED)


def approve(act: "Act") -> None:
    decide(act, GRANTED)


def refuse(act: "Act") -> None:
    decide(act, REFUSED)


def lapse(act: "Act") -> None:
    """What was asked for is needed no more: the matter was handled."""
    decide(act, LAPSED)


def decide(act: "Act", state: str) -> None:
    ticket = act.ticket
    row = next(one for one in ticket.extensions if one.state == ASKED)
    row.state, row.decided_at = state, act.now
    row.decided_by = act.actor.name or act.actor.login
    row.decision = act.inputs.get("reason")
    ticket.extension_asked = False
    act.detail |= {"amount": row.amount, "measure": row.measure, "asked_by": row.asked_by}
    if state == GRANTED:
        ticket.extended += 1
        act.detail["times"] = ticket.extended
        realigned.promise(act)
