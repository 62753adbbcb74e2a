"""The calculator against a walker that looks at every single minute, over random calendars, starts and pauses."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.ledger import COUNTED
from dispatch.sla import (
    Allowance,
    Calendar,
    Extension,
    Pause,
    deadline,
    due_at,
    moment_of,
    step_after,
    used_minutes,
)
from dispatch.working_time import SHANGHAI

MINUTE = timedelta(minutes=1)
LARGEST = {"minutes": 3000, "hours": 60, "working_hours": 20, "working_days": 4, "whole_working_days": 4}


@dataclass
class Case:
    """One random question to the calculator."""

    start: datetime
    allowance: Allowance
    calendar: Calendar
    pauses: list[Pause]


@st.composite
def calendars(draw: st.DrawFn, around: date) -> Calendar:
    edges = sorted(draw(st.sets(st.integers(0, 1440), min_size=2, max_size=6)))
    intervals = tuple(zip(edges[::2], edges[1::2], strict=False))
    day = st.integers(-10, 20).map(lambda days: around + timedelta(days=days))
    return Calendar(
        code="T",
        version=1,
        name="test",
        intervals=intervals,
        days=draw(st.dictionaries(day, st.booleans(), max_size=8)),
        planned_years=frozenset({around.year}),
        weekend=frozenset(draw(st.sets(st.integers(0, 6), max_size=4))),
    )


@st.composite
def cases(draw: st.DrawFn, *, open_pauses: bool = True) -> Case:
    seconds = st.sampled_from((0, 0, 0, 1, 30, 59))
    day, minute = draw(st.dates(date(2001, 1, 1), date(2098, 12, 31))), draw(st.integers(0, 1439))
    start = datetime(day.year, day.month, day.day, minute // 60, minute % 60, draw(seconds), tzinfo=SHANGHAI)
    unit = draw(st.sampled_from(sorted(LARGEST)))
    allowance = Allowance(draw(st.integers(1, LARGEST[unit])), unit)
    spans = draw(
        st.lists(st.tuples(st.integers(-3000, 9000), st.integers(0, 3000), seconds, st.booleans()), max_size=4)
    )
    pauses = []
    for offset, length, second, is_open in spans:
        since = start.replace(second=0) + timedelta(minutes=offset, seconds=second)
        pauses.append(Pause(since, None if is_open and open_pauses else since + timedelta(minutes=length)))
    return Case(start, allowance, draw(calendars(start.date())), pauses)


def walk(case: Case, percent: int = 100) -> datetime | None:
    """The end of the minute that completes the share, found by asking each minute in turn."""
    for counted, minute in enumerate(counting_minutes(case), start=1):
        if minute is None:
            return None
        if counted * 100 >= needed(case) * percent:
            return minute + MINUTE
    raise AssertionError("counting never ends")


def needed(case: Case) -> int:
    if case.allowance.unit == "minutes":
        return case.allowance.amount
    if case.allowance.unit.endswith("hours"):
        return case.allowance.amount * 60
    return case.allowance.amount * sum(end - begin for begin, end in case.calendar.intervals)


def counting_minutes(case: Case) -> Iterator[datetime | None]:
    """Every minute that counts, in order; None once a pause is reached that never ends."""
    minute = case.start.replace(second=0)
    if case.allowance.unit == "whole_working_days":
        minute = minute.replace(hour=0, minute=0) + timedelta(days=1)
    while True:
        in_pauses = [pause for pause in case.pauses if touches(pause, minute)]
        if minute >= case.start and is_counted(case, minute):
            if not in_pauses:
                yield minute
            elif any(pause.end is None for pause in in_pauses):
                yield None
        minute += MINUTE


def touches(pause: Pause, minute: datetime) -> bool:
    if pause.end is None:
        return pause.start < minute + MINUTE
    return pause.start < pause.end and pause.start < minute + MINUTE and pause.end > minute


def is_counted(case: Case, minute: datetime) -> bool:
    if case.allowance.unit in ("minutes", "hours"):
        return True
    plain = minute.weekday() not in case.calendar.weekend
    worked = case.calendar.days.get(minute.date(), plain)
    of_day = minute.hour * 60 + minute.minute
    return worked and any(begin <= of_day < end for begin, end in case.calendar.intervals)


def ask(case: Case, percent: int = 100) -> datetime | None:
    return moment_of(case.start, case.allowance, case.calendar, case.pauses, percent)


@settings(max_examples=150, deadline=None)
@given(cases(), st.sampled_from((1, 50, 80, 100)))
def test_agrees_with_the_walker(case: Case, percent: int) -> None:
    assert ask(case, percent) == walk(case, percent)


@settings(max_examples=150, deadline=None)
@given(cases())
def test_ledger_tells_the_same_without_gap(case: Case) -> None:
    found = deadline(case.start, case.allowance, case.calendar, case.pauses)
    assert found.due_at == due_at(case.start, case.allowance, case.calendar, case.pauses)
    assert found.segments[-1].ends_at == found.due_at
    for before, after in zip(found.segments, found.segments[1:], strict=False):
        assert before.ends_at == after.starts_at
    total = 0
    for segment in found.segments:
        counted = segment.kind in COUNTED
        assert segment.minutes == ((segment.ends_at - segment.starts_at) / MINUTE if counted else 0)
        total += segment.minutes
        assert segment.total == total
    assert total == found.minutes == needed(case) or (found.due_at is None and total < needed(case))


@settings(max_examples=150, deadline=None)
@given(cases(open_pauses=False), st.integers(0, 5000), st.integers(1, 3))
def test_later_start_more_time_and_more_pauses_are_never_earlier(case: Case, minutes: int, more: int) -> None:
    due = ask(case)
    later = Case(case.start + minutes * MINUTE, case.allowance, case.calendar, case.pauses)
    longer = Case(case.start, Allowance(case.allowance.amount + more, case.allowance.unit), case.calendar, case.pauses)
    fewer = Case(case.start, case.allowance, case.calendar, case.pauses[1:])
    assert ask(fewer) <= due <= ask(later)
    assert case.start < ask(case, 50) <= ask(case, 80) <= due < ask(longer)


@settings(max_examples=150, deadline=None)
@given(cases(open_pauses=False), st.integers(1, 100))
def test_used_minutes_is_the_inverse(case: Case, percent: int) -> None:
    moment = ask(case, percent)
    share = -(-needed(case) * percent // 100)
    question = (case.allowance.unit, case.calendar, case.pauses)
    assert used_minutes(case.start, moment, *question) == share
    assert used_minutes(case.start, moment - MINUTE, *question) == share - 1
    assert used_minutes(case.start, case.start, *question) == 0


@settings(max_examples=100, deadline=None)
@given(cases(open_pauses=False), st.integers(1, 4))
def test_steps_go_on_by_halves(case: Case, n: int) -> None:
    due = ask(case)
    step = step_after(due, case.allowance, case.calendar, case.pauses, n)
    half = -(-needed(case) // 2)
    assert used_minutes(case.start, step, case.allowance.unit, case.calendar, case.pauses) == needed(case) + n * half


@settings(max_examples=100, deadline=None)
@given(cases(open_pauses=False), st.integers(1, 3))
def test_extension_in_the_same_unit_is_a_longer_allowance(case: Case, more: int) -> None:
    longer = Allowance(case.allowance.amount + more, case.allowance.unit)
    granted = [Extension(Allowance(more, case.allowance.unit), "manager", "reason", case.start)]
    extended = deadline(case.start, case.allowance, case.calendar, case.pauses, granted)
    assert extended.due_at == due_at(case.start, longer, case.calendar, case.pauses)
    assert extended.segments[-1].total == extended.minutes == longer.minutes(case.calendar)
    before = [each.ends_at for each in extended.segments]
    assert before[:-1] == [each.starts_at for each in extended.segments[1:]]
    marks = [each for each in extended.segments if each.kind == "extension"]
    assert [mark.starts_at for mark in marks] == [ask(case)]
