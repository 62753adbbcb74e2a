"""Import of regions of any level: checked, put into the tree, and checked again as a coverage of the ground.

Generated outlines give way: what an imported one covers is cut from them, and one with nothing left is retired.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, lazyload

from grids.cells import raise_version
from grids.coverage import GRID, LEAST_M2, Piece, area_m2, overlaps, uncovered, without
from grids.import_rows import Problem, Report, file_problems, row_problems
from grids.models import LEVELS, PROVINCE, Region, Unit
from grids.region_files import Incoming
from grids.sheet import Sheet, read_sheet, store_shapes
from grids.units import centre_name

# A piece larger than this part of a region is a fault, a smaller one the inexact drawing of a border.
FAULT = 0.01


def import_regions(
    db: Session,
    rows: Sequence[Incoming],
    source: str,
    now: datetime,
    today: date,
    replace: bool = False,
    allow_gaps: bool = False,
) -> Report:
    """Puts the regions into the tree, the highest level first, each new one with its centre unit.

    The caller rolls back when the report is refused, or for a dry run. `replace`: the other regions below the parents
    that the file names are retired, generated or not. Regions are made, renamed and redrawn, never moved.
    """
    report = Report(len(rows), problems=file_problems(rows))
    for level in sorted({row.level for row in rows}):
        if not report.refused:
            import_level(db, level, [row for row in rows if row.level == level], report, today, replace, allow_gaps)
    db.flush()
    report.problems += left_behind(db)
    if not report.refused:
        raise_version(db, source[:200], now)
    return report


def import_level(
    db: Session, level: int, rows: Sequence[Incoming], report: Report, today: date, replace: bool, allow_gaps: bool
) -> None:
    above, sheet = read_sheet(db, level - 1), read_sheet(db, level)
    report.problems += row_problems(db, level, rows, above.regions, sheet.regions)
    if report.refused:
        return
    before = dict(sheet.shapes)
    named = [put_region(db, row, above, sheet, report) for row in rows]
    db.flush()
    redrawn = {row.code: row.shape for row in rows if row.shape is not None}
    sheet.shapes |= redrawn
    if replace:
        retire_siblings(sheet, {region.parent_id for region in named}, {row.code for row in rows}, report, today)
    give_way(sheet, redrawn, report, today)
    report.problems += overlap_problems(sheet, redrawn)
    report.problems += gap_problems(above, sheet, before, named, allow_gaps)
    put_centres(db, named, report)
    drawn = {code: shape for code, shape in sheet.shapes.items() if before.get(code) is not shape}
    store_shapes(db, {sheet.regions[code].id: shape for code, shape in drawn.items()})


def put_region(db: Session, row: Incoming, above: Sheet, sheet: Sheet, report: Report) -> Region:
    """Makes a region, or renames it and brings it back into force."""
    region = sheet.regions.get(row.code)
    if region is None:
        parent = above.regions[row.parent] if row.level > PROVINCE else None
        region = Region(code=row.code, scheme=scheme(row), level=row.level, name=row.name, parent=parent)
        region.path = f"{parent.path if parent else ''}{row.code}."
        db.add(region)
        sheet.regions[row.code] = region
        report.made.append(row.code)
    else:
        report.changed.append(row.code)
    region.name, region.valid_to = row.name or region.name, None
    if row.shape is not None:
        point = shapely.point_on_surface(row.shape)
        region.generated, region.lon, region.lat = False, round(point.x, 6), round(point.y, 6)
    return region


def scheme(row: Incoming) -> str:
    """`nbs` and `grid15` for codes built like those, else the deployment's own."""
    if row.code.isdigit() and row.code.startswith(row.parent):
        if row.level < len(LEVELS) and len(row.code) == (2, 4, 6, 9, 12)[row.level - 1]:
            return "nbs"
        if row.level == len(LEVELS) and len(row.code) == 15:
            return "grid15"
    return "own"


def retire_siblings(sheet: Sheet, parents: set[int | None], kept: set[str], report: Report, today: date) -> None:
    for code in [code for code in sheet.shapes if code not in kept and sheet.regions[code].parent_id in parents]:
        retire(sheet, code, report, today)


def retire(sheet: Sheet, code: str, report: Report, today: date) -> None:
    """The region stays for the tickets that lie in it, and is in force no more."""
    sheet.regions[code].valid_to = today
    del sheet.shapes[code]
    report.retired.append(code)


