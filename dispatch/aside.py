"""Tickets whose due step fails: put aside so that they stop nobody, counted, and tried again until they succeed."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from dispatch.models import Clock
from dispatch.sweep_models import Aside
from grids.rows import one_of, table_of

log = logging.getLogger(__name__)
AGAIN = timedelta(minutes=5)  # after this it is tried again
# In the words of the index over open clocks: SQLite takes a partial index for nothing else, not for parameters.
OPEN_CLOCK = text("clock.state IN ('running', 'breached')")


def put_aside(db: Session, ticket_id: int, now: datetime, error: Exception) -> None:
    """Its due clocks wait for a while; the alarm stands until a step succeeds. The words of the error are not kept."""
    due = (Clock.ticket_id == ticket_id, Clock.next_at <= now, Clock.next_at.is_not(None))
    db.execute(update(Clock).where(*due).values(next_at=now + AGAIN))
    row = db.get(Aside, ticket_id)
    if row is None:
        row = Aside(ticket_id=ticket_id, since_at=now, tries=0, problem="")
        db.add(row)
    row.tries, row.problem = row.tries + 1, type(error).__name__[:80]
    db.flush()
    log.error("sweep: ticket with id %s put aside, try %s: %s", ticket_id, row.tries, row.problem)


def aside_among(db: Session, ids: Sequence[int]) -> set[int]:
    """Which of these tickets have failed before."""
    return set(db.scalars(select(Aside.ticket_id).where(one_of(db, table_of(Aside).c.ticket_id, ids))))


def take_back(db: Session, ticket_id: int) -> None:
    """The ticket's step succeeded: it is as any other."""
    db.execute(delete(Aside).where(Aside.ticket_id == ticket_id))


def forget_settled(db: Session) -> None:
    """Those for which nothing is due any more: somebody acted on the ticket, or it has ended."""
    waits = select(Clock.id).where(Clock.ticket_id == Aside.ticket_id, OPEN_CLOCK, Clock.next_at.is_not(None))
    db.execute(delete(Aside).where(~waits.exists()))


def aside_count(db: Session) -> int:
    """How many tickets are aside."""
    return db.scalar(select(func.count()).select_from(Aside)) or 0
