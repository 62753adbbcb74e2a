"""Provisional deadlines, computed anew when the official plan of their year is loaded.

A clock that was paused then has no deadline to be settled: it is settled in the round after its pause has ended.
"""

from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, selectinload

from dispatch.clocks import all_clocks
from dispatch.commands import perform
from dispatch.config import Config
from dispatch.models import Clock, Ticket
from dispatch.workflow import OPEN
from grids.scope import SYSTEM

BATCH = 200  # tickets in one transaction


def recompute_provisional(db: Session, now: datetime, config: Config, after: int = 0) -> tuple[int, int | None]:
    """One batch: the running provisional clocks of the next tickets behind the id `after`, with the newest calendars.

    Answers how many clocks have other times now, and the id to go on behind, None when there are no more. A clock whose
    calendar has nothing new stays as it is.
    """
    behind = or_(
        *(
            and_(Clock.calendar == code, Clock.calendar_version < config.calendars.newest(code).version)
            for code in config.calendars.codes()
        )
    )
    waiting = select(Clock.ticket_id).where(
        Clock.provisional, Clock.state == "running", Clock.stopped_at.is_(None), behind
    )
    query = (
        select(Ticket)
        .where(Ticket.id > after, Ticket.id.in_(waiting), Ticket.status.in_(OPEN))
        .order_by(Ticket.id)
        .limit(BATCH)
        .options(selectinload(Ticket.clocks))
        .with_for_update(of=Ticket)
    )
    tickets = db.scalars(query).all()
    changed = sum(renew(db, ticket, now, config) for ticket in tickets)
    return changed, tickets[-1].id if len(tickets) == BATCH else None


def renew(db: Session, ticket: Ticket, now: datetime, config: Config) -> int:
    clocks = [
        one for one in all_clocks(ticket) if one.provisional and one.state == "running" and one.stopped_at is None
    ]
    newer = [one for one in clocks if config.calendars.newest(one.calendar).version > one.calendar_version]
    for clock in newer:
        perform(db, ticket, "recompute", SYSTEM, now, config, clock=clock)
    return len(newer)
