"""Handled together: what is done to the ticket that leads a cluster is done to the others of it, each with its own
event, clocks and deadline.

A ticket that another unit has signed in stays with that unit (the first receiver leads); one that waits for its
call-back, or has ended, has had its answer. Both are left out, and the leading event says so.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dispatch.clusters import locked
from dispatch.escalation import advance
from dispatch.models import Event, Ticket
from dispatch.workflow import DISPATCHED, RECEIVED, SIGNED_IN

if TYPE_CHECKING:
    from dispatch.commands import Act

OWN = ("photos", "unit")  # inputs that stay with the leading ticket: its files, and the unit, which is its holder
REASON = {"reason": "与主单并办", "reason_en": "Together with the leading ticket"}


def spread(act: "Act", event: Event, held_before: int) -> None:
    """Adds to the act what the other tickets of the cluster get; `held_before` is who held the lead until now."""
    row, lead = act.verb, act.ticket
    if row.spreads is None or lead.lead is not None or not lead.repeats:
        return
    together: list[Ticket] = []
    apart: list[Ticket] = []
    for other in locked(act.db, Ticket.lead == lead.number, nowait=False):
        advance(act.db, other, act.now, act.config)
        (together if goes_along(other, held_before) else apart).append(other)
    for other in together:
        for verb in steps(other, lead, row.spreads):
            act.also(other, verb, inputs_for(act, verb), **detail_for(lead, verb))
    event.detail = event.detail | {
        "together": [other.number for other in together],
        "apart": [{"number": other.number, "status": other.status} for other in apart],
    }


def goes_along(other: Ticket, held_before: int) -> bool:
    unsigned = other.status in (RECEIVED, DISPATCHED)
    return unsigned or (other.status == SIGNED_IN and other.holder_id == held_before)


def steps(other: Ticket, lead: Ticket, verb: str) -> Iterator[str]:
    """The verbs that bring the ticket to where the lead is now: one that came late has further to go."""
    if verb == "dispatch":
        yield "dispatch"
        return
    if other.status == RECEIVED or other.holder_id != lead.holder_id:
        yield "dispatch"
    if other.status != SIGNED_IN:
        yield "sign_in"
    if verb == "handle":
        yield "handle"


def inputs_for(act: "Act", verb: str) -> dict[str, Any]:
    """The words of the act where the verb is the same; a step on the way needs none."""
    return {name: value for name, value in act.inputs.items() if name not in OWN} if verb == act.verb.name else {}


def detail_for(lead: Ticket, verb: str) -> dict[str, Any]:
    """What the event says: with which ticket; a dispatch also to whom."""
    return {"with": lead.number} | ({"to": lead.holder} | REASON if verb == "dispatch" else {})
