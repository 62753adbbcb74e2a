"""The place of a ticket: from a point in any datum, from a region named in words, never finer than what is known."""

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from dispatch.errors import BadInput
from dispatch.models import Ticket
from dispatch.routing import Route, route
from geodata.coords import DATUMS
from grids.cells import OutsideProvince, Spot, locate
from grids.models import DISTRICT, Region
from grids.queries import path_regions, region_by_code
from grids.together import remembered

if TYPE_CHECKING:
    from dispatch.config import Config

Point = tuple[float, float, str]


@dataclass(frozen=True)
class Place:
    """A region with the way down to it, and the point in it when there is one: (lon, lat) WGS-84.

    `raw` is what came, with its datum.
    """

    region: Region
    path: list[Region]
    lon: float | None = None
    lat: float | None = None
    raw: dict[str, Any] = field(default_factory=dict)
    spot: Spot | None = None


def point_of(inputs: dict[str, Any]) -> Point | None:
    """(lon, lat, datum) as given, or None. Raises BadInput for half a point, no number, or an unknown datum."""
    lon, lat = inputs.get("lon"), inputs.get("lat")
    datum = str(inputs.get("datum") or "wgs84").lower()
    faults = {}
    if datum not in DATUMS:
        faults["datum"] = "datum_unknown"
    if (lon is None) != (lat is None):
        faults["lon" if lon is None else "lat"] = "missing"
    numbers = {}
    for name, value, limit in (("lon", lon, 180), ("lat", lat, 90)):
        if value is not None:
            numbers[name] = number(value)
            if numbers[name] is None or abs(numbers[name] or 0) > limit:
                faults[name] = "no_coordinate"
    if faults:
        raise BadInput("inputs_wrong", fields=faults, verb="place")
    return (numbers["lon"], numbers["lat"], datum) if lon is not None else None  # type: ignore[return-value]


def number(value: Any) -> float | None:
    try:
        read = float(value)
    except (TypeError, ValueError):
        return None
    return read if math.isfinite(read) else None


def at_point(db: Session, point: Point, accuracy_m: float = 0.0, source: str = "pin") -> Place:
    """The cell of a point. Raises BadInput with the place as read when it is outside the province."""
    lon, lat, datum = point
    accuracy_m = max(accuracy_m, 0.0)  # some phones say -1 for unknown
    raw = {"lon": lon, "lat": lat, "datum": datum, "source": source}
    if accuracy_m:
        raw["accuracy_m"] = accuracy_m
    try:
        spot = locate(db, lon, lat, datum, accuracy_m)
    except OutsideProvince as outside:
        place = {"lon": outside.lon, "lat": outside.lat}
        raise BadInput("outside_province", fields={"lon": "outside", "lat": "outside"}, location=place) from outside
    if spot.found.outside:
        raw["outside_m"] = round(spot.found.distance_m or 0)
    return Place(spot.cell, spot.path, spot.lon, spot.lat, raw, spot)


def in_region(db: Session, code: str) -> Place:
    """A region by its code, without a point. Raises BadInput when there is none."""
    region = region_by_code(db, code)
    if region is None:
        raise BadInput("inputs_wrong", fields={"region": "unknown"}, verb="place")
    return Place(region, path_regions(db, region.path))


def from_inputs(db: Session, inputs: dict[str, Any]) -> Place:
    """The place that a verb's inputs name: a point first, else a region. Raises BadInput when neither is given."""
    point = point_of(inputs)
    if point is not None:
        return at_point(db, point)
    if inputs.get("region"):
        return in_region(db, str(inputs["region"]))
    raise BadInput("inputs_wrong", fields={"lon": "missing", "lat": "missing"}, verb="relocate")


def put(ticket: Ticket, found: Place, address: str | None = None) -> None:
    """Writes the place to the ticket."""
    ticket.region, ticket.region_id, ticket.path = found.region, found.region.id, found.region.path
    ticket.place = " ".join(region.name for region in found.path if region.level >= DISTRICT) or found.region.name
    ticket.lon, ticket.lat, ticket.raw = found.lon, found.lat, found.raw
    if address:
        ticket.address = address


def way(db: Session, ticket: Ticket, config: "Config") -> Route:
    """The unit for the ticket at its place, by the rules in force; they ask for nothing else than stands in `asked`."""
    asked = (ticket.path, ticket.lon, ticket.lat, ticket.category, ticket.kind, ticket.urgency)
    return remembered(db, (Route, *asked), lambda: route(db, ticket, config.rules, config.taxonomy))
