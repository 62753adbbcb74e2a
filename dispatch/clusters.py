"""Clusters of one matter: who leads, who belongs to it, and when tickets may be put together.

A cluster is flat: every other ticket of it names the leading one in `lead`. `merged_into` keeps the single merges, so
that each can be undone by itself: taking a ticket out takes with it what had been merged into it.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, selectinload

from dispatch.errors import BadInput, Conflict
from dispatch.escalation import advance
from dispatch.models import Ticket
from dispatch.workflow import OPEN
from grids.scope import SYSTEM, Actor, seen_by, sees

if TYPE_CHECKING:
    from dispatch.commands import Act

SHOWN = 50  # tickets of a cluster that are listed; their number is always told


def clustered(ticket: Ticket) -> bool:
    """Whether the ticket belongs to a cluster, as its leading ticket or as another."""
    return ticket.lead is not None or ticket.repeats > 0


def size_of(db: Session, ticket: Ticket) -> int:
    """How many tickets tell this matter, this one among them."""
    if ticket.lead is None:
        return ticket.repeats + 1
    return (db.scalar(select(Ticket.repeats).where(Ticket.number == ticket.lead)) or 0) + 1


def cluster_of(db: Session, actor: Actor, ticket: Ticket) -> list[Ticket]:
    """The tickets of its cluster that the actor sees, the leading one first, then by number; [] when it has none."""
    if not clustered(ticket):
        return []
    query = select(Ticket).where(belongs(ticket.lead or ticket.number), seen_by(actor, Ticket))
    return list(db.scalars(query.order_by(Ticket.lead.is_not(None), Ticket.id).limit(SHOWN)))


def belongs(lead: str) -> ColumnElement[bool]:
    """In SQL: the leading ticket and all that point at it."""
    return or_(Ticket.number == lead, Ticket.lead == lead)


def branch(ticket: Ticket, others: Iterable[Ticket]) -> list[Ticket]:
    """Those of the others that were merged into this ticket, or into one of these."""
    found, numbers = [], {ticket.number}
    rest = list(others)
    while more := [each for each in rest if each.merged_into in numbers]:
        found += more
        numbers = {each.number for each in more}
        rest = [each for each in rest if each not in more]
    return found


def locked(db: Session, condition: ColumnElement[bool], nowait: bool) -> list[Ticket]:
    """Tickets locked for this transaction, in the order of their ids. Raises Conflict instead of a deadlock."""
    query = (
        select(Ticket)
        .where(condition)
        .order_by(Ticket.id)
        .options(selectinload(Ticket.clocks))
        .with_for_update(of=Ticket, nowait=nowait)
        .execution_options(populate_existing=True)
    )
    try:
        return list(db.scalars(query))
    except OperationalError as problem:
        if not nowait:
            raise
        raise Conflict("cluster_busy") from problem


def check_merge(act: "Act") -> None:
    """Finds the ticket that will lead. Raises BadInput for a number that the actor does not see, and Conflict."""
    ticket, number = act.ticket, str(act.inputs["into"]).replace(" ", "")
    into = one(act.db, number, act.actor)
    lead = one(act.db, into.lead, SYSTEM) if into.lead else into
    if lead.id == ticket.id or ticket.lead == lead.number:
        raise Conflict("merged_already", number=into.number)
    if ticket.lead is not None:
        raise Conflict("merged_elsewhere", lead=ticket.lead)
    if into.status not in OPEN or lead.status not in OPEN:
        raise Conflict("merge_ended", number=(into if into.status not in OPEN else lead).number)
    advance(act.db, lead, act.now, act.config)  # the newcomer joins the work where it is by now
    act.inputs["into"] = into.number
    act.detail["lead"] = lead


def one(db: Session, number: str, actor: Actor) -> Ticket:
    found = locked(db, Ticket.number == number, nowait=True)
    if not found or not (actor is SYSTEM or sees(actor, found[0])):
        raise BadInput("ticket_unknown", fields={"into": "unknown"})
    return found[0]


def told(ticket: Ticket) -> dict[str, Any]:
    """What a list says of the cluster, without any personal data."""
    return {"lead": ticket.lead, "repeats": ticket.repeats, "attention": ticket.attention}
