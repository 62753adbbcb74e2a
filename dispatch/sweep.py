"""The sweep: every clock that is due is acted on, in the order of the true times, by whichever process comes first.

PostgreSQL claims tickets with FOR UPDATE SKIP LOCKED; SQLite has one writer at a time. A ticket whose step fails is
put aside for a while, so that it stops nobody else.
"""

import logging
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from contextvars import copy_context
from datetime import datetime
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, defer, lazyload, selectinload

from dispatch.aside import OPEN_CLOCK, aside_among, put_aside, take_back
from dispatch.clocks import step_time
from dispatch.config import Config, current_config
from dispatch.escalation import advance
from dispatch.models import Clock, Ticket
from dispatch.plain import CLOCK, TICKET, PlainTicket, Units, as_rows, with_holders

log = logging.getLogger(__name__)
# Tickets in one transaction, by database: SQLite has one writer, whom people must not have to wait for.
BATCH = {"postgresql": 1_000, "sqlite": 100}
PAUSE = {"postgresql": 0.0, "sqlite": 0.005}  # seconds between two batches: others get the one writer's place
HANDS = {"postgresql": 2, "sqlite": 1}  # threads: one computes while the database writes what another has computed
# Of a ticket's row, what no step asks for: to read and to unpack it takes a tenth of the time.
NOT_ASKED = (lazyload(Ticket.region), *(defer(column) for column in (Ticket.description, Ticket.raw, Ticket.route)))

Transaction = Callable[[], AbstractContextManager[Session]]


def nothing() -> None:
    """What is done after a batch unless somebody says otherwise."""


def sweep(
    transaction: Transaction, now: datetime, limit: int = 1_000_000, after_batch: Callable[[], None] = nothing
) -> int:
    """Acts on all clocks due by `now`, one transaction per batch; how many steps were taken.

    Where more than a batch is due, several hands take them: `transaction` is called in their threads too, in the
    context of the caller.
    """
    with transaction() as db:
        kind = db.get_bind().dialect.name
        found, steps = take_batch(db, now, Units())
    after_batch()
    if not found:
        return steps
    hands = HANDS[kind] if found > BATCH[kind] // 2 else 1  # of a ticket several clocks may be due
    share = -(-(limit - steps) // hands)
    with ThreadPoolExecutor(hands, "sweep") as pool:
        helped = [
            pool.submit(copy_context().run, go_on, transaction, now, share, PAUSE[kind], nothing)
            for _ in range(hands - 1)
        ]
        steps += go_on(transaction, now, share, PAUSE[kind], after_batch)
        return steps + sum(one.result() for one in helped)


def go_on(transaction: Transaction, now: datetime, limit: int, pause: float, after_batch: Callable[[], None]) -> int:
    """Batch after batch, until nothing is due that nobody else holds; how many steps were taken."""
    steps, units = 0, Units()
    while steps < limit:
        time.sleep(pause)
        with transaction() as db:
            found, taken = take_batch(db, now, units)
        after_batch()
        steps += taken
        if not found:
            break
    return steps


def sweep_batch(db: Session, now: datetime) -> int:
    """One batch; how many steps were taken."""
    return take_batch(db, now, Units())[1]


def take_batch(db: Session, now: datetime, units: Units) -> tuple[int, int]:
    """How many tickets with due clocks there were, and how many steps were taken.

    All in one savepoint, each in its own only if one fails; those that failed before by themselves, again.
    """
    config = current_config(db)
    claimed = claim(db, now)
    failed_before = aside_among(db, list(claimed))
    usual = [one for one in claimed.values() if one.usual and one.id not in failed_before]
    try:
        with db.begin_nested(), as_rows(db, usual, units):
            steps = sum(advance(db, cast(Ticket, one), now, config) for one in usual)
        alone = [one.id for one in claimed.values() if not one.usual and one.id not in failed_before]
    except OperationalError:  # the database is away or busy: no fault of these tickets
        raise
    except Exception:
        log.warning("sweep: a batch of %s tickets failed, each is tried alone", len(usual))
        steps, alone = 0, [one for one in claimed if one not in failed_before]
    steps += sum(advance_alone(db, ticket, now, config) for ticket in mapped(db, alone))
    return len(claimed), steps + sum(try_again(db, ticket, now, config) for ticket in mapped(db, failed_before))


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


def claim(db: Session, now: datetime) -> dict[int, PlainTicket]:
    """The tickets with a clock due by `now`, the longest due first, locked for this transaction; by their ids.

    Those that somebody else has locked are passed over, and the next ones taken.
    """
    query = with_holders().join(CLOCK, CLOCK.c.ticket_id == TICKET.c.id)
    query = (
        query.where(OPEN_CLOCK, CLOCK.c.next_at <= now)
        .order_by(CLOCK.c.next_at)
        .limit(BATCH[db.get_bind().dialect.name])
    )
    return {row[0]: PlainTicket(row) for row in db.execute(query.with_for_update(skip_locked=True, of=TICKET)).all()}


def mapped(db: Session, ids: Collection[int]) -> list[Ticket]:
    """These tickets, which are locked already, as objects, in the order of their ids."""
    if not ids:
        return []
    query = select(Ticket).where(Ticket.id.in_(ids)).order_by(Ticket.id)
    query = query.options(selectinload(Ticket.clocks), selectinload(Ticket.supervisor), *NOT_ASKED)
    return list(db.scalars(query.execution_options(populate_existing=True)))


def lag(db: Session, now: datetime) -> float:
    """Seconds since the longest due clock should have been acted on; 0 when none waits."""
    oldest = db.scalar(select(func.min(Clock.next_at)).where(OPEN_CLOCK, Clock.next_at <= now))
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
