"""The cell index of this process: built from the database, rebuilt when the version of the region data changes."""

from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from geodata.coords import to_wgs84
from grids.locate import CellIndex, Located
from grids.models import CELL, Region, RegionData, RegionShape
from grids.queries import path_regions, region_by_code
from grids.together import remembered

# The outline of the province is exact to some tens of metres, and piers and bridges stand outside it:
# a point within this distance of a cell is given to it (with the distance), one beyond is outside the province.
NEAR_M = 500.0

_lock = Lock()
_index: dict[str, tuple[int, CellIndex]] = {}


class OutsideProvince(Exception):
    """The point lies in no cell and near none; `lon`, `lat` are WGS-84."""

    def __init__(self, lon: float, lat: float) -> None:
        super().__init__("outside the province")
        self.lon, self.lat = lon, lat


@dataclass(frozen=True)
class Spot:
    """A point with its cell: (lon, lat) WGS-84, the regions from the province to the cell, what is near the border."""

    lon: float
    lat: float
    path: list[Region]
    found: Located

    @property
    def cell(self) -> Region:
        return self.path[-1]


def region_version(db: Session) -> int:
    """The version of the region data, 0 before any is loaded."""
    return remembered(db, RegionData, lambda: db.scalar(select(RegionData.version).where(RegionData.id == 1)) or 0)


def cell_index(db: Session) -> CellIndex:
    """The index of all cells as of the present version of the region data."""
    key, version = str(db.get_bind().engine.url), region_version(db)
    with _lock:
        held = _index.get(key)
        if held is None or held[0] != version:
            _index[key] = held = (version, build(db))
    return held[1]


def build(db: Session) -> CellIndex:
    query = (
        select(Region.code, RegionShape.geom)
        .join(RegionShape, RegionShape.region_id == Region.id)
        .where(Region.level == CELL, Region.valid_to.is_(None))
        .order_by(Region.code)
    )
    rows = db.execute(query).all()
    return CellIndex((row.code, row.geom) for row in rows)


def locate(db: Session, lon: float, lat: float, datum: str = "wgs84", accuracy_m: float = 0.0) -> Spot:
    """The cell of a point given in `datum`. Raises UnknownDatum, ValueError for no point, OutsideProvince."""
    lon, lat = to_wgs84(lon, lat, datum)
    found = cell_index(db).at(lon, lat, accuracy_m)
    code = found.code
    if code is None and found.distance_m is not None and found.distance_m <= NEAR_M:
        code = found.nearest
    if code is None:
        raise OutsideProvince(lon, lat)
    region = region_by_code(db, code)
    assert region is not None
    return Spot(lon, lat, path_regions(db, region.path), found)


def raise_version(db: Session, source: str, now: Any) -> None:
    """Says to every process that the regions have changed."""
    row = db.get(RegionData, 1)
    if row is None:
        db.add(RegionData(id=1, version=1, source=source, loaded_at=now))
    else:
        row.version, row.source, row.loaded_at = row.version + 1, source, now
