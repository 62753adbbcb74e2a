"""Deadlines: when an allowance that counts from a start is used up, with pauses and extensions taken into account.

Everything is counted in whole minutes [t, t+1) of Asia/Shanghai, and rounded so that a deadline is never early: who has
five working days gets at least five working days, and whoever hears a promise can rely on it.
A start within a minute counts from the next whole minute, and a minute that a pause touches does not count;
`used_minutes`, for the same reason, counts finished minutes only.
A share of an allowance is rounded up to a whole minute.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from dispatch.errors import BadInput
from dispatch.ledger import Leg, Segment, Stretch, explain
from dispatch.working_time import DAY, FOREVER, Calendar, in_shanghai, instant, load_calendar, minute_ceil, minute_floor

__all__ = [
    "UNITS",
    "Allowance",
    "Calendar",
    "Deadline",
    "Extension",
    "Pause",
    "Segment",
    "deadline",
    "due_at",
    "ends_provisional",
    "load_calendar",
    "moment_of",
    "step_after",
    "used_minutes",
]


class Measure(NamedTuple):
    """How a unit of an allowance counts: only working time or always; its minutes (None: those of a working day)."""

    working: bool
    minutes: int | None
    from_next_day: bool = False


UNITS: dict[str, Measure] = {
    "minutes": Measure(working=False, minutes=1),
    "hours": Measure(working=False, minutes=60),
    "working_hours": Measure(working=True, minutes=60),
    "working_days": Measure(working=True, minutes=None),
    "whole_working_days": Measure(working=True, minutes=None, from_next_day=True),  # Civil Code, article 201
}


@dataclass(frozen=True)
class Allowance:
    """How much time there is: a whole `amount` (1 or more) of a `unit` of UNITS. Raises BadInput."""

    amount: int
    unit: str

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise BadInput("unknown_measure", value=self.unit)
        if type(self.amount) is not int or self.amount < 1:
            raise BadInput("bad_amount", value=self.amount)

    def minutes(self, calendar: Calendar) -> int:
        """The allowance in the minutes that it counts."""
        return self.amount * (UNITS[self.unit].minutes or calendar.day_minutes)


@dataclass(frozen=True)
class Pause:
    """A hold [start, end): both aware, `end` None while it lasts. `by` is who approved it. Raises BadInput."""

    start: datetime
    end: datetime | None
    reason: str = ""
    by: str = ""

    def __post_init__(self) -> None:
        if self.end is not None and in_shanghai(self.end) < in_shanghai(self.start):
            raise BadInput("pause_order", start=self.start.isoformat(), end=self.end.isoformat())


@dataclass(frozen=True)
class Extension:
    """An allowance that counts on from where the one before it ends; in the same unit the two amounts just add up.

    Whole working days after another unit begin with the day after that end. `at` is when it was approved.
    """

    allowance: Allowance
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Deadline:
    """A deadline with its reasons. `due_at` is None when a pause that still lasts begins before the time is used up.

    `minutes` is the whole allowance with its extensions, in the minutes that it counts. `provisional`: it reaches into
    a year without an official plan. `calendar` and `calendar_version` say what it was computed with.
    """

    due_at: datetime | None
    provisional: bool
    minutes: int
    segments: tuple[Segment, ...]
    calendar: str
    calendar_version: int


def deadline(
    start: datetime,
    allowance: Allowance,
    calendar: Calendar,
    pauses: Iterable[Pause] = (),
    extensions: Sequence[Extension] = (),
) -> Deadline:
    """The deadline with the ledger that explains it. For the bare time use `due_at`, which is much faster."""
    stretches = _stretches(pauses)
    legs = list(_legs(start, allowance, calendar, stretches, extensions))
    due = instant(legs[-1].end) if legs[-1].end != FOREVER else None
    segments = explain(legs, calendar, stretches)
    until = due or segments[-1].starts_at
    return Deadline(
        due_at=due,
        provisional=ends_provisional(start, until, calendar),
        minutes=_total(allowance, calendar, extensions),
        segments=segments,
        calendar=calendar.code,
        calendar_version=calendar.version,
    )


def due_at(
    start: datetime,
    allowance: Allowance,
    calendar: Calendar,
    pauses: Iterable[Pause] = (),
    extensions: Sequence[Extension] = (),
) -> datetime | None:
    """The end of the minute that completes the allowance; None when a pause that still lasts begins before."""
    return moment_of(start, allowance, calendar, pauses, 100, extensions)


def moment_of(
    start: datetime,
    allowance: Allowance,
    calendar: Calendar,
    pauses: Iterable[Pause],
    percent: int,
    extensions: Sequence[Extension] = (),
) -> datetime | None:
    """When `percent` (1-100) of the allowance with its extensions is used, rounded up to a minute; None as `due_at`."""
    end, stretches = FOREVER, _stretches(pauses) if pauses else []
    if extensions:
        for leg in _legs(start, allowance, calendar, stretches, extensions, percent):
            end = leg.end
    else:  # one leg; bulk intake and the sweep ask for nothing else
        measure, minutes = UNITS[allowance.unit], -(-allowance.minutes(calendar) * percent // 100)
        end = _reach(measure, _begin(start, measure), minutes, calendar, stretches)
    return instant(end) if end != FOREVER else None


def step_after(
    due: datetime, allowance: Allowance, calendar: Calendar, pauses: Iterable[Pause] = (), n: int = 1
) -> datetime | None:
    """The n-th further step of escalation: n halves of the allowance (rounded up to a minute) after the deadline `due`.

    They count on as the allowance did; a `whole_working_days` clock skips no second day. None as `due_at`.
    """
    half = -(-allowance.minutes(calendar) // 2)
    end = _reach(UNITS[allowance.unit], minute_ceil(due), n * half, calendar, _stretches(pauses))
    return instant(end) if end != FOREVER else None


def used_minutes(start: datetime, until: datetime, unit: str, calendar: Calendar, pauses: Iterable[Pause] = ()) -> int:
    """Whole minutes that an allowance in `unit` has used from `start` to `until`; 0 when `until` is before it."""
    measure = UNITS[unit]
    before, _ = _counters(measure, calendar)
    begin, end = _begin(start, measure), minute_floor(until)
    if end <= begin:
        return 0
    used = before(end) - before(begin)
    for stretch in _stretches(pauses):
        low, high = max(begin, stretch.begin), min(end, stretch.end)
        if low < high:
            used -= before(high) - before(low)
    return used


def ends_provisional(start: datetime, due: datetime | None, calendar: Calendar) -> bool:
    """Whether the time from `start` to `due` reaches into a year that has no official plan yet, whatever the unit.

    The year of `start` alone decides where there is no `due`. A deadline at midnight of New Year lies in the old year.
    """
    first = minute_floor(start)
    last = max(first, minute_ceil(due) - 1) if due else first
    return not calendar.is_planned(instant(first), instant(last))


def _legs(
    start: datetime,
    allowance: Allowance,
    calendar: Calendar,
    stretches: list[Stretch],
    extensions: Sequence[Extension],
    percent: int = 100,
) -> Iterable[Leg]:
    """The allowance and its extensions one after the other, as far as `percent` of them; ends behind an open pause."""
    remaining = -(-_total(allowance, calendar, extensions) * percent // 100)
    measure, end = UNITS[allowance.unit], minute_ceil(start)
    counts_from = _begin(start, measure)
    for extension in (None, *extensions):
        begin, part = end, allowance
        if extension:
            part, before, measure = extension.allowance, measure, UNITS[extension.allowance.unit]
            starts_anew = measure.from_next_day and not before.from_next_day
            counts_from = -(-begin // DAY) * DAY if starts_anew else begin
        minutes = min(remaining, part.minutes(calendar))
        end = _reach(measure, counts_from, minutes, calendar, stretches)
        yield Leg(begin, counts_from, end, measure.working, minutes, extension)
        remaining -= minutes
        if end == FOREVER or not remaining:
            return


def _total(allowance: Allowance, calendar: Calendar, extensions: Sequence[Extension]) -> int:
    return allowance.minutes(calendar) + sum(each.allowance.minutes(calendar) for each in extensions)


def _begin(start: datetime, measure: Measure) -> int:
    """The minute that counting begins with: the next whole one, or for whole days the midnight after the start."""
    return (minute_floor(start) // DAY + 1) * DAY if measure.from_next_day else minute_ceil(start)


def _reach(measure: Measure, begin: int, minutes: int, calendar: Calendar, stretches: list[Stretch]) -> int:
    """End of the minute that completes `minutes` counted from `begin`; FOREVER behind a pause that still lasts."""
    before, after = _counters(measure, calendar)
    counted = before(begin) if begin < FOREVER else 0
    for stretch in stretches:
        if stretch.begin > begin:
            available = before(stretch.begin) - counted
            if minutes <= available:
                break
            minutes -= available
        if stretch.end > begin:
            begin = stretch.end
            counted = before(begin) if begin < FOREVER else 0
    return after(counted + minutes) if begin < FOREVER else FOREVER


Counter = Callable[[int], int]


def _counters(measure: Measure, calendar: Calendar) -> tuple[Counter, Counter]:
    """Two inverse functions: counted minutes before an instant, and the instant that completes so many."""
    return (calendar.minutes_before, calendar.minute_after) if measure.working else (_same, _same)


def _same(minute: int) -> int:
    return minute


def _stretches(pauses: Iterable[Pause]) -> list[Stretch]:
    """The pauses in order and without overlap: where two overlap, the earlier one has the time. Rounded outwards."""
    stretches: list[Stretch] = []
    covered = 0
    for pause in sorted(pauses, key=lambda each: each.start):
        begin = max(covered, minute_floor(pause.start))
        end = FOREVER if pause.end is None else minute_ceil(pause.end)
        if begin < end and pause.start != pause.end:
            stretches.append(Stretch(begin, end, pause.reason, pause.by))
            covered = end
    return stretches
