"""The auditor: counts again, from policy, calendar and events alone, which steps every open clock should have taken.

It knows nothing of the sweep's own columns (`next_at`, `step`): a step that the sweep forgot, took twice or took at
another time is found although the sweep believes that all is well.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dispatch import clocks
from dispatch.config import Config
from dispatch.escalation import PERCENT, next_supervisor
from dispatch.models import Clock, Event, Ticket
from dispatch.sla import Allowance, moment_of, step_after
from dispatch.workflow import OPEN

GRACE = timedelta(seconds=60)  # the sweep may be that late before a step counts as missing
PAGE = 1_000
MOST_STEPS = 16  # further steps looked at: there are six levels
STEPS = ("warn", "escalate", "recompute")
# Verbs whose events may say `clocks`: times computed anew. The last four may end a hold.
ANEW = (
    *("change_kind", "change_category", "change_urgency", "hold", "resume", "extend", "extend_approve"),
    *("dispatch", "report_up", "give_back", "relocate"),
)


class Fault(NamedTuple):
    """`fault`: missing, double, early, or times (the clock's stored times are not those of its policy)."""

    number: str
    clock: str
    fault: str
    at: datetime


class Step(NamedTuple):
    """A step that was taken, as its event tells it: `percent` is 50, 80, or 100 for the deadline and all after it.

    0: the times were computed anew (`anew`), by a calendar's plan or by an act of somebody. `last`: nobody stood above
    then, so that the clock came to rest, whoever holds the ticket now.
    """

    percent: int
    at: datetime
    anew: bool = False
    last: bool = False


def audit_page(db: Session, now: datetime, config: Config, after: int = 0) -> tuple[list[Fault], int | None]:
    """The faults of the next open clocks behind the id `after`, and the id to go on behind, None at the end."""
    query = (
        select(Clock)
        .join(Clock.ticket)
        .options(joinedload(Clock.ticket))
        .where(Clock.id > after, Clock.stopped_at.is_(None), Ticket.status.in_(OPEN), Clock.started_at <= now)
        .order_by(Clock.id)
        .limit(PAGE)
    )
    found = db.scalars(query).all()
    taken = steps_taken(db, {clock.ticket_id for clock in found})
    faults = [fault for clock in found for fault in faults_of(db, clock, taken, now, config)]
    return faults, found[-1].id if len(found) == PAGE else None


Taken = dict[tuple[int, str, str | None], list[Step]]  # by ticket, kind of clock, and code of a unit called in


def steps_taken(db: Session, tickets: Iterable[int]) -> Taken:
    """The steps of these tickets, in order."""
    query = (
        select(Event.ticket_id, Event.verb, Event.at, Event.detail)
        .where(Event.ticket_id.in_(list(tickets)), Event.verb.in_((*STEPS, *ANEW)))
        .order_by(Event.ticket_id, Event.id)
    )
    taken: Taken = defaultdict(list)
    for ticket_id, verb, at, detail in db.execute(query):
        if verb in STEPS:
            percent = {"warn": detail.get("percent", 0), "escalate": 100}.get(verb, 0)
            taken[ticket_id, detail["clock"], detail.get("co_handler")].append(
                Step(percent, at, anew=verb == "recompute", last=verb == "warn" and percent == 100)
            )
        for clock in detail.get("clocks", ()):
            taken[ticket_id, clock["clock"], clock.get("co_handler")].append(
                Step(0, at, anew=True, last="rests" in clock)
            )
    return taken


def faults_of(db: Session, clock: Clock, taken: Taken, now: datetime, config: Config) -> Iterator[Fault]:
    number, times = clock.ticket.number, times_of(clock, config)
    if (clock.half_at, clock.warn_at, clock.due_at) != times:
        yield Fault(number, clock.kind, "times", clock.started_at)
    # A step at the very start ended the clock before: a fresh one begins where the missed deadline was.
    key = clock.ticket_id, clock.kind, clock.unit.code if clock.unit else None
    since = [step for step in taken.get(key, ()) if step.at > clock.started_at]
    if any(step.anew for step in since):
        yield from faults_since_anew(db, clock, since, times, now, config)
        return
    due = [*times_so_far(times, now), *further_steps(clock, times[2], now, config)]
    done = Counter(step.at for step in since)
    for at in due:
        if not done[at] and at <= now - GRACE and not at_the_top(db, clock, at, times[2], since):
            yield Fault(number, clock.kind, "missing", at)
    for at, times_taken in done.items():
        if times_taken > 1:
            yield Fault(number, clock.kind, "double", at)
        elif at not in due:
            yield Fault(number, clock.kind, "early", at)


def faults_since_anew(
    db: Session, clock: Clock, since: list[Step], times: Sequence[datetime | None], now: datetime, config: Config
) -> Iterator[Fault]:
    """Behind the last act that set its times anew: each step after it, none before but a deadline that had passed."""
    last = max(place for place, step in enumerate(since) if step.anew)
    known_at, number, due = since[last].at, clock.ticket.number, times[2]
    done = Counter(step.at for step in since[last:] if step.percent)
    owed = [*times_so_far(times, now), *further_steps(clock, due, now, config)]
    passed = due is not None and due <= known_at
    for at in (at for at in owed if at > known_at):
        if not done[at] and at <= now - GRACE and not at_the_top(db, clock, at, due, since[last:]):
            yield Fault(number, clock.kind, "missing", at)
    if passed and known_at <= now - GRACE and not any(step.percent == 100 for step in since):
        yield Fault(number, clock.kind, "missing", known_at)
    for at, times_taken in done.items():
        if times_taken > 1:
            yield Fault(number, clock.kind, "double", at)
        elif not (at in owed and at > known_at) and not (passed and at == known_at):
            yield Fault(number, clock.kind, "early", at)


def times_of(clock: Clock, config: Config) -> tuple[datetime | None, datetime | None, datetime | None]:
    """50, 80 and 100 percent of the clock's allowance, computed anew."""
    calendar, (pauses, extensions) = clocks.calendar_of(clock, config), clocks.spans_of(clock)
    start, rest_of_minute = clocks.phase(clock.started_at, clock.measure)
    allowance, paused = Allowance(clock.amount, clock.measure), clocks.earlier(pauses, rest_of_minute)
    half, near, whole = (moment_of(start, allowance, calendar, paused, percent, extensions) for percent in PERCENT)
    return tuple(at + rest_of_minute if at else None for at in (half, near, whole))  # type: ignore[return-value]


def times_so_far(times: Sequence[datetime | None], now: datetime) -> list[datetime]:
    return [at for at in times if at is not None and at <= now]


def further_steps(clock: Clock, due: datetime | None, now: datetime, config: Config) -> Iterator[datetime]:
    """The steps after the deadline of HANDLE up to `now`: one for each further half of the allowance."""
    if clock.kind != "HANDLE" or due is None:
        return
    start, rest_of_minute = clocks.phase(due, clock.measure)
    allowance, calendar = Allowance(clock.amount, clock.measure), clocks.calendar_of(clock, config)
    pauses = clocks.earlier(clocks.spans_of(clock)[0], rest_of_minute)
    for n in range(1, MOST_STEPS + 1):
        at = step_after(start, allowance, calendar, pauses, n)
        if at is None or at + rest_of_minute > now:
            return
        yield at + rest_of_minute


def at_the_top(db: Session, clock: Clock, at: datetime, due: datetime | None, since: Sequence[Step]) -> bool:
    """Whether no step is owed after the deadline because nobody stands above, or nobody did when the last was due."""
    came_to_rest = any(step.last and step.at <= at for step in since)
    return came_to_rest or (due is not None and at > due and next_supervisor(db, clock.ticket) is None)
