"""What the counters say, against what tickets and events add up to."""

from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import func, select

from dispatch.counters import RATES, day_of
from dispatch.models import Event, RegionDay, RegionNow, Ticket
from dispatch.workflow import ENDED, OPEN
from grids.queries import ancestors


def check_counters(db: Any) -> None:
    """What was folded from events equals a count of the tickets, for every region of every level."""
    wanted: dict[str, Counter[str]] = defaultdict(Counter)
    alike = Ticket.path, Ticket.status, Ticket.overdue, Ticket.light, Ticket.on_hold
    for path, status, overdue, light, held, count in db.execute(select(*alike, func.count()).group_by(*alike)):
        for above in ancestors(path):
            wanted[above][status] += count
            if status in OPEN:
                wanted[above].update(
                    open=count, overdue=count * overdue, due_soon=count * (light == "near"), on_hold=count * held
                )
    folded = {row.path: row.counts for row in db.scalars(select(RegionNow)) if row.counts}
    assert folded == {path: dict(+counts) for path, counts in wanted.items()}


def check_days(db: Any) -> None:
    """Received and closed of each day, at the top, equal the events that say so; no rate is above one or below none."""
    wanted: dict[Any, Counter[str]] = defaultdict(Counter)
    for event in db.scalars(select(Event)):
        day = day_of(event.at)
        wanted[day]["received"] += event.verb == "receive"
        wanted[day]["closed"] += event.to_status in ENDED and event.from_status not in ENDED
    folded = {row.day: Counter(row.counts) for row in db.scalars(select(RegionDay).where(RegionDay.path == "21."))}
    for row in db.scalars(select(RegionDay)):
        assert all(0 <= row.counts.get(f"{name}_met", 0) <= row.counts.get(f"{name}_cases", 0) for name in RATES), row
    for day, counts in wanted.items():
        assert {name: folded.get(day, Counter())[name] for name in counts} == counts
