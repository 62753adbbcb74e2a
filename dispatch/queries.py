"""Reading tickets through the eyes of an actor: one by its number, lists with filters, timeline, allowed verbs."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, text
from sqlalchemy.orm import Session, selectinload

from dispatch.errors import BadInput, NotFound
from dispatch.exclusions import offered
from dispatch.facts import missed
from dispatch.models import Event, Photo, Ticket
from dispatch.reach import reaches
from dispatch.workflow import BY_CITIZEN, BY_SYSTEM, OPEN, TABLE, Verb
from dispatch.workflow_models import DONE, CoHandler
from dispatch.working_time import in_shanghai
from grids.models import Region, Unit
from grids.queries import region_by_code, unit_by_code
from grids.scope import Actor, covers, seen_by, sees, within

# By due time, the soonest first and those on hold last, or what was told most often first; then by id.
SORTS: dict[str, tuple[Any, ...]] = {"due_at": (Ticket.due_at.nulls_last(),), "repeats": (Ticket.repeats.desc(),)}
REPEATED = text("ticket.repeats > 0")  # in the words of the partial index


@dataclass(frozen=True)
class TicketFilter:
    """What a list is narrowed to; None and "" narrow nothing. `region`, `unit`, `holder` are codes."""

    region: str | None = None
    unit: str | None = None
    holder: str | None = None
    status: str | None = None
    kind: str | None = None
    category: str | None = None
    urgency: str | None = None
    overdue: bool | None = None
    light: str | None = None
    open: bool | None = None
    q: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    closed_from: datetime | None = None
    closed_to: datetime | None = None
    here: bool | None = None  # located at exactly this region, not below it
    repeats_min: int | None = None  # told again at least so often
    attention: str | None = None
    lead: str | None = None  # number of the leading ticket: the others of its cluster
    on_hold: bool | None = None  # the problem library
    co_handler: str | None = None  # code of a unit that was called in and is not done


def find_ticket(db: Session, actor: Actor, number: str, lock: bool = False) -> Ticket:
    """The ticket with this number if the actor may see it; NotFound otherwise. `lock` keeps others from changing it."""
    query = select(Ticket).where(Ticket.number == number.replace(" ", "")).options(selectinload(Ticket.clocks))
    if lock:
        query = query.with_for_update(of=Ticket).execution_options(populate_existing=True)
    ticket = db.scalar(query)
    if ticket is None or not sees(actor, ticket):
        raise NotFound("ticket_absent")
    return ticket


def region_in_scope(db: Session, actor: Actor, code: str) -> Region:
    """The region with this code if the actor's subtree covers it; NotFound otherwise."""
    region = region_by_code(db, code)
    if region is None or not covers(actor.path, region.path):
        raise NotFound("region_absent")
    return region


def list_tickets(
    db: Session, actor: Actor, wanted: TicketFilter, cursor: str | None = None, limit: int = 50, sort: str = "due_at"
) -> tuple[list[Ticket], str | None]:
    """A page of the tickets that the actor sees, in one of SORTS, and the cursor of the next page or None."""
    query = select(Ticket).where(seen_by(actor, Ticket))
    query = query.where(*conditions(db, actor, wanted))
    if cursor:
        query = query.where(after(cursor, sort))
    query = query.options(selectinload(Ticket.clocks), selectinload(Ticket.photos), selectinload(Ticket.supervisor))
    query = query.options(selectinload(Ticket.extensions))
    found = list(db.scalars(query.order_by(*SORTS[sort], Ticket.id).limit(limit + 1)))
    more = len(found) > limit
    return found[:limit], cursor_of(found[limit - 1], sort) if more else None


def conditions(db: Session, actor: Actor, wanted: TicketFilter) -> list[Any]:
    """The filter in SQL. A region outside the actor's scope is NotFound, as if it did not exist."""
    plain = ("status", "kind", "urgency", "light", "overdue", "attention", "lead", "on_hold")
    given = [(getattr(Ticket, name), getattr(wanted, name)) for name in plain]
    found = [column == value for column, value in given if value is not None and value != ""]
    if wanted.region:
        path = region_in_scope(db, actor, wanted.region).path
        found.append(Ticket.path == path if wanted.here else within(Ticket.path, path))
    for code in filter(None, (wanted.unit, wanted.holder)):
        unit = unit_by_code(db, code)
        found.append(Ticket.holder_id == (unit.id if unit else -1))
    if wanted.co_handler:
        unit = unit_by_code(db, wanted.co_handler)
        at_work = CoHandler.unit_id == (unit.id if unit else -1), CoHandler.state != DONE
        found.append(Ticket.id.in_(select(CoHandler.ticket_id).where(*at_work)))
    if wanted.repeats_min:
        found += [Ticket.repeats >= wanted.repeats_min, REPEATED]
    if wanted.category:
        found.append(
            or_(Ticket.category == wanted.category, Ticket.category.startswith(wanted.category + ".", autoescape=True))
        )
    if wanted.open is not None:
        found.append(Ticket.status.in_(OPEN) if wanted.open else Ticket.status.not_in(OPEN))
    return found + spans(wanted) + words(wanted.q)


