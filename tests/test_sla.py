"""Deadlines told by hand: the examples of the rules, and the ledger that people read."""

from datetime import UTC, datetime, timedelta

import pytest

from dispatch.errors import BadInput
from dispatch.ledger import daily
from dispatch.sla import (
    Allowance,
    Extension,
    Pause,
    deadline,
    due_at,
    ends_provisional,
    load_calendar,
    moment_of,
    step_after,
    used_minutes,
)
from dispatch.working_time import SHANGHAI

CN = load_calendar("CN")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


# In November 2026 the 16th is a Monday; there is no holiday between 8 October and New Year.
@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        ("2026-11-16T10:00", 5, "working_days", "2026-11-23T10:00"),  # Monday to Monday
        ("2026-11-16T08:30", 1, "working_days", "2026-11-16T17:30"),  # reached at the end of the day: there
        ("2026-11-16T17:30", 1, "working_days", "2026-11-17T17:30"),
        ("2026-11-16T08:30", 210, "minutes", "2026-11-16T12:00"),
        ("2026-11-16T10:00", 2, "working_hours", "2026-11-16T12:00"),  # the end of an interval, not 13:30
        ("2026-11-16T12:30", 1, "working_hours", "2026-11-16T14:30"),  # begins at lunch
        ("2026-11-16T16:30", 4, "working_hours", "2026-11-17T11:30"),
        ("2026-11-20T20:00", 4, "working_hours", "2026-11-23T14:00"),  # Friday night to Monday
        ("2026-11-20T20:00", 24, "hours", "2026-11-21T20:00"),  # all hours, all days
        ("2026-11-16T16:59", 10, "minutes", "2026-11-16T17:09"),
        ("2026-11-16T00:00", 3, "whole_working_days", "2026-11-19T17:30"),  # the day of the start is not counted
        ("2026-11-16T23:59:30", 1, "whole_working_days", "2026-11-17T17:30"),
        ("2026-11-21T09:00", 1, "whole_working_days", "2026-11-23T17:30"),
        ("2026-09-30T17:00", 3, "working_days", "2026-10-10T17:00"),  # seven days off, then a worked Saturday
        ("2026-02-13T08:30", 2, "working_days", "2026-02-14T17:30"),  # a worked Saturday before Spring Festival
        ("2026-11-16T10:00:01", 1, "hours", "2026-11-16T11:01"),  # never early
        ("2026-11-16T11:59:30", 1, "working_hours", "2026-11-16T14:30"),
    ],
)
def test_due_at(start: str, amount: int, unit: str, due: str) -> None:
    assert due_at(at(start), Allowance(amount, unit), CN) == at(due)


def test_any_zone_comes_in_shanghai_goes_out() -> None:
    due = due_at(datetime(2026, 11, 16, 2, 0, tzinfo=UTC), Allowance(5, "working_days"), CN)
    assert due.isoformat() == "2026-11-23T10:00:00+08:00"


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([("2026-11-16T11:00", "2026-11-16T14:00")], "2026-11-16T17:30"),  # over lunch: 90 minutes, not 180
        ([("2026-11-16T17:30", "2026-11-17T08:30")], "2026-11-16T16:00"),  # a night costs nothing
        ([("2026-11-16T11:00", "2026-11-16T11:20"), ("2026-11-16T11:10", "2026-11-16T11:30")], "2026-11-16T16:30"),
        ([("2026-11-16T11:00", "2026-11-16T11:20"), ("2026-11-16T11:20", "2026-11-16T11:30")], "2026-11-16T16:30"),
        ([("2026-11-13T09:00", "2026-11-16T09:00")], "2026-11-16T16:00"),  # before the start
        ([("2026-11-16T16:00", None)], "2026-11-16T16:00"),  # begins when all is used up
        ([("2026-11-16T15:59", None)], None),
        ([("2026-11-13T09:00", None), ("2026-11-16T09:00", "2026-11-16T10:00")], None),
        ([("2026-11-16T11:00:30", "2026-11-16T11:01:30")], "2026-11-16T16:02"),  # touches two minutes
        ([("2026-11-16T11:00:30", "2026-11-16T11:00:30")], "2026-11-16T16:00"),  # no time at all
    ],
)
def test_pauses(pauses: list[tuple[str, str | None]], due: str | None) -> None:
    held = [Pause(at(begin), at(end) if end else None) for begin, end in pauses]
    assert due_at(at("2026-11-16T09:30"), Allowance(5, "working_hours"), CN, held) == (at(due) if due else None)


def test_provisional_only_when_it_reaches_a_year_without_plan() -> None:
    start = at("2026-12-30T10:00")
    found = [deadline(start, Allowance(days, "working_days"), CN).provisional for days in (1, 2, 3)]
    assert found == [False, True, True]
    assert due_at(start, Allowance(2, "working_days"), CN) == at("2027-01-01T10:00")  # the plain week, not a guess
    assert not ends_provisional(start, at("2027-01-01T00:00"), CN)
    assert not ends_provisional(start, None, CN)
    assert ends_provisional(at("2027-01-01T00:00"), None, CN)


def test_warnings_and_steps() -> None:
    start, allowance = at("2026-11-16T10:00"), Allowance(5, "working_days")
    assert moment_of(start, allowance, CN, (), 50) == at("2026-11-18T15:15")
    assert moment_of(start, allowance, CN, (), 80) == at("2026-11-20T10:00")
    due = at("2026-11-23T10:00")
    assert step_after(due, allowance, CN, (), 1) == at("2026-11-25T15:15")
    assert step_after(due, allowance, CN, (), 2) == at("2026-11-30T10:00")
    assert step_after(at("2026-11-16T10:05"), Allowance(5, "minutes"), CN, (), 1) == at("2026-11-16T10:08")


