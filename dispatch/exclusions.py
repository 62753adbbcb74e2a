"""Exclusion of a ticket from the rates: asked by its holder with a reason, decided by a manager above, always visible.

From the approval on the ticket counts in no rate; what was known before still does for who asks as of then.
"""

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.errors import Conflict, NotAllowed
from dispatch.escalation import above
from dispatch.models import Event, Ticket
from grids.models import Unit
from grids.queries import unit_by_code
from grids.scope import Actor, covers

if TYPE_CHECKING:
    from dispatch.commands import Act

ASKED, APPROVED, REFUSED = "asked", "approved", "refused"
DECISIONS = {"exclude_approve": APPROVED, "exclude_refuse": REFUSED}


def check_exclude(act: "Act") -> None:
    """Asked once at a time, never of what is excluded already, and only where somebody above can decide."""
    if act.ticket.exclusion in (ASKED, APPROVED):
        raise Conflict(f"exclusion_{act.ticket.exclusion}")
    if above(act.db, act.ticket.holder) is None:
        raise Conflict("nobody_above")


def check_decision(act: "Act") -> None:
    """A manager above the unit that asked and above the one that holds it now: nobody decides for their own rates."""
    if act.ticket.exclusion != ASKED:
        raise Conflict("exclusion_not_asked")
    if not stands_above(act.actor, act.ticket.holder):
        raise NotAllowed("exclusion_above", unit=act.ticket.holder.name)
    asker = unit_by_code(act.db, last_asked(act.db, act.ticket).detail["asked_by"])
    if asker is not None and not stands_above(act.actor, asker):
        raise Conflict("exclusion_above", unit=asker.name)


def stands_above(actor: Actor, unit: Unit) -> bool:
    """The centre of the unit's own region is above a department or an enterprise, not above itself."""
    if not covers(actor.path, unit.region.path):
        return False
    return actor.path != unit.region.path or (unit.kind != "centre" and actor.unit_id != unit.id)


def last_asked(db: Session, ticket: Ticket) -> Event:
    query = select(Event).where(Event.ticket_id == ticket.id, Event.verb == "exclude")
    return db.scalars(query.order_by(Event.id.desc()).limit(1)).one()


def exclude(act: "Act") -> None:
    act.ticket.exclusion = ASKED
    act.detail["asked_by"] = act.actor.unit_code


def decide(act: "Act") -> None:
    act.ticket.exclusion = DECISIONS[act.verb.name]


def offered(verb: str, actor: Actor, ticket: Ticket) -> bool:
    """Whether a verb of exclusion makes sense for this ticket and person now; every other verb does."""
    if verb == "exclude":
        return ticket.exclusion not in (ASKED, APPROVED)
    return verb not in DECISIONS or (ticket.exclusion == ASKED and stands_above(actor, ticket.holder))


CONDITIONS: dict[str, Any] = {
    "exclude": check_exclude,
    "exclude_approve": check_decision,
    "exclude_refuse": check_decision,
}
EFFECTS: dict[str, Any] = {"exclude": exclude, "exclude_approve": decide, "exclude_refuse": decide}
