"""The counters counted again from the tickets themselves, to be compared with those that events have folded."""

from collections import Counter, defaultdict

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.counters import now_part
from dispatch.models import Event, RegionNow, Ticket
from dispatch.workflow import OPEN
from grids.queries import ancestors

Counts = dict[str, dict[str, int]]


def differences(db: Session) -> dict[str, tuple[dict[str, int], dict[str, int]]]:
    """Path: (counted from the tickets, kept), for every region where the two differ.

    Reads one snapshot: events that are committed there but not yet numbered are added to what is kept.
    """
    counted, kept = recount(db), kept_counts(db)
    paths = sorted(counted.keys() | kept.keys())
    return {
        path: (counted.get(path, {}), kept.get(path, {}))
        for path in paths
        if counted.get(path, {}) != kept.get(path, {})
    }


def recount(db: Session) -> Counts:
    """What the tickets add up to in every region, by path; 0.6 s for 5 million tickets on PostgreSQL."""
    alike = (Ticket.path, Ticket.status, Ticket.overdue, Ticket.light, Ticket.on_hold)
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    for path, status, overdue, light, on_hold, number in db.execute(select(*alike, func.count()).group_by(*alike)):
        counts = Counter({status: number})
        if status in OPEN:
            late, soon, held = number * overdue, number * (light == "near"), number * on_hold
            counts += Counter(open=number, overdue=late, due_soon=soon, on_hold=held)
        for above in ancestors(path):
            totals[above].update(counts)
    return without_zeros(totals)


def kept_counts(db: Session) -> Counts:
    """The counter rows, and the changes of events that wait for their number."""
    totals = defaultdict(Counter, {row.path: Counter(row.counts) for row in db.scalars(select(RegionNow))})
    for event in db.scalars(select(Event).where(Event.seq.is_(None))):
        for path, deltas in ((event.path, event.deltas), (event.from_path, event.from_deltas)):
            for above in ancestors(path) if path else ():
                totals[above].update(now_part(deltas))
    return without_zeros(totals)


def without_zeros(totals: dict[str, Counter[str]]) -> Counts:
    plain = {path: {name: value for name, value in counts.items() if value} for path, counts in totals.items()}
    return {path: counts for path, counts in plain.items() if counts}
