"""Numbers committed events in a safe order, and answers what a region looks like, or what changed in it since a number.

Ids commit out of order; numbers are given by one transaction at a time, together with the counters that they fold.
A region's `seq` is the number of the last event in its subtree. A snapshot plus all later changes equals a fresh
snapshot: counters always, rows where the list is not truncated.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.orm import Session

from dispatch import clusters
from dispatch.audit import locked, seal
from dispatch.chain import CHAINED
from dispatch.counters import counters_of, counters_of_many, fold
from dispatch.models import Event, RegionNow, Relay, Ticket
from dispatch.workflow import OPEN
from dispatch.working_time import SHANGHAI
from grids.models import Region
from grids.scope import within

MAX_ROWS = 500
MAX_CHANGES = 1_000  # tickets that a catch-up may bring before a new snapshot is cheaper
BATCH = 1_000
NUMBERED = [getattr(Event, name) for name in ("id", "deltas", "from_deltas", *CHAINED["event"])]
RELAY_LOCK = 12345  # advisory lock: one transaction at a time gives numbers


def number_events(db: Session) -> int:
    """Gives the next numbers to committed events without one, seals them, folds their counters; how many there were."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": RELAY_LOCK})
    events = db.execute(select(*NUMBERED).where(Event.seq.is_(None)).order_by(Event.id).limit(BATCH)).all()
    if not events:
        return 0
    relay = db.get(Relay, 1, with_for_update=True)
    if relay is None:
        relay = Relay(id=1, seq=0)
        db.add(relay)
    chain = locked(db, "event", relay.seq + 1)
    numbered = list(enumerate(events, relay.seq + 1))
    db.execute(update(Event), [{"id": one.id, "seq": seq, "digest": seal(chain, seq, one)} for seq, one in numbered])
    fold(db, events, relay.seq + 1)
    relay.seq += len(events)
    return len(events)


def waiting(db: Session) -> bool:
    """Whether a committed event still has no number."""
    return db.scalar(select(Event.id).where(Event.seq.is_(None)).limit(1)) is not None


def last_number(db: Session) -> int:
    """The number of the newest numbered event."""
    return db.scalar(select(Relay.seq).where(Relay.id == 1)) or 0


def events_after(db: Session, seq: int, limit: int = BATCH) -> list[tuple[int, int, str, str | None]]:
    """(seq, ticket id, path, path before) of the numbered events after `seq`, in order."""
    query = (
        select(Event.seq, Event.ticket_id, Event.path, Event.from_path)
        .where(Event.seq > seq)
        .order_by(Event.seq)
        .limit(limit)
    )
    return [(row.seq, row.ticket_id, row.path, row.from_path) for row in db.execute(query)]


def seq_of(db: Session, path: str) -> int:
    return db.scalar(select(RegionNow.seq).where(RegionNow.path == path)) or 0


def snapshot(db: Session, region: Region, today: date) -> dict[str, Any]:
    """{seq, counters, tickets}: the open tickets of the subtree by due time, at most MAX_ROWS (`truncated` beyond)."""
    query = (
        select(Ticket)
        .where(within(Ticket.path, region.path), Ticket.status.in_(OPEN))
        .order_by(Ticket.due_at.nulls_last(), Ticket.id)
        .limit(MAX_ROWS + 1)
    )
    tickets = db.scalars(query).all()
    answer: dict[str, Any] = {
        "region": region.code,
        "seq": seq_of(db, region.path),
        "counters": counters_of(db, region.path, today),
        "tickets": [row_json(ticket) for ticket in tickets[:MAX_ROWS]],
    }
    if len(tickets) > MAX_ROWS:
        answer["truncated"] = True
    return answer


def changes_since(db: Session, region: Region, seq: int, today: date) -> dict[str, Any]:
    """What changed after `seq`, to be merged by number; or a snapshot, marked so, when that is too much or unknown."""
    newest = seq_of(db, region.path)
    ids = changed_tickets(db, region.path, seq) if seq <= newest else None
    if ids is None or len(ids) > MAX_CHANGES:
        return snapshot(db, region, today) | {"snapshot": True}
    return messages(db, [(region, ids)], today)[0]


def changed_tickets(db: Session, path: str, seq: int) -> list[int]:
    query = (
        select(Event.ticket_id)
        .where(Event.seq > seq, or_(within(Event.path, path), within(Event.from_path, path)))
        .distinct()
        .limit(MAX_CHANGES + 1)
    )
    return list(db.scalars(query))


def messages(db: Session, changed: Sequence[tuple[Region, Collection[int]]], today: date) -> list[dict[str, Any]]:
    """One `changes` message for each region and the ids of its tickets, read together for all of them.

    The rows are those of the tickets as they stand, by id, with `removed` for those that left the region's list.
    """
    tickets = tickets_by_id(db, list({one for _, some in changed for one in some}))
    paths = [region.path for region, _ in changed]
    query = select(RegionNow.path, RegionNow.seq).where(RegionNow.path.in_(paths))
    seqs = {row.path: row.seq for row in db.execute(query)}
    counters = counters_of_many(db, paths, today)
    return [
        {
            "region": region.code,
            "seq": seqs.get(region.path, 0),
            "counters": counters[region.path],
            "tickets": [listed_row(tickets[one], region.path) for one in sorted(some)],
        }
        for region, some in changed
    ]


def tickets_by_id(db: Session, ids: list[int]) -> dict[int, Ticket]:
    """In parts, because a database takes so many parameters and no more."""
    parts = [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
    return {ticket.id: ticket for part in parts for ticket in db.scalars(select(Ticket).where(Ticket.id.in_(part)))}


def listed_row(ticket: Ticket, path: str) -> dict[str, Any]:
    row = row_json(ticket)
    if ticket.status not in OPEN or not ticket.path.startswith(path):
        return {"number": row["number"], "removed": True}
    return row


def row_json(ticket: Ticket) -> dict[str, Any]:
    """A ticket in a list, without any personal data."""
    return {
        "number": ticket.number,
        "status": ticket.status,
        "kind": ticket.kind,
        "category": ticket.category,
        "urgency": ticket.urgency,
        "region": ticket.region.code,
        "region_name": ticket.region.name,
        "place": ticket.place,
        "holder": ticket.holder.code,
        "holder_name": ticket.holder.name,
        "due_at": iso(ticket.due_at),
        "light": ticket.light,
        "overdue": ticket.overdue,
        "on_hold": ticket.on_hold,
        "escalation_level": ticket.escalation_level,
        **clusters.told(ticket),
        "updated_at": iso(ticket.updated_at),
    }


def iso(moment: Any) -> str | None:
    """ISO 8601 in Beijing time, with its offset."""
    return moment.astimezone(SHANGHAI).isoformat() if moment else None


def newest_events(db: Session) -> int:
    """How many events still wait for a number."""
    return db.scalar(select(func.count()).select_from(Event).where(Event.seq.is_(None))) or 0
