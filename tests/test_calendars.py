"""The shipped calendars against the package they were built from, and what a calendar must not be."""

import json
from datetime import date, timedelta

import chinese_calendar
import pytest

from dispatch.working_time import load_calendar
from geodata import build_calendars
from geodata.holidays import CalendarData, CalendarError, calendar_codes, calendar_data, parse_intervals


def test_every_day_is_as_officially_planned() -> None:
    calendar = load_calendar("CN")
    day = date(2004, 1, 1)
    while day.year <= 2026:
        assert calendar.is_working_day(day.toordinal()) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


def test_a_year_without_plan_is_the_plain_week() -> None:
    calendar = load_calendar("CN")
    assert 2026 in calendar.planned_years and 2027 not in calendar.planned_years
    worked = [
        day for day in range(date(2027, 1, 1).toordinal(), date(2028, 1, 1).toordinal()) if calendar.is_working_day(day)
    ]
    assert len(worked) == 261 and {date.fromordinal(day).weekday() for day in worked} == {0, 1, 2, 3, 4}


def test_files_are_what_the_builder_writes(tmp_path, monkeypatch) -> None:
    shipped = build_calendars.FOLDER
    for name in ("CN.csv", "CN.json"):
        (tmp_path / name).write_bytes((shipped / name).read_bytes())
    monkeypatch.setattr(build_calendars, "FOLDER", tmp_path)
    build_calendars.main()
    for name in ("CN.csv", "CN.json"):
        assert (tmp_path / name).read_bytes() == (shipped / name).read_bytes()


def test_changed_content_makes_a_new_version(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(build_calendars, "FOLDER", tmp_path)
    build_calendars.main()
    monkeypatch.setitem(build_calendars.RULES, "weekend", [6])
    build_calendars.main()
    assert json.loads((tmp_path / "CN.json").read_text(encoding="utf-8"))["version"] == 2


def test_default_hours() -> None:
    calendar = load_calendar("CN")
    assert calendar_codes() == ("CN",)
    assert (calendar.day_minutes, calendar.intervals) == (450, ((510, 720), (810, 1050)))
    assert calendar.names[date(2026, 10, 1)] == "国庆节" and "chinesecalendar" in calendar.source


def test_parse_intervals() -> None:
    assert parse_intervals("0:00-24:00") == ((0, 1440),)
    assert parse_intervals(" 08:30-12:00 , 13:30-17:30") == ((510, 720), (810, 1050))
    for text in ("", "08:30", "8:60-9:00", "08:30-12:00,", "aa:bb-cc:dd"):
        with pytest.raises(CalendarError):
            parse_intervals(text)


@pytest.mark.parametrize(
    "intervals", [(), ((600, 600),), ((600, 500),), ((0, 100), (90, 200)), ((0, 1441),), ((-1, 5),)]
)
def test_intervals_that_make_no_sense(intervals: tuple) -> None:
    with pytest.raises(CalendarError):
        CalendarData("T", 1, "test", intervals)


def test_unknown_calendar() -> None:
    with pytest.raises(CalendarError, match="no calendar"):
        calendar_data("../CN")


def test_unreadable_row_is_named(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("geodata.holidays.FOLDER", tmp_path)
    (tmp_path / "XX.json").write_text("{}", encoding="utf-8")
    (tmp_path / "XX.csv").write_text("date,kind,name\n2026-01-01,holiday,a\n2026-01-02,half,b\n", encoding="utf-8")
    with pytest.raises(CalendarError, match="line 3 of calendar XX"):
        calendar_data("XX")
