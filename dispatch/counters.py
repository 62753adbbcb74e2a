"""Counted tickets of every region: what an event changes, how it is folded into the rows, how they are read.

A ticket adds to the region it lies in and to all above. Each event carries the change; the relay folds the
changes in the order of their numbers, so that a counter row is exact as of the number it names.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Row, bindparam, null, select, union_all
from sqlalchemy.orm import Session

from dispatch.league import share
from dispatch.models import RegionDay, RegionNow, Ticket
from dispatch.rates import THREE
from dispatch.workflow import OPEN, STATUSES
from dispatch.working_time import SHANGHAI
from grids.models import Region
from grids.queries import ancestors, children

RATES = THREE
_PATHS: Any = bindparam("paths", expanding=True)
ROWS = union_all(
    select(RegionNow.path, null().cast(Date).label("day"), RegionNow.counts).where(RegionNow.path.in_(_PATHS)),
    select(RegionDay.path, RegionDay.day, RegionDay.counts).where(
        RegionDay.path.in_(_PATHS), RegionDay.day.between(bindparam("first"), bindparam("today"))
    ),
)


def weight(ticket: Ticket) -> Counter[str]:
    """What a ticket adds to the counters of its region, as it stands."""
    counts = Counter({ticket.status: 1})
    if ticket.status in OPEN:
        counts["open"] = 1
        counts["overdue"] = int(ticket.overdue)
        counts["on_hold"] = int(ticket.on_hold)
        counts["due_soon"] = int(ticket.light == "near")
    return counts


def difference(after: Counter[str], before: Counter[str]) -> dict[str, int]:
    """What must be added to `before` to give `after`, without the zeros."""
    return {name: after[name] - before[name] for name in after | before if after[name] != before[name]}


def fold(db: Session, events: Sequence[Row[Any]], first: int) -> None:
    """Adds the events' changes to the rows of their regions and of all above; their numbers begin with `first`.

    Each event has `at`, `path`, `from_path`, `deltas`, `from_deltas`.
    """
    now_changes: dict[str, Counter[str]] = defaultdict(Counter)
    day_changes: dict[tuple[str, date], Counter[str]] = defaultdict(Counter)
    last: dict[str, int] = {}
    for seq, event in enumerate(events, first):
        for path, deltas in ((event.path, event.deltas), (event.from_path, event.from_deltas)):
            if path is None:
                continue
            now, days = now_part(deltas), day_part(deltas, day_of(event.at))
            for above in ancestors(path):
                last[above] = seq
                now_changes[above].update(now)
                for day, counts in days:
                    day_changes[above, day].update(counts)
    write_now(db, now_changes, last)
    write_days(db, day_changes)


def now_part(deltas: dict[str, int] | None) -> dict[str, int]:
    return {name: change for name, change in (deltas or {}).items() if not name.startswith("day.")}


def day_part(deltas: dict[str, int] | None, today: date) -> list[tuple[date, dict[str, int]]]:
    """What counts for a day: "day.closed" for the event's own, "day.closed@2026-11-30" for that one."""
    parts = [(name[4:].partition("@"), change) for name, change in (deltas or {}).items() if name.startswith("day.")]
    return [(date.fromisoformat(day) if day else today, {name: change}) for (name, _, day), change in parts]


def write_now(db: Session, changes: dict[str, Counter[str]], last: dict[str, int]) -> None:
    rows = {row.path: row for row in db.scalars(select(RegionNow).where(RegionNow.path.in_(last)))}
    for path, seq in last.items():
        row = rows.get(path)
        if row is None:
            row = RegionNow(path=path, counts={})
            db.add(row)
        row.seq = seq
        row.counts = merged(row.counts, changes[path])


def write_days(db: Session, changes: dict[tuple[str, date], Counter[str]]) -> None:
    days = {day for _, day in changes}
    paths = {path for path, _ in changes}
    query = select(RegionDay).where(RegionDay.path.in_(paths), RegionDay.day.in_(days))
    rows = {(row.path, row.day): row for row in db.scalars(query)}
    for (path, day), counts in changes.items():
        row = rows.get((path, day))
        if row is None:
            row = RegionDay(path=path, day=day, counts={})
            db.add(row)
        row.counts = merged(row.counts, counts)


def merged(counts: dict[str, int], changes: Counter[str]) -> dict[str, int]:
    total = Counter(counts)
    total.update(changes)
    return {name: value for name, value in total.items() if value}


def counters_of(db: Session, path: str, today: date) -> dict[str, Any]:
    """The counters of one region as of its row's `seq`; rates are those of the month of `today`."""
    return counters_of_many(db, [path], today)[path]


def children_counters(db: Session, region: Region, today: date) -> list[tuple[Region, dict[str, Any]]]:
    """The counters of the regions directly below, by code."""
    below = children(db, region)
    found = counters_of_many(db, [child.path for child in below], today)
    return [(child, found[child.path]) for child in below]


def counters_of_many(db: Session, paths: Iterable[str], today: date) -> dict[str, dict[str, Any]]:
    """The counters of several regions, by path; the rows of now and of the month's days come in one statement."""
    paths = list(paths)
    now: dict[str, dict[str, int]] = {}
    months: dict[str, Counter[str]] = defaultdict(Counter)
    days: dict[str, dict[str, int]] = {}
    for path, day, counts in db.execute(ROWS, {"paths": paths, "first": today.replace(day=1), "today": today}):
        if day is None:
            now[path] = counts
            continue
        months[path].update(counts)
        if day == today:
            days[path] = counts
    return {path: shape(now.get(path, {}), days.get(path, {}), months[path]) for path in paths}


def shape(now: dict[str, int], today: dict[str, int], month: Counter[str]) -> dict[str, Any]:
    return {
        "open": now.get("open", 0),
        "by_status": {status: now.get(status, 0) for status in STATUSES},
        "overdue": now.get("overdue", 0),
        "due_soon": now.get("due_soon", 0),
        "on_hold": now.get("on_hold", 0),
        "today": {"received": today.get("received", 0), "closed": today.get("closed", 0)},
        "rates": {name: rate(month[f"{name}_met"], month[f"{name}_cases"]) for name in RATES},
    }


def rate(met: int, cases: int) -> dict[str, Any]:
    """A rate with its number of cases and its Wilson interval (95 %), so that 3 of 3 does not outrank 950 of 1,000."""
    found = share(met, cases).told()
    return {name: found[name] for name in ("value", "cases", "low", "high")}


def day_of(moment: datetime) -> date:
    """The day in Asia/Shanghai that a moment belongs to."""
    return moment.astimezone(SHANGHAI).date()
