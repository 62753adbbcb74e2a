"""The sweep: every clock that is due is acted on, in the order of the true times, by whichever process comes first.

PostgreSQL claims tickets with FOR UPDATE SKIP LOCKED; SQLite has one writer at a time. A ticket whose step fails is
put aside for a while, so that it stops nobody else.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session, defer, lazyload, selectinload

from dispatch.config import Config, current_config
from dispatch.escalation import advance
from dispatch.models import Clock, Ticket
from grids.models import Region, Unit
from grids.queries import known

log = logging.getLogger(__name__)
BATCH = 100  # tickets in one transaction
PAUSE = 0.005  # seconds between two batches: others get the processor, and SQLite's one writer's place
ASIDE = timedelta(minutes=5)
# Of a ticket's row, what no step asks for: to read and to unpack it takes a tenth of the time.
NOT_ASKED = (lazyload(Ticket.region), *(defer(column) for column in (Ticket.description, Ticket.raw, Ticket.route)))
# In the words of the index over open clocks: SQLite takes a partial index for nothing else, not for parameters.
OPEN_CLOCK = text("clock.state IN ('running', 'breached')")

Transaction = Callable[[], AbstractContextManager[Session]]


def sweep(transaction: Transaction, now: datetime, limit: int = 1_000_000) -> int:
    """Acts on all clocks due by `now`, one transaction per batch; how many steps were taken."""
    steps = 0
    while steps < limit:
        with transaction() as db:
            taken = sweep_batch(db, now)
        if not taken:
            break
        steps += taken
        time.sleep(PAUSE)
    return steps


def sweep_batch(db: Session, now: datetime) -> int:
    """One batch; how many steps were taken. All in one savepoint; only if one fails, each in its own."""
    config = current_config(db)
    tickets = due_tickets(db, now)
    try:
        with db.begin_nested():
            return advance_all(db, tickets, now, config)
    except Exception:
        log.warning("sweep: a batch of %s tickets failed, each is tried alone", len(tickets))
    return sum(advance_alone(db, ticket, now, config) for ticket in tickets)


def advance_all(db: Session, tickets: Sequence[Ticket], now: datetime, config: Config) -> int:
    """All steps of these tickets, written together: one statement for many rows, instead of some for each."""
    read_ahead(db, tickets)
    with db.no_autoflush:
        return sum(advance(db, ticket, now, config) for ticket in tickets)


def advance_alone(db: Session, ticket: Ticket, now: datetime, config: Config) -> int:
    """The steps of one ticket; one that fails is put aside."""
    try:
        with db.begin_nested():
            return advance(db, ticket, now, config)
    except Exception:
        log.exception("sweep: ticket %s put aside", ticket.number)
        put_aside(db, ticket.id, now)
        return 0


def read_ahead(db: Session, tickets: Iterable[Ticket]) -> None:
    """The regions above the holders, and the centres one and two levels up: what a step up asks for, in two queries."""
    held = {ticket.holder for ticket in tickets} | {ticket.supervisor for ticket in tickets if ticket.supervisor}
    ways = [unit.region.path.strip(".").split(".") for unit in held]
    known(db, Region, {code for way in ways for code in way[:-1]})
    known(db, Unit, {code for way in ways for code in way[-3:-1]})


def due_tickets(db: Session, now: datetime) -> list[Ticket]:
    """The tickets with a clock due by `now`, the longest due first, locked for this transaction."""
    due = select(Clock.ticket_id).where(OPEN_CLOCK, Clock.next_at <= now).order_by(Clock.next_at).limit(BATCH)
    ids = list(dict.fromkeys(db.scalars(due)))
    query = (
        select(Ticket)
        .where(Ticket.id.in_(ids))
        .options(selectinload(Ticket.clocks), selectinload(Ticket.supervisor), *NOT_ASKED)
        .with_for_update(skip_locked=True, of=Ticket)
        .execution_options(populate_existing=True)
    )
    found = {ticket.id: ticket for ticket in db.scalars(query)}
    return [found[one] for one in ids if one in found]


def put_aside(db: Session, ticket_id: int, now: datetime) -> None:
    db.execute(
        update(Clock)
        .where(Clock.ticket_id == ticket_id, Clock.next_at <= now, Clock.next_at.is_not(None))
        .values(next_at=now + ASIDE)
    )


def lag(db: Session, now: datetime) -> float:
    """Seconds since the longest due clock should have been acted on; 0 when none waits."""
    oldest = db.scalar(select(func.min(Clock.next_at)).where(OPEN_CLOCK, Clock.next_at <= now))
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
