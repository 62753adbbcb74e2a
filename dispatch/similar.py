"""Likely duplicates of a matter: near in place and time, of one category, with like words; ranked, with reasons."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rapidfuzz.fuzz import token_set_ratio
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.changes import row_json
from dispatch.models import Ticket
from dispatch.workflow import REJECTED
from geodata.coords import distance_m
from grids.scope import Actor, seen_by, within

WITHIN = timedelta(days=30)
NEAR_M = 300.0
MOST = 200  # candidates looked at
SHOWN = 5
LIKELY = 0.45
WEIGHTS = {"distance": 0.4, "category": 0.3, "words": 0.3}


@dataclass(frozen=True)
class Matter:
    """What is compared: the place as a path and, where known, a point (lon, lat) WGS-84."""

    description: str
    category: str | None
    path: str
    lon: float | None
    lat: float | None
    at: datetime
    ticket_id: int | None = None


def similar_to(db: Session, actor: Actor, ticket: Ticket) -> list[dict[str, Any]]:
    """Rows of the tickets that may be the same matter, each with score 0-1, distance_m and reasons."""
    matter = Matter(
        ticket.description, ticket.category, ticket.path, ticket.lon, ticket.lat, ticket.created_at, ticket.id
    )
    return similar(db, actor, matter)


def similar(db: Session, actor: Actor, matter: Matter) -> list[dict[str, Any]]:
    """The same for a matter that is not yet a ticket."""
    query = (
        select(Ticket)
        .where(
            within(Ticket.path, neighbourhood(matter.path)),
            seen_by(actor, Ticket.path, Ticket.holder_id),
            Ticket.created_at.between(matter.at - WITHIN, matter.at + WITHIN),
            Ticket.id != (matter.ticket_id or 0),
            Ticket.status != REJECTED,
        )
        .order_by(Ticket.created_at.desc())
        .limit(MOST)
    )
    rated = [rate(matter, other) for other in db.scalars(query)]
    likely = sorted((row for row in rated if row["score"] >= LIKELY), key=lambda row: -row["score"])
    return likely[:SHOWN]


def neighbourhood(path: str) -> str:
    """Where duplicates are looked for: the street, or what is known if that is coarser."""
    return ".".join(path.strip(".").split(".")[:4]) + "."


def rate(matter: Matter, other: Ticket) -> dict[str, Any]:
    apart = apart_m(matter, other)
    parts = {
        "distance": closeness(matter, other, apart),
        "category": kinship(matter.category, other.category),
        "words": token_set_ratio(matter.description, other.description) / 100,
    }
    score = sum(WEIGHTS[name] * value for name, value in parts.items())
    return row_json(other) | {
        "description": other.description,
        "score": round(score, 2),
        "distance_m": round(apart) if apart is not None else None,
        "reasons": [name for name, value in parts.items() if value >= 0.5],
        "created_at": other.created_at.isoformat(),
    }


def apart_m(matter: Matter, other: Ticket) -> float | None:
    if matter.lon is None or matter.lat is None or other.lon is None or other.lat is None:
        return None
    return distance_m(matter.lon, matter.lat, other.lon, other.lat)


def closeness(matter: Matter, other: Ticket, apart: float | None) -> float:
    """1 at the same point, 0 from NEAR_M on; without points half for the very same region."""
    if apart is not None:
        return max(0.0, 1 - apart / NEAR_M)
    return 0.5 if matter.path == other.path else 0.0


def kinship(one: str | None, other: str | None) -> float:
    if one is None or other is None:
        return 0.0
    return 1.0 if one == other else 0.4 if one.split(".")[0] == other.split(".")[0] else 0.0