def spans(wanted: TicketFilter) -> list[ColumnElement[bool]]:
    """Times [from, to). Raises BadInput for years that no database and no calendar has."""
    found = []
    for column, begin, end in (
        (Ticket.created_at, wanted.created_from, wanted.created_to),
        (Ticket.closed_at, wanted.closed_from, wanted.closed_to),
    ):
        if begin:
            found.append(column >= in_shanghai(begin))
        if end:
            found.append(column < in_shanghai(end))
    return found


def words(q: str | None) -> list[ColumnElement[bool]]:
    """A number, a whole phone number, or words of address and description."""
    if not q or not q.strip():
        return []
    word = q.strip()
    bare = word.replace(" ", "")
    return [
        or_(
            Ticket.number == bare,
            and_(Ticket.caller_phone == bare, Ticket.caller_phone != ""),
            Ticket.address.contains(word, autoescape=True),
            Ticket.description.contains(word, autoescape=True),
        )
    ]


def cursor_of(ticket: Ticket, sort: str) -> str:
    by = ticket.repeats if sort == "repeats" else ticket.due_at.isoformat() if ticket.due_at else None
    return base64.urlsafe_b64encode(json.dumps([by, ticket.id]).encode()).decode()


def after(cursor: str, sort: str) -> ColumnElement[bool]:
    try:
        by, last = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        number = database_id(int(last))
        if sort == "repeats":
            times = database_id(int(by))
            return or_(Ticket.repeats < times, and_(Ticket.repeats == times, Ticket.id > number))
        if by is None:
            return and_(Ticket.due_at.is_(None), Ticket.id > number)
        due_at = in_shanghai(datetime.fromisoformat(by))
    except (ValueError, TypeError, BadInput) as problem:
        raise BadInput("inputs_wrong", fields={"cursor": "unknown"}, verb="list") from problem
    later = or_(Ticket.due_at > due_at, Ticket.due_at.is_(None))
    return or_(later, and_(Ticket.due_at == due_at, Ticket.id > number))


def database_id(number: int) -> int:
    """The number, if it can be an id at all; raises ValueError otherwise."""
    if not 0 <= number < 1 << 63:
        raise ValueError(f"{number} is no id")
    return number


def timeline(db: Session, ticket: Ticket) -> list[Event]:
    """The ticket's events in the order in which they were recorded."""
    return list(db.scalars(select(Event).where(Event.ticket_id == ticket.id).order_by(Event.id)))


def allowed_verbs(actor: Actor, ticket: Ticket) -> list[Verb]:
    """The verbs that the workflow table lets this actor do with this ticket now, in the table's order."""
    return [
        row
        for row in TABLE.values()
        if ticket.status in row.states
        and actor.role in row.roles
        and row.reach not in (BY_CITIZEN, BY_SYSTEM)
        and sees(actor, ticket)
        and reaches(row, actor, ticket)
        and missed(row, actor, ticket) is None
        and offered(row.name, actor, ticket)
    ]


def find_photo(db: Session, key: str) -> Photo:
    """A photo by its key; who may see it is asked of its ticket. NotFound otherwise."""
    photo = db.scalar(select(Photo).where(Photo.key == key))
    if photo is None:
        raise NotFound("photo_absent")
    return photo


def calls_of(db: Session, actor: Actor, phone: str, limit: int = 5) -> list[Ticket]:
    """The caller's last tickets in the actor's scope, the newest first."""
    query = select(Ticket).where(Ticket.caller_phone == phone, seen_by(actor, Ticket))
    return list(db.scalars(query.order_by(Ticket.id.desc()).limit(limit)))


def units_in_scope(db: Session, actor: Actor, ticket: Ticket) -> Select[Any]:
    """The units on the ticket's way from province to cell, and what stands beside them, in the actor's subtree."""
    codes = ticket.path.strip(".").split(".")
    return (
        select(Unit)
        .join(Region, Unit.region_id == Region.id)
        .where(Region.code.in_(codes), within(Region.path, actor.path))
        .order_by(Region.level.desc(), Unit.kind, Unit.code)
    )
