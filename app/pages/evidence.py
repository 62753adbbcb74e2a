"""When and how far from the matter a photo was taken, for staff: as it says itself, else as the act that brought it."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from dispatch.models import Event, Photo, Ticket
from geodata.coords import distance_m


class Stamp(NamedTuple):
    """`metres` from the ticket's point, None where either is unknown."""

    at: datetime
    metres: int | None


def stamps(ticket: Ticket, events: Iterable[Event]) -> dict[str, Stamp]:
    """By the photo's key."""
    acts = {key: event for event in events for key in (event.detail or {}).get("photos", ())}
    return {photo.key: stamp(ticket, photo, acts.get(photo.key)) for photo in ticket.photos}


def stamp(ticket: Ticket, photo: Photo, act: Event | None) -> Stamp:
    raw = photo.raw or {}
    at = photo.taken_at or (act.at if act else photo.created_at)
    if ticket.lon is None or ticket.lat is None:
        return Stamp(at, None)
    if raw.get("lon") is not None and raw.get("lat") is not None:
        return Stamp(at, round(distance_m(raw["lon"], raw["lat"], ticket.lon, ticket.lat)))
    return Stamp(at, (act.detail or {}).get("distance_m") if act else None)
