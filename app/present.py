"""Tickets, rows, events and regions as the contract's JSON. Phones are masked here, and nowhere else."""

from typing import Any

from sqlalchemy.orm import Session

from app import agreed
from app.auth import request_actor
from app.babel import locale
from app.labels import label
from dispatch.changes import iso, row_json
from dispatch.clocks import latest
from dispatch.clusters import cluster_of, clustered, size_of
from dispatch.config import Config, current_config
from dispatch.models import Event, Photo, Ticket
from dispatch.transcript.quotes import masked_numbers
from grids.models import LEVELS, Region, Unit
from grids.queries import path_regions, unit_by_code

__all__ = ["event_json", "masked", "photo_json", "region_json", "row_json", "ticket_json"]
TOLD_AS_KEPT = ("urges", "reopens", "give_backs", "repeats", "attention", "on_hold", "recheck", "exclusion")
HIDDEN = ("unit_name", "was", "counted")


def masked(phone: str) -> str:
    """138****1234; a short number keeps only its last two digits."""
    if not phone:
        return ""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 9 else "*" * (len(phone) - 2) + phone[-2:]


def masked_name(name: str, confidential: bool) -> str:
    if confidential or not name:
        return ""
    return name[0] + "*" * (len(name) - 1)


def region_json(region: Region | None) -> dict[str, Any] | None:
    if region is None:
        return None
    return {"code": region.code, "name": region.name, "level": LEVELS[region.level - 1]}


def unit_json(unit: Unit | None) -> dict[str, Any] | None:
    """A unit: its code, name, kind, and the region where it stands."""
    if unit is None:
        return None
    region = unit.region
    return {
        "unit": unit.code,
        "name": unit.name,
        "kind": unit.kind,
        "region": region.code,
        "region_name": region.name,
        "level": LEVELS[region.level - 1],
    }


def supervising(db: Session, ticket: Ticket) -> Unit | None:
    """The centre of a manager who supervises, where no missed deadline has brought one in."""
    return unit_by_code(db, ticket.supervision["unit"]) if ticket.supervision else None


def category_json(config: Config, code: str | None) -> dict[str, str] | None:
    return {"code": code, "name": config.taxonomy.name(code, locale())} if code else None


def ticket_json(db: Session, ticket: Ticket, path: list[Region] | None = None) -> dict[str, Any]:
    """The Ticket of the contract; the caller's phone and name are masked for everybody."""
    path = path or path_regions(db, ticket.path)
    config = current_config(db)
    return {
        "number": ticket.number,
        "kind": ticket.kind,
        "status": ticket.status,
        "urgency": ticket.urgency,
        "channel": ticket.channel,
        "category": category_json(config, ticket.category),
        "description": ticket.description,
        "address": ticket.address,
        "location": location_json(ticket),
        "region": (region_json(ticket.region) or {}) | {"path": [region_json(region) for region in path]},
        "holder": unit_json(ticket.holder),
        "supervisor": unit_json(ticket.supervisor or supervising(db, ticket)),
        "supervision": ticket.supervision,
        **agreed.told(ticket),
        "route": route_json(ticket.route),
        "clocks": [clock_json(clock) for clock in latest(ticket)],
        "caller": caller_json(ticket),
        "quotes": quotes_json(ticket.said, ticket.caller_name),
        "happened": (ticket.said or {}).get("happened"),
        "due_at": iso(ticket.due_at),
        "light": ticket.light,
        "overdue": ticket.overdue,
        "escalation_level": ticket.escalation_level,
        "cluster": cluster_json(db, ticket),
        **{name: getattr(ticket, name) for name in TOLD_AS_KEPT},
        "resolved": ticket.resolved,
        "satisfaction": ticket.satisfaction,
        "version": ticket.version,
        "created_at": iso(ticket.created_at),
        "updated_at": iso(ticket.updated_at),
        "closed_at": iso(ticket.closed_at),
        "photos": [photo_json(photo) for photo in ticket.photos],
    }


