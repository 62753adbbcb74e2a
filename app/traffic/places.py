"""Where arrivals come from: cities and districts by their weights, then any cell of the district and a point in it."""

from dataclasses import dataclass, field
from random import Random

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.traffic.tables import weights
from grids.models import CELL, CITY, DISTRICT, Region, RegionShape
from grids.queries import path_regions
from grids.scope import within
from grids.units import place_name

TRIES = 30


@dataclass(frozen=True)
class Spot:
    """A point, (lon, lat) WGS-84, and the regions from the province to its cell."""

    lon: float
    lat: float
    path: list[Region]

    def code(self, level: int) -> str:
        return self.path[level - 1].code

    def name(self, level: int) -> str:
        """As people say it: 文安路社区, without 居民委员会."""
        return place_name(self.path[level - 1].name)

    def words(self, level: int) -> str:
        """The names from the city down to a level."""
        return "".join(place_name(region.name) for region in self.path[1:level])


@dataclass
class Ground:
    """The tree as far as it was walked: children by path, ids of cells by path of their district."""

    below: dict[str, list[Region]] = field(default_factory=dict)
    cells: dict[str, list[int]] = field(default_factory=dict)

    def spot(self, db: Session, rng: Random) -> Spot:
        """A point somewhere. Raises LookupError where there are no cells."""
        city = self.weighed(db, rng, "", CITY)
        return self.spot_in(db, rng, self.weighed(db, rng, city.path, DISTRICT))

    def spot_in(self, db: Session, rng: Random, district: Region) -> Spot:
        """A point somewhere in a district. Raises LookupError."""
        return point_in(db, rng, rng.choice(self.cells_of(db, district)))

    def weighed(self, db: Session, rng: Random, above: str, level: int) -> Region:
        if above not in self.below:
            query = select(Region).where(within(Region.path, above), Region.level == level, Region.valid_to.is_(None))
            self.below[above] = list(db.scalars(query.order_by(Region.code)))
        found = self.below[above]
        if not found:
            raise LookupError("there are no regions to draw arrivals from: run `flask --app wsgi demo load`")
        return rng.choices(found, [weights().get(region.code, 1.0) for region in found])[0]

    def cells_of(self, db: Session, district: Region) -> list[int]:
        if district.path not in self.cells:
            query = (
                select(Region.id)
                .join(RegionShape, RegionShape.region_id == Region.id)
                .where(within(Region.path, district.path), Region.level == CELL, Region.valid_to.is_(None))
            )
            self.cells[district.path] = list(db.scalars(query.order_by(Region.id)))
        if not self.cells[district.path]:
            raise LookupError(f"{district.code} has no cells with an outline")
        return self.cells[district.path]


def point_in(db: Session, rng: Random, cell_id: int) -> Spot:
    cell = db.get_one(Region, cell_id)
    shape = db.get_one(RegionShape, cell_id).geom
    lon, lat = inside(rng, shape)
    return Spot(round(lon, 6), round(lat, 6), path_regions(db, cell.path))


def inside(rng: Random, shape: BaseGeometry) -> tuple[float, float]:
    """A point anywhere in the shape: drawn from its box until it lies inside."""
    west, south, east, north = shape.bounds
    for _ in range(TRIES):
        lon, lat = rng.uniform(west, east), rng.uniform(south, north)
        if shapely.contains_xy(shape, lon, lat):
            return lon, lat
    sure = shape.representative_point()
    return sure.x, sure.y
