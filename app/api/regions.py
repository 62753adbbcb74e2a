"""Regions for the staff who see them: one, its children, its counters, its shape, and what changed in it."""

from typing import Any

import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.api import answers, api
from app.api.places import feature
from app.api.schemas import ChangesQuery, ChildrenQuery, GeometryQuery
from app.auth import current_actor
from app.clock import today
from app.database import transaction
from app.present import region_json
from app.relay import number_all
from dispatch.changes import changes_since
from dispatch.counters import children_counters, counters_of
from dispatch.queries import region_in_scope
from grids.cells import region_version
from grids.models import Region, RegionShape
from grids.queries import children, path_regions

# Shapes for screens are simplified to this many degrees by level (province 1 to cell 6): a pixel or two.
TOLERANCE = {1: 0.01, 2: 0.004, 3: 0.0015, 4: 0.0003, 5: 0.0, 6: 0.0}


@api.get("/regions/<code>")
@answers("Object")
def region(code: str) -> Any:
    """A region with its path."""
    with transaction() as db:
        found = region_in_scope(db, current_actor(), code)
        return full(found) | {"path": [region_json(one) for one in path_regions(db, found.path)]}


def full(found: Region) -> dict[str, Any]:
    return (region_json(found) or {}) | {"lon": found.lon, "lat": found.lat, "generated": found.generated}


@api.get("/regions/<code>/children")
@api.input(ChildrenQuery, location="query", arg_name="query")
@answers("Items")
def region_children(code: str, query: dict[str, Any]) -> Any:
    """The regions directly below, with `counters` when asked."""
    with transaction() as db:
        found = region_in_scope(db, current_actor(), code)
        if query["counters"]:
            below = [full(one) | {"counters": counts} for one, counts in children_counters(db, found, today())]
        else:
            below = [full(one) for one in children(db, found)]
    return {"items": below, "next": None}


@api.get("/regions/<code>/counters")
@answers("Object")
def region_counters(code: str) -> Any:
    """Open, by status, overdue, due soon, today's, and the three rates of the month."""
    number_all()
    with transaction() as db:
        found = region_in_scope(db, current_actor(), code)
        return counters_of(db, found.path, today())


@api.get("/regions/<code>/geometry")
@api.input(GeometryQuery, location="query", arg_name="query")
@answers("Object")
def region_geometry(code: str, query: dict[str, Any]) -> Any:
    """The region's shape as a GeoJSON feature, or its children's as a collection; (lon, lat) WGS-84."""
    with transaction() as db:
        found = region_in_scope(db, current_actor(), code)
        return shapes(db, found, query["children"])


def shapes(db: Session, found: Region, below: bool) -> dict[str, Any]:
    key = str(db.get_bind().engine.url), region_version(db), found.id, below
    if key not in _shapes:
        if len(_shapes) > 500:
            _shapes.clear()
        _shapes[key] = read_shapes(db, found, below)
    return _shapes[key]


_shapes: dict[Any, dict[str, Any]] = {}


def read_shapes(db: Session, found: Region, below: bool) -> dict[str, Any]:
    wanted = Region.parent_id == found.id if below else Region.id == found.id
    rows = db.execute(
        select(Region, RegionShape.geom)
        .join(RegionShape, RegionShape.region_id == Region.id)
        .where(wanted)
        .order_by(Region.code)
    ).all()
    regions, geoms = [row[0] for row in rows], [row[1] for row in rows]
    level = found.level + 1 if below else found.level
    features = [feature(one, geom) for one, geom in zip(regions, simplified(geoms, TOLERANCE[level]), strict=True)]
    return {"type": "FeatureCollection", "features": features} if below else features[0]


def simplified(geoms: list[Any], tolerance: float) -> list[Any]:
    """With shared edges kept shared, so that the map has no gaps."""
    return list(shapely.coverage_simplify(geoms, tolerance)) if tolerance and geoms else geoms


@api.get("/changes")
@api.input(ChangesQuery, location="query", arg_name="query")
@answers("Object")
def changes(query: dict[str, Any]) -> Any:
    """What the socket sends, for polling: changes after a number, or a snapshot marked so."""
    number_all()
    with transaction() as db:
        found = region_in_scope(db, current_actor(), query["region"])
        return changes_since(db, found, query["after"], today())
