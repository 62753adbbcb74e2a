"""Import of place names: checked, put on the map, and stored in place of what the same file brought before."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from geodata.coords import DATUMS, InvalidPoint, to_wgs84
from grids.bulk import insert_rows
from grids.cells import cell_index
from grids.import_rows import Problem
from grids.landmarks import COMPOUND, ROAD, SIGHT
from grids.locate import METRES_PER_DEGREE
from grids.models import CITY, COMMUNITY, PlaceName, PlaceSource, Region, RegionData
from grids.place_files import IncomingPlace
from grids.placenames import normalise
from grids.queries import ancestors

SHORTEST, LONGEST = 3, 40  # characters of a name; fewer say nothing without a place around them
TOO_COMMON = 30  # rows of one name in a file: a chain or a kind of place, not a place
AROUND_M = 300.0  # what people call "beside" and "opposite" (default)
LAYERS_AT_ONCE = 5_000
# Words for a kind of place, which name none.
COMMON = re.compile(
    "(?:东|西|南|北|中|大|小|老|新|本|幸福)?(?:小区|花园|家园|广场|公园|超市|市场|菜市场|商场|学校|小学|中学|大学|幼儿园|医院|诊所|药店|饭店|酒店"
    "|宾馆|派出所|居委会|社区|村委会|停车场|加油站|车站|火车站|公交站|地铁站|工地|门口|路口|大门|办事处|银行|邮局|公厕)"
)
KINDS = (
    (ROAD, re.compile("(?:路|街|道|巷|胡同|大街|大道|公路|国道|省道|高速|快速路|辅路)$")),
    (COMPOUND, re.compile("(?:小区|花园|家园|公寓|苑|园|城|府|公馆|名邸|里|坊|新村|家属院|家属楼|宿舍)$")),
)
KIND_WORDS = {ROAD: ("road", "道路", "街路", "路"), COMPOUND: ("compound", "小区", "住宅区", "住宅小区", "楼盘")}


class Located(NamedTuple):
    """A place on the map: `geom` (lon, lat) WGS-84, its point, the paths of what holds it and of what is around it."""

    row: IncomingPlace
    geom: BaseGeometry
    point: tuple[float, float]
    region: str
    around: str


@dataclass
class PlaceReport:
    """What an import does. `unchanged`: the same file was imported before; `refused`: no row of it is usable, and what
    was there stays."""

    read: int
    stored: int = 0
    replaced: int = 0
    unchanged: bool = False
    refused: bool = False
    problems: list[Problem] = field(default_factory=list)
    located: list[Located] = field(default_factory=list)


def is_imported(db: Session, source: str, digest: str) -> bool:
    """Whether this very file was imported under that name, and put on the map as it is now."""
    held = db.scalar(select(PlaceSource).where(PlaceSource.name == source))
    return held is not None and held.digest == digest and _is_placed(db, held)


def place_on_map(db: Session, rows: Sequence[IncomingPlace], datum: str = "") -> PlaceReport:
    """The rows without a fault with their regions, which only reads. `datum`: of rows that name none."""
    report = PlaceReport(len(rows))
    report.located = _located(db, _distinct(_checked(rows, datum, report), report), report)
    return report


def store_places(
    db: Session, report: PlaceReport, source: str, digest: str, now: datetime, replace: bool = False
) -> PlaceReport:
    """Stores the places under the name `source`, in place of what that name held. `digest`: SHA-256 of the file, by
    which it is known again; `replace`: other sources go too. The caller rolls back for a dry run."""
    if not replace and is_imported(db, source, digest):
        report.unchanged = True
    elif not report.located:
        report.refused = True
    else:
        held = db.scalar(select(PlaceSource.version).where(PlaceSource.name == source)) or 0
        report.replaced = forget_places(db, None if replace else source)
        kept = PlaceSource(name=source, digest=digest, version=held + 1, loaded_at=now)
        db.add(kept)
        db.flush()
        ids = dict(db.execute(select(Region.path, Region.id)).all())
        insert_rows(db, PlaceName, [_row(one, kept.id, ids) for one in report.located])
        report.stored = len(report.located)
    return report


def _is_placed(db: Session, source: PlaceSource) -> bool:
    """Whether its places were put on the map after the regions changed for the last time."""
    regions = db.get(RegionData, 1)
    return regions is None or source.loaded_at >= regions.loaded_at


def _checked(
    rows: Sequence[IncomingPlace], datum: str, report: PlaceReport
) -> list[tuple[IncomingPlace, BaseGeometry]]:
    """The rows without a fault of their own, each with its geometry in WGS-84."""
    often = Counter(row.name for row in rows)
    found = []
    for row in rows:
        row = row if row.datum else row._replace(datum=datum)
        fault, geom = _fault(row, often[row.name]), None
        if fault is None:
            geom = _to_wgs84(row)
            fault = None if geom is not None else ("no_point", {})
        if fault or geom is None:
            code, params = fault or ("no_point", {})
            report.problems.append(Problem(code, True, row.name, {"number": row.number, **params}))
        else:
            found.append((row, geom))
    return found


def _fault(row: IncomingPlace, times: int) -> tuple[str, dict[str, Any]] | None:
    if not SHORTEST <= len(row.name) <= LONGEST:
        return "name_length", {"least": SHORTEST, "limit": LONGEST}
    if COMMON.fullmatch(row.name) or (times > TOO_COMMON and not _is_road(row)):
        return "too_common", {"times": times}
    if not row.datum:
        return "no_datum", {}
    if row.datum not in DATUMS:
        return "unknown_datum", {"datum": row.datum}
    return ("no_point", {}) if row.geom is None else None


def _is_road(row: IncomingPlace) -> bool:
    return kind_of(row.name, row.kind) == ROAD


def kind_of(name: str, given: str = "") -> str:
    """road, compound or sight: as the file says, else by how the name ends."""
    for kind, words in KIND_WORDS.items():
        if given.lower() in words:
            return kind
    return next((kind for kind, pattern in KINDS if pattern.search(name)), SIGHT)


def _to_wgs84(row: IncomingPlace) -> BaseGeometry | None:
    def moved(points: Any) -> Any:
        return np.array([to_wgs84(float(lon), float(lat), row.datum) for lon, lat in points]).reshape(-1, 2)

    assert row.geom is not None
    try:
        if row.geom.geom_type == "Point":
            return shapely.Point(to_wgs84(row.geom.x, row.geom.y, row.datum))
        geom = shapely.transform(row.geom, moved)
    except InvalidPoint:
        return None
    return geom if shapely.is_valid(geom) else shapely.make_valid(geom)


def _distinct(
    rows: list[tuple[IncomingPlace, BaseGeometry]], report: PlaceReport
) -> list[tuple[IncomingPlace, BaseGeometry]]:
    """Without rows that repeat name and place of one before them (within some 10 m)."""
    seen, found = set(), []
    for row, geom in rows:
        point = shapely.point_on_surface(geom)
        key = (row.name, round(point.x, 4), round(point.y, 4))
        if key in seen:
            report.problems.append(Problem("repeated", False, row.name, {"number": row.number}))
        else:
            found.append((row, geom))
        seen.add(key)
    return found


def _located(db: Session, rows: list[tuple[IncomingPlace, BaseGeometry]], report: PlaceReport) -> list[Located]:
    index = cell_index(db)
    paths = dict(db.execute(select(Region.code, Region.path)).all())
    found = []
    for first in range(0, len(rows), LAYERS_AT_ONCE):
        some = rows[first : first + LAYERS_AT_ONCE]
        geoms = np.array([geom for _, geom in some], dtype=object)
        points = [(point.x, point.y) for point in shapely.point_on_surface(geoms)]
        own, near = index.touching(geoms), index.touching(_boxes(points))
        for (row, geom), point, cells, close in zip(some, points, own, near, strict=True):
            cells = [index.code_at(*point) or ""] if geom.geom_type == "Point" else cells
            if not cells or not cells[0]:
                report.problems.append(Problem("outside", True, row.name, {"number": row.number}))
                continue
            region = shared_path([paths[code] for code in cells])
            region = _no_deeper(region, CITY) if geom.geom_type == "Point" and _is_road(row) else region
            found.append(Located(row, geom, point, region, shared_path([region, *(paths[code] for code in close)])))
    return found


def _boxes(points: Sequence[tuple[float, float]]) -> Any:
    lons, lats = np.array(points).reshape(-1, 2).T
    north = AROUND_M / METRES_PER_DEGREE
    east = north / np.cos(np.radians(lats))
    return shapely.box(lons - east, lats - north, lons + east, lats + north)


def shared_path(paths: Sequence[str]) -> str:
    """The path of the deepest region that holds all; at least one must be given."""
    first = ancestors(paths[0])
    return next(one for one in reversed(first) if all(path.startswith(one) for path in paths))


def _no_deeper(path: str, level: int) -> str:
    """A road known by one point may run on into the next district: only its city is certain."""
    return ancestors(path)[:level][-1]


def forget_places(db: Session, source: str | None) -> int:
    """Removes a source, or all of them, with its names; how many names that were."""
    query = select(PlaceSource.id)
    ids = db.scalars(query if source is None else query.where(PlaceSource.name == source)).all()
    gone = db.scalar(select(func.count()).select_from(PlaceName).where(PlaceName.source_id.in_(ids))) or 0
    for model, column in ((PlaceName, PlaceName.source_id), (PlaceSource, PlaceSource.id)):
        db.execute(delete(model).where(column.in_(ids)))
    return gone


def _row(one: Located, source_id: int, ids: dict[str, int]) -> dict[str, Any]:
    raw_point = shapely.point_on_surface(one.row.geom)
    return {
        "source_id": source_id,
        "name": one.row.name,
        "aliases": list(one.row.aliases),
        "kind": kind_of(one.row.name, one.row.kind),
        "lon": round(one.point[0], 7),
        "lat": round(one.point[1], 7),
        "raw": {"lon": raw_point.x, "lat": raw_point.y, "datum": one.row.datum, "geometry": one.geom.geom_type},
        "region_id": ids[one.region],
        "around_id": ids[_no_deeper(one.around, COMMUNITY)],
    }


def known_names(name: str, aliases: Sequence[str], kind: str) -> list[str]:
    """What the place is called, normalised: a compound also with and without 小区; no alias that says nothing."""
    names = [name, *(one for one in aliases if len(one) >= SHORTEST and not COMMON.fullmatch(one))]
    if kind == COMPOUND:
        bare = [one.removesuffix("小区") for one in names]
        names += [one for one in bare if len(one) >= SHORTEST] + [f"{one}小区" for one in bare]
    return list(dict.fromkeys(normalise(one) for one in names))
