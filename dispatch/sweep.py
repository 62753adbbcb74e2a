"""The sweep: every clock that is due is acted on, in the order of the true times, by whichever process comes first.

PostgreSQL claims tickets with FOR UPDATE SKIP LOCKED; SQLite has one writer at a time. A ticket whose step fails is
put aside for a while, so that it stops nobody else.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, selectinload

from dispatch.config import current_config
from dispatch.escalation import advance
from dispatch.models import Clock, Ticket

log = logging.getLogger(__name__)
BATCH = 200  # tickets in one transaction
ASIDE = timedelta(minutes=5)

Transaction = Callable[[], AbstractContextManager[Session]]


def sweep(transaction: Transaction, now: datetime, limit: int = 1_000_000) -> int:
    """Acts on all clocks due by `now`, one transaction per batch; how many steps were taken."""
    steps = 0
    while steps < limit:
        with transaction() as db:
            taken, tickets = sweep_batch(db, now)
        steps += taken
        if tickets < BATCH:
            break
    return steps


def sweep_batch(db: Session, now: datetime) -> tuple[int, int]:
    """One batch: steps taken, tickets looked at."""
    config = current_config(db)
    steps, tickets = 0, due_tickets(db, now)
    for ticket in tickets:
        try:
            with db.begin_nested():
                steps += advance(db, ticket, now, config)
        except Exception:
            log.exception("sweep: ticket %s put aside", ticket.number)
            put_aside(db, ticket.id, now)
    return steps, len(tickets)


def due_tickets(db: Session, now: datetime) -> list[Ticket]:
    """The tickets with a clock due by `now`, the longest due first, locked for this transaction."""
    due = (
        select(Clock.ticket_id)
        .where(Clock.state.in_(("running", "breached")), Clock.next_at <= now)
        .order_by(Clock.next_at)
        .limit(BATCH)
    )
    ids = list(dict.fromkeys(db.scalars(due)))
    query = (
        select(Ticket)
        .where(Ticket.id.in_(ids))
        .options(selectinload(Ticket.clocks))
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
    oldest = db.scalar(
        select(func.min(Clock.next_at)).where(Clock.state.in_(("running", "breached")), Clock.next_at <= now)
    )
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
