"""Calendars as data: office hours, weekend, public holidays and make-up working days 调休 by calendar code."""

import csv
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

FOLDER = Path(__file__).parent / "calendars"
MINUTES_A_DAY = 24 * 60
KINDS = {"holiday": False, "makeup": True}

Intervals = tuple[tuple[int, int], ...]


class CalendarError(ValueError):
    """A calendar that does not exist or makes no sense; `code` is short, `params` fill the sentence."""

    SENTENCES: Mapping[str, str] = {
        "unknown_calendar": "there is no calendar {calendar!r}",
        "intervals_text": "working intervals must look like 08:30-12:00,13:30-17:30, not {text!r}",
        "intervals_order": "working intervals must lie in order between 00:00 and 24:00 without overlap: {intervals}",
        "calendar_row": "line {line} of calendar {calendar}: needs an ISO date and holiday or makeup, not {row}",
        "calendar_text": "this is no calendar: {text}",
        "plan_empty": "the plan names no day: nothing is changed",
        "plan_stranger": "{day} is not in {year}: nothing is changed",
        "plan_twice": "a day stands twice in the plan: nothing is changed",
    }

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = params
        super().__init__(self.SENTENCES[code].format(**params))


@dataclass(frozen=True)
class CalendarData:
    """What one calendar says.

    `intervals` are half-open [from, to) in minutes after local midnight (Asia/Shanghai), the same on each working day.
    `days` holds only what differs from the plain week: False is a holiday, True a make-up working day.
    `weekend` counts as `date.weekday()` does (5 is Saturday). `planned_years` are the years with a published official
    plan: any other year is the plain week, and what reaches into it is provisional. `names` says which festival.
    """

    code: str
    version: int
    name: str
    intervals: Intervals = ((510, 720), (810, 1050))
    days: Mapping[date, bool] = field(default_factory=dict)
    planned_years: frozenset[int] = frozenset()
    weekend: frozenset[int] = frozenset({5, 6})
    names: Mapping[date, str] = field(default_factory=dict)
    source: str = ""

    def __post_init__(self) -> None:
        edges = [edge for interval in self.intervals for edge in interval]
        ordered = all(begin < end for begin, end in self.intervals) and edges == sorted(edges)
        if not edges or not ordered or edges[0] < 0 or edges[-1] > MINUTES_A_DAY:
            raise CalendarError("intervals_order", intervals=self.intervals)


@lru_cache(maxsize=64)
def calendar_data(code: str) -> CalendarData:
    """Read the shipped calendar `code`; raises CalendarError when there is none or a row is unreadable."""
    if code not in calendar_codes():
        raise CalendarError("unknown_calendar", calendar=code)
    return read_calendar(calendar_text(code))


def calendar_text(code: str) -> str:
    """The shipped calendar as one JSON text, as settings keep it: its head, and `days` as [date, kind, name]."""
    head = json.loads((FOLDER / f"{code}.json").read_text(encoding="utf-8"))
    with (FOLDER / f"{code}.csv").open(encoding="utf-8", newline="") as file:
        return json.dumps(head | {"days": read_days(code, file)}, ensure_ascii=False)


def read_calendar(text: str) -> CalendarData:
    """A calendar from its JSON text; raises CalendarError when it is none."""
    try:
        head = json.loads(text)
        days = [(date.fromisoformat(day), KINDS[kind], name) for day, kind, name in head["days"]]
        return CalendarData(
            code=head["code"],
            version=head["version"],
            name=head["name"],
            intervals=parse_intervals(head["intervals"]),
            days=MappingProxyType({day: worked for day, worked, _ in days}),
            planned_years=frozenset(head["planned_years"]),
            weekend=frozenset(head["weekend"]),
            names=MappingProxyType({day: name for day, _, name in days}),
            source=head["source"],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, CalendarError):
            raise
        raise CalendarError("calendar_text", text=text[:80]) from error


def calendar_codes() -> tuple[str, ...]:
    """Codes of all shipped calendars, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


def read_days(code: str, file: Iterable[str]) -> list[tuple[str, str, str]]:
    """(ISO date, holiday or makeup, name of the festival) of each row of a CSV; raises CalendarError."""
    rows = csv.DictReader(file)
    if not {"date", "kind", "name"} <= set(rows.fieldnames or ()):
        raise CalendarError("calendar_row", line=1, calendar=code, row=rows.fieldnames)
    found = []
    for row in rows:
        try:
            day = date.fromisoformat(row["date"]).isoformat()
            _ = KINDS[row["kind"]]
            found.append((day, row["kind"], row["name"] or ""))
        except (KeyError, TypeError, ValueError) as error:
            raise CalendarError("calendar_row", line=rows.line_num, calendar=code, row=row) from error
    return found


def parse_intervals(text: str) -> Intervals:
    """Read "08:30-12:00,13:30-17:30" as minutes after midnight; 24:00 is the end of the day. Raises CalendarError."""
    intervals = []
    for part in text.split(","):
        found = re.fullmatch(r"\s*(\d\d?):([0-5]\d)\s*-\s*(\d\d?):([0-5]\d)\s*", part, re.ASCII)
        if not found:
            raise CalendarError("intervals_text", text=text)
        hour, minute, end_hour, end_minute = map(int, found.groups())
        intervals.append((hour * 60 + minute, end_hour * 60 + end_minute))
    return tuple(intervals)
