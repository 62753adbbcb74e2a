"""What the map of a board asks for as one looks closer: cells, open tickets, and the way down to a region."""

from collections.abc import Sequence
from typing import Any

import shapely
from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.api.places import feature
from app.api.regions import TOLERANCE, simplified
from app.auth import current_actor
from app.database import transaction
from dispatch.errors import BadInput, NotFound
from dispatch.models import Ticket
from dispatch.queries import region_in_scope
from dispatch.workflow import OPEN
from grids.models import Region, RegionShape
from grids.queries import path_regions
from grids.scope import seen_by, within
from grids.tiles import Box, cells_in, tile

pages = Blueprint("maps", __name__, url_prefix="/map")

TICKETS = 2_000  # points in one view
DAY_S = 86_400  # tiles are asked for under the version of the regions


@pages.get("/<code>/cells/<int:z>/<int:x>/<int:y>")
def cell_tile(code: str, z: int, x: int, y: int) -> Response:
    """A vector tile of the cells of a region; only a deployment on PostGIS has them."""
    with transaction() as db:
        path = region_in_scope(db, current_actor(), code).path
        if db.get_bind().dialect.name != "postgresql":
            raise NotFound("tile_absent")
        try:
            made = tile(db, path, z, x, y)
        except ValueError as problem:
            raise NotFound("tile_absent") from problem
    answer = Response(made, mimetype="application/vnd.mapbox-vector-tile")
    answer.headers["Cache-Control"] = f"private, max-age={DAY_S}"
    return answer


@pages.get("/<code>/cells")
def cells(code: str) -> ResponseReturnValue:
    """The cells of a region within `box` as GeoJSON; `more` where they are too many to be told apart."""
    with transaction() as db:
        found, more = cells_in(db, region_in_scope(db, current_actor(), code).path, box_of(request.args.get("box", "")))
        return jsonify(collection([feature(region, geom) for region, geom in found], more=more))


@pages.get("/<code>/tickets")
def tickets(code: str) -> ResponseReturnValue:
    """The open tickets of a region within `box`, as points with number, light and urgency."""
    actor = current_actor()
    with transaction() as db:
        path = region_in_scope(db, actor, code).path
        west, south, east, north = box_of(request.args.get("box", ""))
        rows = db.execute(
            select(Ticket.number, Ticket.lon, Ticket.lat, Ticket.light, Ticket.urgency)
            .where(seen_by(actor, Ticket), within(Ticket.path, path), Ticket.status.in_(OPEN))
            .where(Ticket.lon.between(west, east), Ticket.lat.between(south, north))
            .order_by(Ticket.due_at, Ticket.id)
            .limit(TICKETS + 1)
        ).all()
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row.lon, row.lat]},
            "properties": {"number": row.number, "light": row.light, "urgency": row.urgency},
        }
        for row in rows[:TICKETS]
    ]
    return jsonify(collection(features, more=len(rows) > TICKETS))


@pages.get("/<code>/path")
def way(code: str) -> ResponseReturnValue:
    """The outlines of a region and of all above it, the largest first."""
    with transaction() as db:
        regions = path_regions(db, region_in_scope(db, current_actor(), code).path)
        ids = [region.id for region in regions]
        query = select(RegionShape.region_id, RegionShape.geom).where(RegionShape.region_id.in_(ids))
        shapes: dict[int, Any] = {row.region_id: row.geom for row in db.execute(query)}
        return jsonify(collection([outline(one, shapes[one.id]) for one in regions if one.id in shapes]))


def outline(region: Region, geom: shapely.Geometry) -> dict[str, Any]:
    return feature(region, simplified([geom], TOLERANCE[region.level])[0], level=region.level)


def collection(features: Sequence[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features} | more


def box_of(text: str) -> Box:
    """west,south,east,north in degrees WGS-84; raises BadInput for anything else."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as problem:
        raise BadInput("box_wrong") from problem
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BadInput("box_wrong")
    return west, south, east, north
