"""The clocks of a ticket: started by policy, stopped by verbs, stepped at their true times."""

from datetime import datetime, timedelta
from functools import lru_cache

from dispatch.config import Config
from dispatch.models import Clock, Ticket
from dispatch.policies import find_policy
from dispatch.sla import UNITS, Allowance, Calendar, ends_provisional, moment_of, step_after

HALF, NEAR = 50, 80  # percent of the allowance at which the light turns yellow


def start(ticket: Ticket, kind: str, at: datetime, config: Config) -> Clock:
    """A new clock from `at`, by the policy for this ticket as it stands."""
    policy = find_policy(
        config.policies,
        clock=kind,
        unit=ticket.holder.code,
        category=ticket.category or "",
        urgency=ticket.urgency,
        kind=ticket.kind,
        region_path=ticket.path,
    )
    calendar = config.calendars.for_holder(ticket.holder.code, ticket.path)
    clock = Clock(
        kind=kind,
        state="running",
        step=0,
        amount=policy.amount,
        measure=policy.measure,
        policy=policy.told(),
        calendar=calendar.code,
        calendar_version=calendar.version,
    )
    set_times(clock, at, calendar)
    ticket.clocks.insert(0, clock)
    return clock


def again(ticket: Ticket, breached: Clock, config: Config) -> Clock:
    """A fresh clock of the same length from the deadline that was missed, for the next holder up."""
    clock = Clock(
        kind=breached.kind,
        state="running",
        step=0,
        amount=breached.amount,
        measure=breached.measure,
        policy=breached.policy,
        calendar=breached.calendar,
        calendar_version=breached.calendar_version,
    )
    assert breached.due_at is not None
    set_times(clock, breached.due_at, calendar_of(breached, config))
    ticket.clocks.insert(0, clock)
    return clock


def set_times(clock: Clock, at: datetime, calendar: Calendar) -> None:
    clock.started_at = at
    clock.half_at, clock.warn_at, clock.due_at, clock.provisional = times_of(at, clock.amount, clock.measure, calendar)
    clock.next_at = clock.half_at


@lru_cache(maxsize=1024)
def times_of(
    at: datetime, amount: int, measure: str, calendar: Calendar
) -> tuple[datetime | None, datetime | None, datetime | None, bool]:
    """(half, near, due, provisional) of an allowance from `at`; tickets made in one moment share them."""
    allowance = Allowance(amount, measure)
    start, rest_of_minute = phase(at, measure)
    times = [moment_of(start, allowance, calendar, (), percent) for percent in (HALF, NEAR, 100)]
    half, near, due = (time + rest_of_minute if time else None for time in times)
    return half, near, due, ends_provisional(at, due, calendar)


def calendar_of(clock: Clock, config: Config) -> Calendar:
    """The calendar in the version that the clock was computed with."""
    return config.calendars.frozen(clock.calendar, clock.calendar_version)


def recompute(clock: Clock, config: Config) -> None:
    """Its times anew from its start, with the newest version of its calendar; steps that were taken stay taken."""
    calendar = config.calendars.newest(clock.calendar)
    clock.calendar_version = calendar.version
    set_times(clock, clock.started_at, calendar)
    clock.next_at = step_time(clock, config)


def phase(at: datetime, measure: str) -> tuple[datetime, timedelta]:
    """A clock that runs at all hours keeps the seconds of its start, so that ten minutes are ten minutes.

    Working time is counted in the minutes of the calendar: there the next whole minute is the first that counts.
    """
    if UNITS[measure].working:
        return at, timedelta()
    start = at.replace(second=0, microsecond=0)
    return start, at - start


def step_on(clock: Clock, config: Config) -> None:
    """Sets when the clock is due next, after its present step was carried out."""
    clock.step += 1
    clock.next_at = step_time(clock, config)


def step_time(clock: Clock, config: Config) -> datetime:
    """The true time of the clock's present step: 50, 80, 100 percent, then each further half of the allowance."""
    times = (clock.half_at, clock.warn_at, clock.due_at)
    at = times[min(clock.step, 2)]
    assert at is not None
    if clock.step < 3:
        return at
    allowance = Allowance(clock.amount, clock.measure)
    due, rest_of_minute = phase(at, clock.measure)
    further = step_after(due, allowance, calendar_of(clock, config), (), clock.step - 2)
    assert further is not None
    return further + rest_of_minute


def rest(clock: Clock) -> None:
    """Nothing more is due on this clock."""
    clock.next_at = None


def stop(ticket: Ticket, kind: str, at: datetime) -> Clock | None:
    """Ends the open clock of this kind: met, or breached when its deadline has passed. None when there is none."""
    clock = open_clock(ticket, kind)
    if clock is None:
        return None
    clock.stopped_at = at
    clock.next_at = None
    if clock.state != "breached":
        clock.state = "met" if clock.due_at is None or at <= clock.due_at else "breached"
    return clock


def open_clock(ticket: Ticket, kind: str) -> Clock | None:
    """The clock of this kind that still runs (a breached one runs on until it is stopped)."""
    return next((clock for clock in ticket.clocks if clock.kind == kind and clock.stopped_at is None), None)


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
