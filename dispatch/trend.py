"""What happened in a region day by day, beside the week before and the same days of the last year.

Read from the folded rows of days, so that it does not depend on the number of tickets. The last year means 364 days
earlier: the same days of the week.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.errors import BadInput
from dispatch.league import Share, share
from dispatch.models import RegionDay
from dispatch.rates import THREE

WEEK, YEAR = 7, 364  # days
COUNTED = ("received", "closed")
Days = dict[date, dict[str, int]]


@dataclass(frozen=True)
class Span:
    """Some days in a row, their last one included; `known` where any of them was counted at all."""

    first: date
    last: date
    days: dict[str, list[int]]  # received and closed, one figure a day
    rates: dict[str, Share]
    known: bool

    def total(self, name: str) -> int:
        return sum(self.days[name])


@dataclass(frozen=True)
class Trend:
    now: Span
    week: Span  # the same number of days, a week earlier
    year: Span  # the same days of the week, a year earlier


def last_day(given: str, today: date) -> date:
    """The day that was asked for, else the last Sunday that is over; BadInput for no day or one that is to come."""
    if not given:
        return today - timedelta(days=today.isoweekday())
    try:
        day = date.fromisoformat(given)
    except ValueError as problem:
        raise BadInput("day_wrong") from problem
    if day > today:
        raise BadInput("day_wrong")
    return day


def trend(db: Session, path: str, last: date, length: int = WEEK) -> Trend:
    """The `length` days that end with `last`, of one region."""
    return trends(db, [path], last, length)[path]


def trends(db: Session, paths: Iterable[str], last: date, length: int = WEEK) -> dict[str, Trend]:
    """The same for several regions, by path, in one statement."""
    paths = list(paths)
    ends = [last - timedelta(days=back) for back in (0, WEEK, YEAR)]
    wanted = {end - timedelta(days=back) for end in ends for back in range(length)}
    found: dict[str, Days] = {path: {} for path in paths}
    rows = select(RegionDay.path, RegionDay.day, RegionDay.counts)
    for path, day, counts in db.execute(rows.where(RegionDay.path.in_(paths), RegionDay.day.in_(wanted))):
        found[path][day] = counts
    return {path: Trend(*(span(days, end, length) for end in ends)) for path, days in found.items()}


def span(found: Days, last: date, length: int) -> Span:
    days = [last - timedelta(days=back) for back in reversed(range(length))]
    counts: list[dict[str, Any]] = [found.get(day, {}) for day in days]
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return Span(
        days[0],
        last,
        {name: [one.get(name, 0) for one in counts] for name in COUNTED},
        {name: share(total[f"{name}_met"], total[f"{name}_cases"]) for name in THREE},
        any(counts),
    )
