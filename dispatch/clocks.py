"""The clocks of a ticket: started by policy, stopped by verbs, stepped at their true times."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from dispatch.config import Config
from dispatch.models import Clock, Ticket
from dispatch.policies import find_policy
from dispatch.sla import UNITS, Allowance, Calendar, Extension, Pause, ends_provisional, moment_of, step_after
from dispatch.workflow_models import GRANTED
from grids.models import Unit

Spans = tuple[tuple[Pause, ...], tuple[Extension, ...]]
HALF, NEAR = 50, 80  # percent of the allowance at which the light turns yellow


def start(ticket: Ticket, kind: str, at: datetime, config: Config) -> Clock:
    """A new clock from `at`, by the policy for this ticket as it stands."""
    clock = fresh(ticket, kind, at, config, ticket.holder)
    ticket.clocks.insert(0, clock)
    return clock


def fresh(ticket: Ticket, kind: str, at: datetime, config: Config, unit: Unit) -> Clock:
    """A clock for what this unit has to do from `at`; it is not yet the ticket's."""
    clock = Clock(kind=kind, state="running", step=0)
    fit(clock, ticket, config, unit)
    set_times(clock, at, calendar_of(clock, config))
    return clock


def fit(clock: Clock, ticket: Ticket, config: Config, unit: Unit) -> None:
    """Its amount, measure and calendar, by the policy that fits the ticket and the unit as they stand."""
    policy = find_policy(
        config.policies,
        clock=clock.kind,
        unit=unit.code,
        category=ticket.category or "",
        urgency=ticket.urgency,
        kind=ticket.kind,
        region_path=ticket.path,
    )
    calendar = config.calendars.for_holder(unit.code, ticket.path)
    clock.amount, clock.measure, clock.policy = policy.amount, policy.measure, policy.told()
    clock.calendar, clock.calendar_version = calendar.code, calendar.version


def again(ticket: Ticket, breached: Clock, at: datetime, config: Config) -> Clock:
    """A fresh clock of the same length for the next holder up, from the deadline that was missed (or, where that was
    only known later, from when it was acted on); as a row where that one is a row."""
    clock = type(breached)(
        kind=breached.kind,
        state="running",
        step=0,
        amount=breached.amount,
        measure=breached.measure,
        policy=breached.policy,
        calendar=breached.calendar,
        calendar_version=breached.calendar_version,
    )
    set_times(clock, at, calendar_of(breached, config))
    ticket.clocks.insert(0, clock)
    return clock


def set_times(clock: Clock, at: datetime, calendar: Calendar) -> None:
    """Its times from `at`, with the pauses and extensions that it has."""
    clock.started_at = at
    clock.half_at, clock.warn_at, clock.due_at, clock.provisional = times_of(
        at, clock.amount, clock.measure, calendar, *spans_of(clock)
    )
    clock.next_at = clock.half_at


def spans_of(clock: Clock) -> Spans:
    """The pauses and extensions that its time knows: only the promise has any."""
    ticket = clock.ticket if clock.kind == "HANDLE" else None
    if ticket is None or not (ticket.holds or ticket.extended):
        return (), ()
    granted = [one for one in ticket.extensions if one.state == GRANTED and one.clock is clock]
    return (
        tuple(Pause(one.started_at, one.ended_at, one.reason, one.by) for one in ticket.pauses),
        tuple(
            Extension(
                Allowance(one.amount, one.measure), one.decided_by or "", one.reason, one.decided_at or one.asked_at
            )
            for one in granted
        ),
    )


@lru_cache(maxsize=1024)
def times_of(
    at: datetime,
    amount: int,
    measure: str,
    calendar: Calendar,
    pauses: tuple[Pause, ...] = (),
    extensions: tuple[Extension, ...] = (),
) -> tuple[datetime | None, datetime | None, datetime | None, bool]:
    """(half, near, due, provisional) of an allowance from `at`; tickets made in one moment share them."""
    allowance = Allowance(amount, measure)
    start, rest_of_minute = phase(at, measure)
    paused = earlier(pauses, rest_of_minute)
    times = [moment_of(start, allowance, calendar, paused, percent, extensions) for percent in (HALF, NEAR, 100)]
    half, near, due = (time + rest_of_minute if time else None for time in times)
    return half, near, due, ends_provisional(at, due, calendar)


