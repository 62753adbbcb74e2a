"""The sweep: every clock that is due is acted on, in the order of the true times, by whichever process comes first.

PostgreSQL claims tickets with FOR UPDATE SKIP LOCKED; SQLite has one writer at a time. A ticket whose step fails is
put aside for a while, so that it stops nobody else.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, defer, lazyload, selectinload

from dispatch.aside import OPEN_CLOCK, aside_among, put_aside, take_back
from dispatch.clocks import step_time
from dispatch.config import Config, current_config
from dispatch.escalation import advance
from dispatch.models import Clock, Ticket
from grids.models import Region, Unit
from grids.queries import known

log = logging.getLogger(__name__)
BATCH = 100  # tickets in one transaction
PAUSE = 0.005  # seconds between two batches: others get the processor, and SQLite's one writer's place
# Of a ticket's row, what no step asks for: to read and to unpack it takes a tenth of the time.
NOT_ASKED = (lazyload(Ticket.region), *(defer(column) for column in (Ticket.description, Ticket.raw, Ticket.route)))

Transaction = Callable[[], AbstractContextManager[Session]]


def nothing() -> None:
    """What is done after a batch unless somebody says otherwise."""


def sweep(
    transaction: Transaction, now: datetime, limit: int = 1_000_000, after_batch: Callable[[], None] = nothing
) -> int:
    """Acts on all clocks due by `now`, one transaction per batch; how many steps were taken."""
    steps = 0
    while steps < limit:
        with transaction() as db:
            found, taken = take_batch(db, now)
        after_batch()
        if not found:
            break
        steps += taken
        time.sleep(PAUSE)
    return steps


def sweep_batch(db: Session, now: datetime) -> int:
    """One batch; how many steps were taken."""
    return take_batch(db, now)[1]


def take_batch(db: Session, now: datetime) -> tuple[int, int]:
    """How many tickets with due clocks there were, and how many steps were taken.

    All in one savepoint, each in its own only if one fails; those that failed before by themselves, again.
    """
    config = current_config(db)
    tickets = due_tickets(db, now)
    failed_before = aside_among(db, [ticket.id for ticket in tickets])
    usual = [ticket for ticket in tickets if ticket.id not in failed_before]
    try:
        with db.begin_nested():
            steps = advance_all(db, usual, now, config)
    except OperationalError:  # the database is away or busy: no fault of these tickets
        raise
    except Exception:
        log.warning("sweep: a batch of %s tickets failed, each is tried alone", len(usual))
        steps = sum(advance_alone(db, ticket, now, config) for ticket in usual)
    again = [ticket for ticket in tickets if ticket.id in failed_before]
    return len(tickets), steps + sum(try_again(db, ticket, now, config) for ticket in again)


def advance_all(db: Session, tickets: Sequence[Ticket], now: datetime, config: Config) -> int:
    """All steps of these tickets, written together: one statement for many rows, instead of some for each."""
    read_ahead(db, tickets)
    with db.no_autoflush:
        return sum(advance(db, ticket, now, config) for ticket in tickets)


def advance_alone(db: Session, ticket: Ticket, now: datetime, config: Config) -> int:
    """The steps of one ticket; one that fails is put aside."""
    one = ticket.id
    try:
        with db.begin_nested():
            return advance(db, ticket, now, config)
    except OperationalError:
        raise
    except Exception as error:
        put_aside(db, one, now, error)
        return 0


def try_again(db: Session, ticket: Ticket, now: datetime, config: Config) -> int:
    """The steps of one that is aside, in the order of their true times; once it succeeds it is as any other."""
    one = ticket.id
    try:
        with db.begin_nested():
            for clock in filter(lambda each: each.next_at is not None, ticket.clocks):
                clock.next_at = step_time(clock, config)
            steps = advance(db, ticket, now, config)
            take_back(db, one)
            return steps
    except OperationalError:
        raise
    except Exception as error:
        put_aside(db, one, now, error)
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


def lag(db: Session, now: datetime) -> float:
    """Seconds since the longest due clock should have been acted on; 0 when none waits."""
    oldest = db.scalar(select(func.min(Clock.next_at)).where(OPEN_CLOCK, Clock.next_at <= now))
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
