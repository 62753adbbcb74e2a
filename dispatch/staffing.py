"""What if a unit had more people, or fewer: a queue for each unit, run again from what it handled in a past period.

The model is simple on purpose. A unit of `n` people takes up its tickets one after another, in the order in which it
finished them; each keeps one person busy, and only in the working time of the unit's calendar. How long a ticket kept
somebody is what remains of its time once waiting for a free person is taken off: so the model, with the people that the
unit has, gives exactly the times that were observed. With other numbers, tickets begin when somebody is free, and take
as long as they did. It knows no trips, no two people at one ticket, and nobody who works faster when more is waiting;
a hold counts as work.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from dispatch.calendars import Calendars
from dispatch.models import Clock, Ticket
from dispatch.sla import used_minutes
from grids.models import Staff, Unit
from grids.scope import Actor, seen_by

STRIDE = 1_000


@dataclass(frozen=True)
class Job:
    """One ticket's way through a unit, in working minutes since the period began."""

    arrived: int
    done: int
    due: int | None
    was_late: bool = False  # by the true moments: in working minutes a night between deadline and end is none


@dataclass(frozen=True)
class Queue:
    """A unit's tickets: how many, late as it was and as it would be; mean working minutes of waiting."""

    unit: str
    people: int
    people_then: int
    tickets: int
    late: int
    late_then: int
    waited: float
    waited_then: float


def queues(
    db: Session, actor: Actor, since: datetime, until: datetime, calendars: Calendars, more: Mapping[str, int]
) -> list[Queue]:
    """For each unit of `more` (code to people added, or taken away), its tickets handled in [since, until) that the
    actor sees. A unit without tickets is left out; a unit keeps one person at least."""
    jobs = jobs_of(db, actor, since, until, calendars, list(more))
    people = people_of(db, list(more))
    return [queue(unit, jobs[unit], people[unit], max(1, people[unit] + more[unit])) for unit in more if jobs[unit]]


def queue(unit: str, jobs: Sequence[Job], people: int, people_then: int) -> Queue:
    """The observed period, and the same with other people."""
    ordered = sorted(jobs, key=lambda job: (job.done, job.arrived))
    efforts, waits = observed(ordered, people)
    then, waits_then = run([job.arrived for job in ordered], efforts, people_then)
    return Queue(
        unit,
        people,
        people_then,
        len(ordered),
        sum(job.was_late for job in ordered),
        sum(late(done, job) for done, job in zip(then, ordered, strict=True)),
        sum(waits) / len(waits),
        sum(waits_then) / len(waits_then),
    )


def observed(jobs: Iterable[Job], people: int) -> tuple[list[int], list[int]]:
    """(working minutes that each ticket kept somebody, and that it waited before), in the order of their ends."""
    free = [0] * people
    efforts, waits = [], []
    for job in jobs:
        begun = max(job.arrived, heapq.heappop(free))
        heapq.heappush(free, job.done)
        efforts.append(job.done - begun)
        waits.append(begun - job.arrived)
    return efforts, waits


def run(arrivals: Iterable[int], efforts: Iterable[int], people: int) -> tuple[list[int], list[int]]:
    """(when each is done, how long it waited)."""
    free = [0] * people
    ends, waits = [], []
    for arrived, effort in zip(arrivals, efforts, strict=True):
        begun = max(arrived, heapq.heappop(free))
        heapq.heappush(free, begun + effort)
        ends.append(begun + effort)
        waits.append(begun - arrived)
    return ends, waits


def late(done: int, job: Job) -> bool:
    """As it was when it ends as it did; else by its working minutes."""
    return job.was_late if done == job.done else job.due is not None and done > job.due


def jobs_of(
    db: Session, actor: Actor, since: datetime, until: datetime, calendars: Calendars, units: Sequence[str]
) -> dict[str, list[Job]]:
    """By unit, its handled tickets; a ticket arrives when its promise begins, or with the period."""
    query = (
        select(Clock)
        .join(Clock.ticket)
        .join(Unit, Unit.id == Ticket.holder_id)
        .options(joinedload(Clock.ticket))
        .where(Clock.kind == "HANDLE", Clock.stopped_at >= since, Clock.stopped_at < until)
        .where(Unit.code.in_(units), seen_by(actor, Ticket))
        .order_by(Clock.id)
        .execution_options(yield_per=STRIDE)
    )
    found: dict[str, list[Job]] = defaultdict(list)
    for clock in db.scalars(query):
        code = clock.ticket.holder.code
        calendar = calendars.for_holder(code, clock.ticket.path)
        arrived, done, due = (
            used_minutes(since, at, "working_days", calendar) if at else None
            for at in (clock.started_at, clock.stopped_at, clock.due_at)
        )
        was_late = bool(clock.due_at and clock.stopped_at and clock.stopped_at > clock.due_at)
        found[code].append(Job(arrived or 0, done or 0, due, was_late))
    return found


def people_of(db: Session, units: Sequence[str]) -> dict[str, int]:
    """How many may work for each unit today; one at least."""
    query = select(Unit.code, func.count(Staff.id)).join(Staff, Staff.unit_id == Unit.id)
    query = query.where(Unit.code.in_(units), Staff.role == "attendant", Staff.active).group_by(Unit.code)
    counted = {row[0]: row[1] for row in db.execute(query)}
    return {unit: max(1, counted.get(unit, 0)) for unit in units}