def earlier(pauses: Iterable[Pause], span: timedelta) -> tuple[Pause, ...]:
    """The pauses as they are counted by a clock whose start was taken as earlier by `span`."""
    return tuple(replace(one, start=one.start - span, end=one.end and one.end - span) for one in pauses)


def calendar_of(clock: Clock, config: Config) -> Calendar:
    """The calendar in the version that the clock was computed with."""
    return config.calendars.frozen(clock.calendar, clock.calendar_version)


def recompute(clock: Clock, at: datetime, config: Config) -> None:
    """Its times anew with the newest version of its calendar, which became known at `at`."""
    clock.calendar_version = config.calendars.newest(clock.calendar).version
    realign(clock, at, config)


def phase(at: datetime, measure: str) -> tuple[datetime, timedelta]:
    """A clock that runs at all hours keeps the seconds of its start, so that ten minutes are ten minutes.

    Working time is counted in the minutes of the calendar: there the next whole minute is the first that counts.
    """
    if UNITS[measure].working:
        return at, timedelta()
    start = at.replace(second=0, microsecond=0)
    return start, at - start


def realign(clock: Clock, at: datetime, config: Config) -> None:
    """Its times anew, known since `at`: steps before that are not owed, but for the deadline itself when it has passed.

    A deadline that was missed and now lies ahead is not missed any more.
    """
    missed = clock.state == "breached"
    set_times(clock, clock.started_at, calendar_of(clock, config))
    clock.changed_at = at
    late = clock.due_at is not None and clock.due_at <= at
    clock.step = sum(time is not None and time <= at for time in (clock.half_at, clock.warn_at))
    if missed and late:
        clock.step = 2
        step_on(clock, config)
        return
    clock.state = "running" if clock.due_at else "paused"
    clock.next_at = step_time(clock, config)


def step_on(clock: Clock, config: Config) -> None:
    """Sets when the clock is due next, after its present step was carried out."""
    clock.step += 1
    while (at := step_time(clock, config)) and clock.changed_at and at <= clock.changed_at and clock.step > 2:
        clock.step += 1
    clock.next_at = at


def step_time(clock: Clock, config: Config) -> datetime | None:
    """The true time of the clock's present step: 50, 80, 100 percent, then each further half of the allowance.

    None while a pause lasts.
    """
    at = (clock.half_at, clock.warn_at, clock.due_at)[min(clock.step, 2)]
    if clock.step < 3 or at is None:
        return at
    due, rest_of_minute = phase(at, clock.measure)
    pauses = earlier(spans_of(clock)[0], rest_of_minute)
    allowance = Allowance(clock.amount, clock.measure)
    further = step_after(due, allowance, calendar_of(clock, config), pauses, clock.step - 2)
    return further + rest_of_minute if further else None


def rest(clock: Clock) -> None:
    """Nothing more is due on this clock."""
    clock.next_at = None


def stop(ticket: Ticket, kind: str, at: datetime) -> Clock | None:
    """Ends the open clock of this kind: met, or breached when its deadline has passed. None when there is none."""
    clock = open_clock(ticket, kind)
    return end(clock, at) if clock else None


def end(clock: Clock, at: datetime) -> Clock:
    clock.stopped_at = at
    clock.next_at = None
    if clock.state != "breached":
        clock.state = "met" if clock.due_at is None or at <= clock.due_at else "breached"
    return clock


def open_clock(ticket: Ticket, kind: str) -> Clock | None:
    """The clock of this kind that still runs (a breached one runs on until it is stopped)."""
    return next((clock for clock in ticket.clocks if clock.kind == kind and clock.stopped_at is None), None)


def all_clocks(ticket: Ticket) -> list[Clock]:
    """The ticket's own clocks and those of the units that were called in."""
    return [*ticket.clocks, *(one.clock for one in ticket.co_handlers)] if ticket.called else ticket.clocks


def had(ticket: Ticket, kind: str) -> bool:
    """Whether the ticket ever had a clock of this kind."""
    return any(clock.kind == kind for clock in ticket.clocks)


def latest(ticket: Ticket) -> list[Clock]:
    """The newest clock of each kind, in the order in which the kinds come in a ticket's life."""
    newest: dict[str, Clock] = {}
    for clock in ticket.clocks:
        newest.setdefault(clock.kind, clock)
    return sorted(newest.values(), key=lambda clock: ORDER[clock.kind])


ORDER = {"DISPATCH": 0, "SIGN_IN": 1, "CONTACT": 2, "HANDLE": 3, "CALL_BACK": 4}
