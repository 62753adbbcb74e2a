"""Likely duplicates of a matter: candidates by indexed place, time and caller; ranked by likeness, with reasons.

Candidates are bounded: those around the point, those of the regions that are known only so far, those of the caller,
each the newest first. A duplicate is told, never merged by itself.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select, union_all
from sqlalchemy.orm import Session

from dispatch.changes import row_json
from dispatch.likeness import SHOWN, VERY_LIKELY, Matter, Words, apart_m, parts_of, reasons_of, score_of
from dispatch.models import Photo, Ticket
from dispatch.workflow import CLOSED, OPEN
from geodata.coords import distance_m
from grids.models import DISTRICT
from grids.queries import ancestors
from grids.scope import Actor, seen_by, within

__all__ = ["Matter", "matter_of", "near", "similar", "similar_to"]
WITHIN = timedelta(days=30)
AROUND_M = 400.0
NEAR_M, MOST = 150.0, 500  # what a citizen is told about: how far around, how many at most
DEGREE_M = 111_320.0
OFFERED = (*OPEN, CLOSED)  # what was rejected is no matter of ours
EACH = 80  # candidates by each way of looking
LOOKED_AT, TOP = 30, 5
COLUMNS = (
    Ticket.id, Ticket.description, Ticket.category, Ticket.path, Ticket.lon, Ticket.lat, Ticket.created_at,
    Ticket.address, Ticket.caller_phone, Ticket.raw,
)  # fmt: skip


def similar_to(db: Session, actor: Actor, ticket: Ticket) -> list[dict[str, Any]]:
    """Rows of the tickets that may be the same matter, each with score 0-1, parts, reasons and distance_m."""
    return similar(db, actor, matter_of(ticket))


def matter_of(ticket: Ticket) -> Matter:
    return Matter(
        description=ticket.description,
        category=ticket.category,
        path=ticket.path,
        lon=ticket.lon,
        lat=ticket.lat,
        at=ticket.created_at,
        ticket_id=ticket.id,
        address=ticket.address,
        phone=ticket.caller_phone,
        accuracy_m=accuracy_of(ticket.raw),
        hashes=tuple(int(photo.dhash, 16) for photo in ticket.photos if photo.dhash),
    )


def accuracy_of(raw: Any) -> float:
    return float((raw or {}).get("accuracy_m") or 0.0)


def similar(db: Session, actor: Actor, matter: Matter) -> list[dict[str, Any]]:
    """The same for a matter that is not yet a ticket, the likeliest first."""
    ranked = rank(matter, candidates(db, actor, matter))[:LOOKED_AT]
    query = select(Ticket).where(Ticket.id.in_([other.ticket_id for _, other, _ in ranked]))
    tickets = {ticket.id: ticket for ticket in db.scalars(query)} if ranked else {}
    found: dict[str, dict[str, Any]] = {}  # of one cluster the likeliest only
    for score, other, parts in ranked:
        ticket = tickets[other.ticket_id or 0]
        found.setdefault(ticket.lead or ticket.number, told(matter, other, score, parts, ticket))
    return list(found.values())[:TOP]


def near(db: Session, lon: float, lat: float, category: str | None, now: datetime) -> dict[str, Any]:
    """For anybody: {count, nearest_m, by_status} of the open matters within NEAR_M of (lon, lat) WGS-84.

    `category` narrows to its group. Distances are rounded to 50 m, and what is confidential is left out.
    """
    query = select(Ticket.status, Ticket.lon, Ticket.lat).where(
        around(lon, lat),
        Ticket.created_at > now - WITHIN,
        Ticket.status.in_(OPEN),
        Ticket.confidential.is_(False),
    )
    if category:
        query = query.where(Ticket.category.startswith(category.split(".")[0], autoescape=True))
    found = [(row.status, distance_m(lon, lat, row.lon, row.lat)) for row in db.execute(query.limit(MOST))]
    close = [(status, apart) for status, apart in found if apart <= NEAR_M]
    nearest = min((apart for _, apart in close), default=None)
    return {
        "count": len(close),
        "nearest_m": None if nearest is None else round(nearest / 50) * 50,
        "by_status": dict(Counter(status for status, _ in close)),
    }


def rank(matter: Matter, others: list[Matter]) -> list[tuple[float, Matter, dict[str, float | None]]]:
    words = Words([matter.description, *(other.description for other in others)])
    rated = [(score_of(parts), other, parts) for other in others for parts in [parts_of(matter, other, words)]]
    return sorted((each for each in rated if each[0] >= SHOWN), key=lambda each: (-each[0], each[1].ticket_id or 0))


def candidates(db: Session, actor: Actor, matter: Matter) -> list[Matter]:
    """Matters of the actor's scope that are worth comparing, at most EACH by each way of looking."""
    ways = [newest(way, actor, matter) for way in ways_of(matter)]
    if not ways:
        return []
    found = union_all(*(select(way.subquery().c.id) for way in ways)).subquery()
    rows = db.execute(select(*COLUMNS).where(Ticket.id.in_(select(found.c.id)))).all()
    hashes = photos_of(db, [row.id for row in rows]) if matter.hashes else {}
    return [compared(row, hashes.get(row.id, ())) for row in rows]


