"""Working time of a calendar: how many of its minutes lie before an instant, and which minute completes an amount.

An instant is counted as whole minutes since the year 1 in Asia/Shanghai. That zone is held as the fixed offset +08:00:
China has had no summer time since 1991, and a machine without a zone database gives the same answers.
"""

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cached_property, lru_cache

from dispatch.errors import BadInput
from geodata.holidays import CalendarData, calendar_data

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
DAY = 24 * 60
FIRST_YEAR, LAST_YEAR = 2000, 2100
# A day more at both ends: 1 January of FIRST_YEAR elsewhere may still be 31 December in Shanghai.
_FIRST_DAY = date(FIRST_YEAR, 1, 1).toordinal() - 1
_LAST_DAY = date(LAST_YEAR, 12, 31).toordinal() + 1
FOREVER = (_LAST_DAY + 2) * DAY
_ORIGIN = datetime(1, 1, 1, tzinfo=SHANGHAI)


@dataclass(frozen=True, eq=False)
class Calendar(CalendarData):
    """A calendar that counts: minutes are numbered from the year 1, days by `date.toordinal()`."""

    # Loaded once and the same object everywhere: what is computed with it can be remembered by it.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    @cached_property
    def day_minutes(self) -> int:
        """Working minutes of a working day."""
        return len(self._ends)

    def minutes_before(self, minute: int) -> int:
        """Working minutes before the beginning of `minute`, counted from the first day of the range."""
        day, minute_of_day = divmod(minute, DAY)
        if day > _LAST_DAY:
            return len(self._working_days) * self.day_minutes
        twice = self._places[day - _FIRST_DAY] if day > _FIRST_DAY else 0
        whole_days = (twice >> 1) * self.day_minutes
        return whole_days + self._elapsed[minute_of_day] if twice & 1 else whole_days

    def minute_after(self, count: int) -> int:
        """End of the `count`-th working minute (1 or more). Raises BadInput when it lies beyond the last year."""
        place, minute = divmod(count - 1, self.day_minutes)
        if place >= len(self._working_days):
            raise BadInput("time_out_of_range", first=FIRST_YEAR, last=LAST_YEAR)
        return self._working_days[place] * DAY + self._ends[minute]

    def is_working_day(self, day: int) -> bool:
        """Whether the day with this ordinal is worked."""
        return _FIRST_DAY <= day <= _LAST_DAY and bool(self._places[day - _FIRST_DAY] & 1)

    def is_planned(self, first: datetime, last: datetime) -> bool:
        """Whether every year from `first` to `last` has an official plan."""
        return all(year in self.planned_years for year in range(first.year, last.year + 1))

    @cached_property
    def _working_days(self) -> Sequence[int]:
        """Ordinals of all working days in the range, ascending."""
        # Ordinal 1 is a Monday.
        worked = {day for day in range(_FIRST_DAY, _LAST_DAY + 1) if (day - 1) % 7 not in self.weekend}
        for when, is_worked in self.days.items():
            (worked.add if is_worked else worked.discard)(when.toordinal())
        return array("i", sorted(day for day in worked if _FIRST_DAY <= day <= _LAST_DAY))

    @cached_property
    def _places(self) -> Sequence[int]:
        """For each day of the range: twice the number of working days before it, and 1 more when it is one itself."""
        places, place, worked = array("i"), 0, set(self._working_days)
        for day in range(_FIRST_DAY, _LAST_DAY + 1):
            places.append(2 * place + (day in worked))
            place += day in worked
        return places

    @cached_property
    def _ends(self) -> Sequence[int]:
        """End of each working minute of a day, in minutes after midnight."""
        return array("i", (minute + 1 for begin, end in self.intervals for minute in range(begin, end)))

    @cached_property
    def _elapsed(self) -> Sequence[int]:
        """Working minutes before each minute of a day."""
        return array("i", (bisect_right(self._ends, minute) for minute in range(DAY)))


@lru_cache(maxsize=64)
def load_calendar(code: str) -> Calendar:
    """The calendar `code` of geodata/calendars; raises CalendarError when there is none."""
    return Calendar(**vars(calendar_data(code)))


def minute_floor(when: datetime) -> int:
    """Number of the minute that `when` lies in; raises as `in_shanghai` does."""
    if when.tzinfo is None or not FIRST_YEAR <= when.year <= LAST_YEAR:
        in_shanghai(when)
    since = when - _ORIGIN
    return since.days * DAY + DAY + since.seconds // 60


def minute_ceil(when: datetime) -> int:
    """Number of the first minute that begins at `when` or later; raises as `in_shanghai` does."""
    if when.tzinfo is None or not FIRST_YEAR <= when.year <= LAST_YEAR:
        in_shanghai(when)
    since = when - _ORIGIN
    minute, rest = divmod(since.seconds, 60)
    return since.days * DAY + DAY + minute + (rest > 0 or since.microseconds > 0)


def in_shanghai(when: datetime) -> datetime:
    """The same instant on the clocks of Shanghai. Raises BadInput without offset or outside the range of years."""
    if when.tzinfo is None:
        raise BadInput("time_without_offset", value=when.isoformat())
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        raise BadInput("time_out_of_range", first=FIRST_YEAR, last=LAST_YEAR)
    return when.astimezone(SHANGHAI)


def instant(minute: int) -> datetime:
    """Beginning of a minute, aware, in Asia/Shanghai. Raises BadInput beyond the range of years."""
    if minute >= FOREVER:
        raise BadInput("time_out_of_range", first=FIRST_YEAR, last=LAST_YEAR)
    return _ORIGIN + timedelta(minutes=minute - DAY)


def in_beijing(when: datetime | None) -> str | None:
    """ISO 8601 in Beijing time, for what an event keeps of a moment."""
    return when.astimezone(SHANGHAI).isoformat() if when else None
