"""Which calendar counts for whom, and every version of it that a clock was ever computed with."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from dispatch.errors import BadInput
from dispatch.working_time import Calendar
from geodata.holidays import read_calendar

COLUMNS = ("unit", "region", "calendar", "source")


@dataclass(frozen=True)
class CalendarRule:
    """`calendar` counts for a unit (by code), else for what lies in a region (a path, with all below it)."""

    unit: str
    region: str
    calendar: str
    source: str = "default"

    @property
    def rank(self) -> tuple[bool, int]:
        """A unit's own calendar comes first, then the deepest region's."""
        return bool(self.unit), self.region.count(".")

    def matches(self, unit: str, path: str) -> bool:
        return self.unit in ("", unit) and path.startswith(self.region)


class Calendars:
    """All calendars of a deployment. `texts`: JSON by (code, version); they are parsed when first asked for."""

    def __init__(self, texts: Mapping[tuple[str, int], str], rules: tuple[CalendarRule, ...]) -> None:
        self._texts = texts
        self._newest: dict[str, int] = {}
        for code, version in sorted(texts):
            self._newest[code] = version
        self.rules = rules
        strangers = [rule.calendar for rule in rules if rule.calendar not in self._newest]
        if strangers:
            raise BadInput("calendar_unknown", calendar=strangers[0])

    def for_holder(self, unit: str, path: str) -> Calendar:
        """The newest version of the calendar for a ticket at `path` that `unit` holds."""
        rule = next(rule for rule in self.rules if rule.matches(unit, path))
        return self.newest(rule.calendar)

    def newest(self, code: str) -> Calendar:
        """Raises BadInput for a code that is unknown."""
        if code not in self._newest:
            raise BadInput("calendar_unknown", calendar=code)
        return self.frozen(code, self._newest[code])

    def frozen(self, code: str, version: int) -> Calendar:
        """A calendar as it was in that version; versions from before calendars were settings are the first one."""
        known = version if (code, version) in self._texts else min(v for c, v in self._texts if c == code)
        return parsed(self._texts[code, known], known)

    def with_draft(self, text: str) -> "Calendars":
        """The same with a calendar as it would be next. Raises CalendarError."""
        code = parsed(text, 0).code
        return Calendars(dict(self._texts) | {(code, self._newest.get(code, 0) + 1): text}, self.rules)

    def codes(self) -> tuple[str, ...]:
        return tuple(sorted(self._newest))


@lru_cache(maxsize=256)
def parsed(text: str, version: int) -> Calendar:
    """A calendar that counts, under the version of its setting. Raises CalendarError."""
    return Calendar(**vars(replace(read_calendar(text), version=version)))


def read_calendar_rules(text: str) -> tuple[CalendarRule, ...]:
    """Rules from a CSV with the columns COLUMNS, the most specific first; raises BadInput naming the line.

    One row without unit and region must be there: it counts where no other does.
    """
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise BadInput("calendar_rules", line=1)
    rules = []
    for row in rows:
        if None in row.values() or None in row or not row["calendar"] or (row["region"] and row["region"][-1] != "."):
            raise BadInput("calendar_rules", line=rows.line_num)
        rules.append(CalendarRule(**{name: value.strip() for name, value in row.items()}))
    if not any(not rule.unit and not rule.region for rule in rules):
        raise BadInput("calendar_rules", line=rows.line_num)
    return tuple(sorted(rules, key=lambda rule: rule.rank, reverse=True))
