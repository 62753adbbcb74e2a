"""Units: the centre of every region, and departments and enterprises as a deployment brings them."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import NamedTuple

import shapely
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from grids.models import CELL, COMMUNITY, UNIT_KINDS, Region, RegionShape, Unit
from grids.queries import path_regions, region_by_code, unit_by_code

CENTRE_NAMES = {
    1: "{name}热线中心",
    2: "{name}热线中心",
    3: "{name}网格中心",
    4: "{name}中心",
    5: "{name}中心",
    6: "{community} {name}",
}
# A committee is a unit by its name already; before its cells stands the name of the place alone.
COMMITTEES = ("居民委员会", "村民委员会", "居委会", "村委会")
COLUMNS = ("code", "name", "kind", "trade", "region", "area")


class BadRow(ValueError):
    """A row of a file that cannot be taken: `code` says why, `params` what it is about, `line` where."""

    def __init__(self, code: str, line: int = 0, **params: object) -> None:
        super().__init__(code, line, params)
        self.code, self.line, self.params = code, line, params


class UnitRow(NamedTuple):
    """A unit as a file describes it; `area` is codes of regions, parted by |, or WKT in (lon, lat) WGS-84."""

    code: str
    name: str
    kind: str
    trade: str
    region: str
    area: str


def centre_name(names: Sequence[str], level: int) -> str:
    """The name of a region's centre unit; `names` are those on the way down to the region, its own last."""
    name = names[-1]
    if level == COMMUNITY and name.endswith(COMMITTEES):
        return name
    return CENTRE_NAMES[level].format(name=name, community=place_name(names[-2]) if level == CELL else "")


def place_name(community: str) -> str:
    """The name of a community without its committee: 下鲜村村民委员会 is 下鲜村."""
    ending = next((ending for ending in COMMITTEES if community.endswith(ending)), "")
    return community.removesuffix(ending) or community


def put_centre(db: Session, region: Region) -> bool:
    """Makes the centre unit of a region, or calls it as the region is called now; whether it is new."""
    name = centre_name([above.name for above in path_regions(db, region.path)], region.level)
    unit = unit_by_code(db, region.code)
    if unit is None:
        db.add(Unit(code=region.code, name=name, kind="centre", region=region))
        return True
    unit.name = name
    return False


def read_units(text: str) -> Iterator[tuple[int, UnitRow]]:
    """Rows of a CSV with their line numbers; columns code, name, kind, region and, if wanted, trade and area."""
    return ((line, UnitRow(*(row.get(name, "") for name in COLUMNS))) for line, row in read_rows(text, COLUMNS[:3]))


def read_rows(text: str, needed: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and row, stripped, of a CSV with a head line. Raises BadRow when a needed column is missing."""
    reader = csv.DictReader(StringIO(text.removeprefix("\ufeff")))
    for name in needed:
        if name not in (reader.fieldnames or ()):
            raise BadRow("no_column", 1, column=name)
    for row in reader:
        yield reader.line_num, {key: (value or "").strip() for key, value in row.items() if key}


def put_unit(db: Session, row: UnitRow) -> bool:
    """Makes a department or an enterprise, or changes it; whether it is new. Raises BadRow.

    Centres come with their regions: of a centre only the name can be changed.
    """
    check_unit(row)
    unit, region = unit_by_code(db, row.code), region_by_code(db, row.region)
    if region is None:
        raise BadRow("no_region", region=row.region)
    if (row.kind == "centre") != (unit is not None and unit.kind == "centre"):
        raise BadRow("centre_of_region", unit=row.code)
    new = unit is None
    unit = unit or Unit(code=row.code)
    unit.name = row.name
    if row.kind != "centre":
        unit.kind, unit.trade, unit.region = row.kind, row.trade or None, region
        unit.service_area = read_area(db, row.area)
    db.add(unit)
    return new


def check_unit(row: UnitRow) -> None:
    for name in ("code", "name", "region"):
        if not getattr(row, name):
            raise BadRow("missing", column=name)
    for name, limit in (("code", 40), ("name", 80), ("trade", 32)):
        if len(getattr(row, name)) > limit:
            raise BadRow("too_long", column=name, limit=limit)
    if row.kind not in UNIT_KINDS:
        raise BadRow("unknown", column="kind", value=row.kind, known=", ".join(UNIT_KINDS))
    if row.kind != "centre" and not row.trade:
        raise BadRow("missing", column="trade")


def read_area(db: Session, area: str) -> BaseGeometry | None:
    """The service area: a WKT polygon, or the union of the regions named; None where the column is blank."""
    if not area:
        return None
    if "(" in area:
        return read_wkt(area)
    codes = [code.strip() for code in area.split("|") if code.strip()]
    query = select(Region.code, RegionShape.geom).join(RegionShape).where(Region.code.in_(codes))
    shapes = {row.code: row.geom for row in db.execute(query)}
    for code in codes:
        if code not in shapes:
            raise BadRow("no_shape", region=code)
    return shapely.union_all(list(shapes.values()))


def read_wkt(area: str) -> BaseGeometry:
    try:
        shape = shapely.from_wkt(area)
    except ShapelyError:
        raise BadRow("bad_area") from None
    if shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty or not shape.is_valid:
        raise BadRow("bad_area")
    west, south, east, north = shape.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise BadRow("bad_area")
    return shape
