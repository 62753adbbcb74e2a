"""The cells of a subtree for a map: as a vector tile where PostGIS makes them, as polygons of a view everywhere.

Tiles are those of the web map (EPSG:3857, XYZ, 4,096 units wide); boxes and polygons are (lon, lat) WGS-84 in degrees.
"""

from collections.abc import Sequence

from shapely import Polygon
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grids.cells import cell_index
from grids.models import CELL, Region, RegionShape
from grids.scope import within

Box = tuple[float, float, float, float]  # west, south, east, north
LAYER = "cells"
EXTENT, BUFFER = 4096, 64
MOST = 2_000  # cells in one view; whoever looks at more looks from too far away to tell them apart
MAX_ZOOM = 22
MERCATOR, WGS84 = 3857, 4326


def tile(db: Session, path: str, z: int, x: int, y: int) -> bytes:
    """The Mapbox vector tile of the cells below `path`, their `code` and `name`; b"" without any. PostgreSQL only.

    Raises ValueError for a tile that does not exist.
    """
    if not 0 <= z <= MAX_ZOOM or not (0 <= x < 2**z and 0 <= y < 2**z):
        raise ValueError(f"no tile {z}/{x}/{y}")
    frame = func.ST_TileEnvelope(z, x, y)
    shape = func.ST_AsMVTGeom(func.ST_Transform(RegionShape.geom, MERCATOR), frame, EXTENT, BUFFER, True)
    rows = (
        select(Region.code, Region.name, shape.label("geom"))
        .join(RegionShape, RegionShape.region_id == Region.id)
        .where(Region.level == CELL, Region.valid_to.is_(None), within(Region.path, path))
        .where(RegionShape.geom.op("&&")(func.ST_Transform(frame, WGS84)))
        .subquery("cells")
    )
    return bytes(db.scalar(select(func.ST_AsMVT(rows.table_valued(), LAYER, EXTENT, "geom"))) or b"")


def cells_in(db: Session, path: str, box: Box) -> tuple[Sequence[tuple[Region, Polygon]], bool]:
    """(region, polygon) of the cells below `path` whose frames touch the box, by code, and whether there are more."""
    found = dict(cell_index(db).in_box(*box))
    if len(found) > MOST:
        return [], True
    query = select(Region).where(Region.level == CELL, within(Region.path, path), Region.code.in_(found))
    return [(region, found[region.code]) for region in db.scalars(query.order_by(Region.code))], False
