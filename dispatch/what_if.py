"""What if: clocks of a past period under other policies or calendars, compared with what was in force.

Only deadlines change: when something was signed in, contacted or handled stays as it was, and so do holds and granted
extensions. A clock's policy is looked up for the ticket as it stands now (its holder of that time is not looked up in
the events). What other staffing would change is asked of dispatch/staffing.py.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dispatch.calendars import Calendars
from dispatch.clocks import spans_of, times_of
from dispatch.models import Clock, Ticket
from dispatch.policies import NoPolicy, Policies, find_policy
from grids.scope import Actor, seen_by

STRIDE = 1_000
DISTRICT_DEPTH = 3


@dataclass
class Figures:
    """Clocks of one kind or place: how many, late as it was, late as it would be, and how they differ."""

    clocks: int = 0
    late: int = 0
    late_then: int = 0
    newly_late: int = 0
    no_more_late: int = 0
    without_policy: int = 0

    def add(self, was_late: bool, would_be_late: bool | None) -> None:
        self.clocks += 1
        self.late += was_late
        if would_be_late is None:
            self.without_policy += 1
            return
        self.late_then += would_be_late
        self.newly_late += would_be_late and not was_late
        self.no_more_late += was_late and not would_be_late


@dataclass
class Outcome:
    """By kind of clock, and for HANDLE by district (code)."""

    kinds: dict[str, Figures] = field(default_factory=lambda: defaultdict(Figures))
    districts: dict[str, Figures] = field(default_factory=lambda: defaultdict(Figures))
    policies: Counter[str] = field(default_factory=Counter)


def simulate(
    db: Session, actor: Actor, since: datetime, until: datetime, policies: Policies, calendars: Calendars
) -> Outcome:
    """The clocks of the tickets that the actor sees, created in [since, until), under these policies and calendars.

    A clock that still runs counts as late when its deadline has passed by `until`.
    """
    outcome = Outcome()
    for clock in clocks_of(db, actor, since, until):
        ended = clock.stopped_at or until
        was = clock.due_at is not None and ended > clock.due_at
        then = would_be_late(clock, ended, policies, calendars)
        outcome.kinds[clock.kind].add(was, then)
        if clock.kind == "HANDLE":
            outcome.districts[district_of(clock.ticket.path)].add(was, then)
    return outcome


def clocks_of(db: Session, actor: Actor, since: datetime, until: datetime) -> Iterator[Clock]:
    query = (
        select(Clock)
        .join(Clock.ticket)
        .options(joinedload(Clock.ticket))
        .where(seen_by(actor, Ticket))
        .where(Ticket.created_at >= since, Ticket.created_at < until)
        .order_by(Clock.id)
        .execution_options(yield_per=STRIDE)
    )
    yield from db.scalars(query)


def would_be_late(clock: Clock, ended: datetime, policies: Policies, calendars: Calendars) -> bool | None:
    """Whether it would have been late; None where no policy answers for it."""
    ticket = clock.ticket
    try:
        policy = find_policy(
            policies,
            clock=clock.kind,
            unit=ticket.holder.code,
            category=ticket.category,
            urgency=ticket.urgency,
            kind=ticket.kind,
            region_path=ticket.path,
        )
    except NoPolicy:
        return None
    calendar = calendars.for_holder(ticket.holder.code, ticket.path)
    due = times_of(clock.started_at, policy.amount, policy.measure, calendar, *spans_of(clock))[2]
    return due is not None and ended > due


def district_of(path: str) -> str:
    """The district's code, or the deepest code where the place is known no deeper."""
    return path.strip(".").split(".")[:DISTRICT_DEPTH][-1]