def newest(way: ColumnElement[bool], actor: Actor, matter: Matter) -> Select[Any]:
    """The newest ids by one way of looking. Scope and time are written so that no index serves them: the way has its
    own, and SQLite, and PostgreSQL with a LIMIT, would rather walk through all that is recent."""
    moment, path = func.coalesce(Ticket.created_at, Ticket.updated_at), func.coalesce(Ticket.path, "")
    return (
        select(Ticket.id)
        .where(
            way,
            moment.between(matter.at - WITHIN, matter.at + WITHIN),
            Ticket.id != (matter.ticket_id or 0),
            Ticket.status.in_(OFFERED),
            seen_by(actor, Ticket, path),
        )
        .order_by(moment.desc())
        .limit(EACH)
    )


def ways_of(matter: Matter) -> list[ColumnElement[bool]]:
    """Where to look: around the point and at regions known no better; without a point, in what is known."""
    here = ancestors(matter.path)
    recent = Ticket.created_at.between(matter.at - WITHIN, matter.at + WITHIN)
    found: list[ColumnElement[bool]] = []
    if matter.lon is not None and matter.lat is not None:
        found = [around(matter.lon, matter.lat)]
    elif len(here) > DISTRICT:  # a whole district holds too many: there only those known no better, below
        found = [within(Ticket.path, matter.path)]
    if len(here) >= DISTRICT:
        found.append(and_(Ticket.path.in_(here[DISTRICT - 1 :]), Ticket.lon.is_(None), recent))
    return found + ([Ticket.caller_phone == matter.phone] if matter.phone else [])


def around(lon: float, lat: float) -> ColumnElement[bool]:
    """A box of AROUND_M to each side; at 41 degrees a degree of longitude is three quarters of one of latitude."""
    tall, wide = AROUND_M / DEGREE_M, AROUND_M / DEGREE_M / 0.75
    return and_(Ticket.lat.between(lat - tall, lat + tall), Ticket.lon.between(lon - wide, lon + wide))


def photos_of(db: Session, ids: Iterable[int]) -> dict[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = defaultdict(tuple)
    decoded = Photo.dhash.is_not(None)  # a photo that waits to be decoded has none yet
    for row in db.execute(select(Photo.ticket_id, Photo.dhash).where(Photo.ticket_id.in_(ids), decoded)):
        found[row.ticket_id] += (int(row.dhash, 16),)
    return found


def compared(row: Row[Any], hashes: tuple[int, ...]) -> Matter:
    return Matter(
        row.description, row.category, row.path, row.lon, row.lat, row.created_at, row.id, row.address,
        row.caller_phone, accuracy_of(row.raw), hashes,
    )  # fmt: skip


def told(matter: Matter, other: Matter, score: float, parts: dict[str, float | None], ticket: Ticket) -> dict[str, Any]:
    apart = apart_m(matter, other)
    return row_json(ticket) | {
        "description": ticket.description,
        "score": min(round(score, 2), 0.99),  # likely, never proven
        "very_likely": score >= VERY_LIKELY,
        "parts": {name: round(value, 2) for name, value in parts.items() if value is not None},
        "distance_m": round(apart) if apart is not None else None,
        "reasons": reasons_of(parts),
        "created_at": ticket.created_at.isoformat(),
    }
