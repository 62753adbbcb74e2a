"""Places: a point's cell, the cells around it for a small map, and regions named in words."""

from typing import Any

import shapely
from shapely.geometry import mapping
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.api import answers, api
from app.api.schemas import GeocodeQuery, PointQuery
from app.database import transaction
from app.present import region_json
from app.security import is_staff, limiter
from dispatch.place import at_point, point_of
from geodata.coords import to_wgs84
from grids.cells import cell_index
from grids.gazetteer import Match
from grids.models import CELL, COMMUNITY, LEVELS, Region, RegionShape
from grids.names import gazetteer
from grids.queries import path_regions

STAFF_LIMIT, LIMIT = "5000 per second", "600 per minute"
AROUND_M = 400.0


def place_limit() -> str:
    return STAFF_LIMIT if is_staff() else LIMIT


@api.get("/locate")
@api.input(PointQuery, location="query", arg_name="query")
@answers("Object")
@limiter.limit(place_limit)
def locate(query: dict[str, Any]) -> Any:
    """The cell of a point, its path of six levels, the distance to the border, and what lies behind it."""
    with transaction() as db:
        place = at_point(db, asked_point(query), query["accuracy"])
        assert place.spot is not None
        found = place.spot.found
        told: dict[str, Any] = {
            "cell": region_json(place.region),
            "path": [region_json(region) for region in place.spot.path],
            "location": {"lon": place.lon, "lat": place.lat},
            "border_m": round(found.border_m, 1) if found.border_m is not None else None,
            "candidates": candidates(db, found.candidates),
            "outside": found.outside,
        }
        if found.outside:
            told["distance_m"] = round(found.distance_m or 0, 1)
        return told


def asked_point(query: dict[str, Any]) -> tuple[float, float, str]:
    point = point_of(query)
    assert point is not None  # the schema requires both coordinates
    return point


def candidates(db: Session, found: Any) -> list[dict[str, Any]]:
    distance = {one.code: one.distance_m for one in found}
    regions = db.scalars(select(Region).where(Region.code.in_(distance)))
    rows = [(region_json(region) or {}) | {"distance_m": round(distance[region.code], 1)} for region in regions]
    return sorted(rows, key=lambda row: (row["distance_m"], row["code"]))


@api.get("/locate/map")
@api.input(PointQuery, location="query", arg_name="query")
@answers("Object")
@limiter.limit(place_limit)
def locate_map(query: dict[str, Any]) -> Any:
    """The cells within about 400 m of a point as GeoJSON, (lon, lat) WGS-84: a small map without outside tiles."""
    with transaction() as db:
        point = asked_point(query)
        here = at_point(db, point).region.code
        near = cell_index(db).at(*to_wgs84(*point), AROUND_M)
        codes = [here] + [one.code for one in near.candidates]
        rows = db.execute(
            select(Region, RegionShape.geom)
            .join(RegionShape, RegionShape.region_id == Region.id)
            .where(Region.code.in_(codes))
            .order_by(Region.code)
        ).all()
        return {
            "type": "FeatureCollection",
            "features": [feature(region, geom, here=region.code == here) for region, geom in rows],
        }


def feature(region: Region, geom: Any, **properties: Any) -> dict[str, Any]:
    """A GeoJSON feature with at most six decimals, which is 0.1 m."""
    return {
        "type": "Feature",
        "geometry": mapping(shapely.set_precision(geom, 1e-6, mode="pointwise")),
        "properties": {"code": region.code, "name": region.name} | properties,
    }


@api.get("/geocode")
@api.input(GeocodeQuery, location="query", arg_name="query")
@answers("Items")
@limiter.limit(place_limit)
def geocode(query: dict[str, Any]) -> Any:
    """Regions and landmarks that the words name, best first, as precise as is known and no more."""
    with transaction() as db:
        matches = gazetteer(db).search(query["q"], query["limit"])
        codes = [match.code for match in matches]
        regions = {region.code: region for region in db.scalars(select(Region).where(Region.code.in_(codes)))}
        items = [geocoded(db, regions[match.code], match) for match in matches if match.code in regions]
    return {"items": items, "next": None}


def geocoded(db: Session, region: Region, match: Match) -> dict[str, Any]:
    """A region with its middle, or a landmark: its own point where it lies in one cell, else none."""
    landmark = match.landmark
    spot = landmark if landmark and landmark.level == CELL else None
    inside = path_regions(db, region.path)[:COMMUNITY]
    told = {
        "name": "".join(one.name for one in inside) + (landmark.name if landmark else ""),
        "level": LEVELS[region.level - 1],
        "region": {"code": region.code, "name": region.name},
        "lon": region.lon if landmark is None else spot.lon if spot else None,
        "lat": region.lat if landmark is None else spot.lat if spot else None,
        "score": round(match.score / 100, 3),
    }
    if landmark:
        told |= {"landmark": landmark.name, "kind": landmark.kind}
    return told | ({"beside": match.beside} if match.beside else {})
