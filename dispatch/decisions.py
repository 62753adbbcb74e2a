"""What waits for a decision: requests that this person may decide, give-backs that end here, and what rose here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session, selectinload

from dispatch.models import Event, Ticket
from dispatch.queries import allowed_verbs
from dispatch.workflow import DISPATCHED, UNHANDLED
from dispatch.workflow_models import ASKED
from grids.scope import Actor, seen_by

# In the words of the index: a database takes a partial index for nothing else.
WAITS = text("(ticket.extension_asked OR ticket.exclusion = 'asked' OR ticket.recheck = 'due')")
EXTENSION, EXCLUSION, RECHECK, BACKSTOP, RISEN = "extension", "exclusion", "recheck", "backstop", "risen"
BY_VERB = {"extend_approve": EXTENSION, "exclude_approve": EXCLUSION, "recheck": RECHECK}
MOST = 200  # tickets of each sort: those due first


@dataclass(frozen=True)
class Decision:
    """One ticket that waits: why, since when, and what was said."""

    kind: str
    ticket: Ticket
    since: datetime
    reason: str


def decisions(db: Session, actor: Actor, give_backs: int) -> tuple[list[Decision], bool]:
    """What waits for this actor, the longest waiting first, and whether any sort has more than MOST tickets.

    `give_backs`: so many, and a ticket may not bounce again.
    """
    unit = actor.unit_id or -1
    here = (Ticket.holder_id == unit, Ticket.status == DISPATCHED)
    sorts = (
        (asked, tickets(WAITS, seen_by(actor, Ticket))),
        (backstops, tickets(*here, Ticket.give_backs >= give_backs)),
        (moved_up, tickets(*here, Ticket.escalation_level > 0, Ticket.give_backs < give_backs)),
        (risen, tickets(Ticket.supervisor_id == unit, Ticket.overdue, Ticket.status.in_(UNHANDLED))),
    )
    found: list[Decision] = []
    more = False
    for told, query in sorts:
        rows = db.scalars(query.order_by(Ticket.due_at, Ticket.id).limit(MOST + 1)).all()
        more = more or len(rows) > MOST
        found += told(db, actor, rows[:MOST])
    return sorted(found, key=lambda one: (one.since, one.ticket.id)), more


def asked(db: Session, actor: Actor, rows: Sequence[Ticket]) -> Iterator[Decision]:
    for ticket in rows:
        verbs = {row.name for row in allowed_verbs(actor, ticket)}
        for kind in (kind for verb, kind in BY_VERB.items() if verb in verbs):
            since, reason = request(db, ticket, kind)
            yield Decision(kind, ticket, since, reason)


def request(db: Session, ticket: Ticket, kind: str) -> tuple[datetime, str]:
    """When it was asked for, and in which words."""
    if kind == EXTENSION:
        row = next(one for one in reversed(ticket.extensions) if one.state == ASKED)
        return row.asked_at, row.reason
    event = last(db, ticket, "exclude" if kind == EXCLUSION else "handle")
    return event.at, str(event.detail.get("reason") or event.detail.get("note") or "")


def backstops(db: Session, actor: Actor, rows: Sequence[Ticket]) -> Iterator[Decision]:
    """Given back so often that whoever holds it now has to say whose it is."""
    for ticket in rows:
        event = last(db, ticket, "give_back")
        yield Decision(BACKSTOP, ticket, event.at, str(event.detail.get("reason", "")))


def moved_up(db: Session, actor: Actor, rows: Sequence[Ticket]) -> Iterator[Decision]:
    """Nobody below has signed it in, so that it has come to this actor's centre itself."""
    for ticket in rows:
        yield Decision(RISEN, ticket, last(db, ticket, "escalate").at, "")


def risen(db: Session, actor: Actor, rows: Sequence[Ticket]) -> Iterator[Decision]:
    """Overdue, and the supervision has come up to this actor's centre."""
    for ticket in rows:
        yield Decision(RISEN, ticket, ticket.due_at or ticket.created_at, "")


def tickets(*conditions: Any) -> Any:
    return select(Ticket).where(*conditions).options(selectinload(Ticket.clocks), selectinload(Ticket.extensions))


def last(db: Session, ticket: Ticket, verb: str) -> Event:
    query = select(Event).where(Event.ticket_id == ticket.id, Event.verb == verb)
    return db.scalars(query.order_by(Event.id.desc()).limit(1)).one()