def caller_json(ticket: Ticket) -> dict[str, Any]:
    return {
        "name": masked_name(ticket.caller_name, ticket.confidential),
        "phone": masked(ticket.caller_phone),
        "confidential": ticket.confidential,
    }


def quotes_json(said: dict[str, Any] | None, caller_name: str) -> list[dict[str, Any]]:
    """What the caller said about it, [{turn, start, end, text}] in the transcript's turns; telephone numbers and the
    caller's name are stars of the same length."""
    return [quote | {"text": starred(quote["text"], caller_name)} for quote in (said or {}).get("quotes", [])]


def starred(text: str, caller_name: str) -> str:
    text = masked_numbers(text)
    return text.replace(caller_name, "*" * len(caller_name)) if len(caller_name) > 1 else text


def cluster_json(db: Session, ticket: Ticket) -> dict[str, Any] | None:
    """The cluster of one matter: its leading ticket, how many there are, and those that the caller may see."""
    if not clustered(ticket):
        return None
    members = cluster_of(db, request_actor(), ticket)
    return {
        "lead": ticket.lead or ticket.number,
        "size": size_of(db, ticket),
        "members": [row_json(member) | {"created_at": iso(member.created_at)} for member in members],
    }


def similar_json(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Likely duplicates with their reasons in words."""
    return [row | {"reason_words": [label("likeness", code) for code in row["reasons"]]} for row in rows]


def route_json(route: dict[str, Any] | None) -> dict[str, Any] | None:
    if not route or not route.get("reason"):
        return None
    reason = route.get("reason_en") if locale() == "en" and route.get("reason_en") else route["reason"]
    return {"rule": route.get("rule"), "reason": reason}


def location_json(ticket: Ticket) -> dict[str, Any]:
    """(lon, lat) WGS-84 or null; `raw` is what came, with its datum; `level` is how precise the place is.

    Of a photo's own point beside a pin only the distance and the flag are told.
    """
    return {
        "lon": ticket.lon,
        "lat": ticket.lat,
        "level": LEVELS[ticket.region.level - 1],
        "raw": {name: value for name, value in (ticket.raw or {}).items() if name != "exif"} or None,
    }


def clock_json(clock: Any) -> dict[str, Any]:
    return {
        "kind": clock.kind,
        "state": clock.state,
        "started_at": iso(clock.started_at),
        "half_at": iso(clock.half_at),
        "warn_at": iso(clock.warn_at),
        "due_at": iso(clock.due_at),
        "stopped_at": iso(clock.stopped_at),
        "provisional": clock.provisional,
        "amount": clock.amount,
        "measure": clock.measure,
        "policy": clock.policy,
    }


def photo_json(photo: Photo) -> dict[str, Any]:
    """`state` ready: display and thumb can be asked for; pending: soon; failed: never, `problem` says why."""
    base = f"/api/v1/photos/{photo.key}"
    return {
        "key": photo.key,
        "phase": photo.phase,
        "state": photo.state,
        "problem": photo.problem,
        "display": f"{base}/display",
        "thumb": f"{base}/thumb",
        "width": photo.width,
        "height": photo.height,
        "taken_at": iso(photo.taken_at),
    }


def event_json(event: Event) -> dict[str, Any]:
    """A line of the timeline; what the event carried stands beside verb, time and actor."""
    detail = {name: value for name, value in (event.detail or {}).items() if name not in HIDDEN}
    if event.verb == "receive" and event.ticket.said:
        detail["quotes"] = quotes_json(event.ticket.said, event.ticket.caller_name)
    return detail | {
        "id": event.id,
        "verb": event.verb,
        "label": label("verb", event.verb),
        "at": iso(event.at),
        "recorded_at": iso(event.recorded_at),
        "actor": event.actor,
        "actor_name": event.actor_name,
        "from": event.from_status,
        "to": event.to_status,
    }
