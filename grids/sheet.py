"""One level of the tree in hand: its regions and the outlines that are in force."""

from dataclasses import dataclass, field

from shapely.geometry.base import BaseGeometry
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from grids.bulk import insert_rows
from grids.models import Region, RegionShape

AT_ONCE = 500  # parameters of one statement


@dataclass
class Sheet:
    """By code: all regions of a level, retired ones too, and the outlines of those that are in force."""

    regions: dict[str, Region] = field(default_factory=dict)
    shapes: dict[str, BaseGeometry] = field(default_factory=dict)


def read_sheet(db: Session, level: int) -> Sheet:
    """The sheet of a level, by code; empty for level 0, which lies above the province."""
    query = (
        select(Region, RegionShape.geom)
        .outerjoin(RegionShape, RegionShape.region_id == Region.id)
        .where(Region.level == level)
        .order_by(Region.code)
    )
    sheet = Sheet()
    for region, shape in db.execute(query):
        sheet.regions[region.code] = region
        if shape is not None and region.valid_to is None:
            sheet.shapes[region.code] = shape
    return sheet


def store_shapes(db: Session, shapes: dict[int, BaseGeometry]) -> None:
    """Stores outlines by the id of their region, in place of those that are there."""
    ids = list(shapes)
    for first in range(0, len(ids), AT_ONCE):
        some = RegionShape.region_id.in_(ids[first : first + AT_ONCE])
        db.execute(delete(RegionShape).where(some), execution_options={"synchronize_session": False})
    insert_rows(db, RegionShape, [{"region_id": number, "geom": shape} for number, shape in shapes.items()])