def test_used_minutes_counts_finished_ones() -> None:
    pauses = [Pause(at("2026-11-16T10:00"), None)]
    assert used_minutes(at("2026-11-16T08:00"), at("2026-11-16T09:00:59"), "working_hours", CN) == 30
    assert used_minutes(at("2026-11-16T08:00"), at("2026-11-20T09:00"), "working_hours", CN, pauses) == 90
    assert used_minutes(at("2026-11-16T08:00"), at("2026-11-15T09:00"), "hours", CN) == 0


def test_extension_is_told_in_the_ledger() -> None:
    granted = Extension(Allowance(2, "whole_working_days"), "沈阳市中心", "等待配件", at("2026-11-16T11:00"))
    found = deadline(at("2026-11-16T10:00"), Allowance(5, "hours"), CN, (), [granted])
    assert found.due_at == at("2026-11-18T17:30")
    mark = next(each for each in found.segments if each.kind == "extension")
    assert (mark.starts_at, mark.by, mark.reason, mark.added) == (
        at("2026-11-16T15:00"),
        "沈阳市中心",
        "等待配件",
        900,
    )
    assert found.minutes == found.segments[-1].total == 1200


def test_whole_days_after_a_pause_are_extended_without_losing_the_rest_of_a_day() -> None:
    pause = Pause(at("2026-11-17T09:00"), at("2026-11-17T10:00"))
    granted = Extension(Allowance(1, "whole_working_days"), "manager", "reason", at("2026-11-17T11:00"))
    question = (at("2026-11-16T10:00"), Allowance(1, "whole_working_days"), CN, [pause])
    assert due_at(*question) == at("2026-11-18T09:30")
    assert due_at(*question, [granted]) == at("2026-11-19T09:30")


def test_daily_rows_are_the_ones_people_read() -> None:
    pause = Pause(at("2026-11-18T10:00"), at("2026-11-19T10:00"), "施工方失联", "南湖街道中心")
    found = deadline(at("2026-11-16T16:10"), Allowance(5, "working_days"), CN, [pause])
    rows = daily(found.segments, now=at("2026-11-23T15:20"))
    assert [
        (f"{row.starts_at:%d %H:%M}", f"{row.ends_at:%d %H:%M}", row.kind, row.minutes, row.total) for row in rows
    ] == [
        ("16 16:10", "16 17:30", "working", 80, 80),
        ("17 08:30", "17 17:30", "working", 450, 530),
        ("18 08:30", "18 10:00", "working", 90, 620),
        ("18 10:00", "19 10:00", "pause", 0, 620),
        ("19 10:00", "19 17:30", "working", 360, 980),
        ("20 08:30", "20 17:30", "working", 450, 1430),
        ("21 00:00", "23 00:00", "weekend", 0, 1430),
        ("23 08:30", "23 15:20", "working", 320, 1750),
        ("23 15:20", "23 17:30", "working", 130, 1880),
        ("24 08:30", "24 16:10", "working", 370, 2250),
    ]
    assert (rows[3].reason, rows[3].by) == ("施工方失联", "南湖街道中心")


def test_ledger_names_holidays_and_make_up_days() -> None:
    found = deadline(at("2026-09-24T16:30"), Allowance(7, "working_days"), CN)
    told = [(each.kind, each.reason) for each in daily(found.segments)]
    assert told == [
        ("working", ""),
        ("holiday", "中秋"),
        *[("working", "")] * 3,
        ("holiday", "国庆节"),
        *[("working", "")] * 2,
        ("makeup", "国庆节"),
        ("weekend", ""),
        ("working", ""),
    ]


@pytest.mark.parametrize(
    ("code", "call"),
    [
        ("time_without_offset", lambda: due_at(datetime(2026, 11, 16), Allowance(1, "hours"), CN)),  # noqa: DTZ001
        ("time_out_of_range", lambda: due_at(datetime(1999, 1, 1, tzinfo=UTC), Allowance(1, "hours"), CN)),
        ("time_out_of_range", lambda: due_at(at("2026-11-16"), Allowance(99_999, "working_days"), CN)),
        ("time_out_of_range", lambda: due_at(at("2026-11-16"), Allowance(10**30, "hours"), CN)),
        ("unknown_measure", lambda: Allowance(1, "weeks")),
        ("bad_amount", lambda: Allowance(0, "hours")),
        ("bad_amount", lambda: Allowance(True, "hours")),
        ("bad_amount", lambda: Allowance(1.5, "hours")),
        ("pause_order", lambda: Pause(at("2026-11-16T10:00:02"), at("2026-11-16T10:00:01"))),
    ],
)
def test_refusals(code, call) -> None:
    with pytest.raises(BadInput) as refusal:
        call()
    assert refusal.value.code == code


def test_a_minute_later_is_never_an_earlier_deadline_over_a_whole_year() -> None:
    allowance, start, last = Allowance(4, "working_hours"), at("2026-01-01"), at("2026-01-01")
    while start.year == 2026:
        due = due_at(start, allowance, CN)
        assert due is not None and due >= last
        start, last = start + timedelta(minutes=97), due