def give_way(sheet: Sheet, redrawn: dict[str, BaseGeometry], report: Report, today: date) -> None:
    """Cuts what the file draws from the generated outlines that it does not name."""
    drawn = list(redrawn.values())
    tree = shapely.STRtree(drawn)
    for code in [code for code in sheet.shapes if sheet.regions[code].generated and code not in redrawn]:
        shape = sheet.shapes[code]
        near = tree.query(shape, predicate="intersects")
        if not len(near):
            continue
        rest = without(shape, [drawn[i] for i in near])
        if area_m2(rest) < FAULT * area_m2(shape):
            retire(sheet, code, report, today)
        elif area_m2(shape) - area_m2(rest) >= LEAST_M2:
            sheet.shapes[code] = rest
            report.cut.append(code)


def overlap_problems(sheet: Sheet, redrawn: Iterable[str]) -> list[Problem]:
    codes, place = list(sheet.shapes), {code: i for i, code in enumerate(sheet.shapes)}
    shapes = np.array(list(sheet.shapes.values()), dtype=object)
    return [
        overlap(codes[one], codes[two], shapes[one], shapes[two], shared)
        for one, two, shared in overlaps(shapes, [place[code] for code in redrawn])
    ]


def overlap(one: str, two: str, shape: BaseGeometry, other: BaseGeometry, shared: Piece) -> Problem:
    smaller = min(area_m2(shape), area_m2(other))
    return Problem("overlap", shared.area_m2 > FAULT * smaller, one, {"other": two, **shared._asdict()})


def gap_problems(
    above: Sheet, sheet: Sheet, before: dict[str, BaseGeometry], named: Sequence[Region], allow_gaps: bool
) -> list[Problem]:
    """Ground below the parents of the named regions that was covered, or lies in the parent, and is covered no more."""
    shapes = list(sheet.shapes.values())
    tree = shapely.STRtree(shapes)
    problems = []
    for parent, children in by_parent(named).items():
        ground = ground_of(parent, above, sheet, before, children)
        for piece in uncovered(ground, [shapes[i] for i in tree.query(ground, predicate="intersects")]):
            fatal = not allow_gaps and piece.area_m2 > FAULT * area_m2(ground)
            problems.append(Problem("gap", fatal, parent, piece._asdict()))
    return problems


def by_parent(regions: Iterable[Region]) -> dict[str, list[str]]:
    """The codes of the regions by the code of the one above, "" above the province."""
    children: dict[str, list[str]] = defaultdict(list)
    for region in regions:
        children[region.parent.code if region.parent else ""].append(region.code)
    return children


def ground_of(
    parent: str, above: Sheet, sheet: Sheet, before: dict[str, BaseGeometry], children: Sequence[str]
) -> BaseGeometry:
    """The outline of the parent with what its children covered before; without any, the children's with their holes
    filled."""
    known = [before[code] for code in children if code in before]
    if parent in above.shapes:
        known.append(above.shapes[parent])
    if known:
        return shapely.union_all(known, grid_size=GRID)
    whole = shapely.union_all([sheet.shapes[code] for code in children if code in sheet.shapes], grid_size=GRID)
    return shapely.union_all([shapely.Polygon(part.exterior) for part in shapely.get_parts(whole)])


def put_centres(db: Session, regions: Sequence[Region], report: Report) -> None:
    """Makes the missing centre units, and calls the others as their regions are called now."""
    level = {region.level for region in regions}
    query = select(Unit).join(Unit.region).where(Unit.kind == "centre", Region.level.in_(level))
    units = {unit.code: unit for unit in db.scalars(query.options(lazyload(Unit.region)))}
    for region in regions:
        name = centre_name([region.parent.name if region.parent else "", region.name], region.level)
        if region.code in units:
            units[region.code].name = name
        else:
            db.add(Unit(code=region.code, name=name, kind="centre", region=region))
            report.centres += 1


def left_behind(db: Session) -> list[Problem]:
    """Regions in force below one that is not."""
    parent = aliased(Region)
    query = (
        select(Region.code, parent.code)
        .join(parent, Region.parent_id == parent.id)
        .where(Region.valid_to.is_(None), parent.valid_to.is_not(None))
        .order_by(Region.path)
    )
    return [Problem("parent_retired", True, code, {"parent": above}) for code, above in db.execute(query)]
