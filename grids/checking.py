"""The tree as it stands, checked: orphans, missing outlines and centre units, overlaps and gaps."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from grids.coverage import GRID, LEAST_M2, area_m2, uncovered, without
from grids.import_rows import Problem
from grids.importing import FAULT, left_behind, overlap_problems
from grids.models import LEVELS, Region, Unit
from grids.sheet import Sheet, read_sheet


def check_regions(db: Session) -> list[Problem]:
    """All problems of the regions in force; about 20 s for Liaoning."""
    problems = [*left_behind(db), *tree_problems(db), *without_centre(db)]
    above = Sheet()
    for level in range(1, len(LEVELS) + 1):
        sheet = read_sheet(db, level)
        problems += [*shape_problems(sheet), *overlap_problems(sheet, sheet.shapes), *fit_problems(above, sheet)]
        above = sheet
    return problems


def tree_problems(db: Session) -> list[Problem]:
    """Regions whose path or level does not follow from their parent's, and roots below the province."""
    parent = aliased(Region)
    query = select(Region.code, Region.level, Region.path, parent.path, parent.level).outerjoin(
        parent, Region.parent_id == parent.id
    )
    wrong = [
        code
        for code, level, path, above, above_level in db.execute(query.order_by(Region.path))
        if path != f"{above or ''}{code}." or level != (above_level or 0) + 1
    ]
    return [Problem("wrong_path", True, code, {}) for code in wrong]


def without_centre(db: Session) -> list[Problem]:
    query = select(Region.code).outerjoin(Unit, Unit.code == Region.code).where(Unit.id.is_(None))
    return [Problem("no_centre", True, code, {}) for code in db.scalars(query.order_by(Region.path))]


def shape_problems(sheet: Sheet) -> Iterator[Problem]:
    for code, region in sheet.regions.items():
        if region.valid_to is None and code not in sheet.shapes:
            yield Problem("no_outline", region.level == len(LEVELS), code, {"number": 0})
    for code, shape in sheet.shapes.items():
        if not shape.is_valid:
            yield Problem("invalid_polygon", True, code, {"number": 0, "reason": shapely.is_valid_reason(shape)})


def fit_problems(above: Sheet, sheet: Sheet) -> Iterator[Problem]:
    """Where the outlines of a level are not those of the level below: ground without a child, children outside."""
    shapes = np.array(list(sheet.shapes.values()), dtype=object)
    tree = shapely.STRtree(shapes)
    below: dict[str, list[str]] = defaultdict(list)
    for code in sheet.shapes:
        parent = sheet.regions[code].parent
        below[parent.code if parent else ""].append(code)
    for code, shape in above.shapes.items():
        children = {child: sheet.shapes[child] for child in below[code]}
        if same_ground(shape, list(children.values())):
            continue
        for piece in uncovered(shape, shapes[tree.query(shape, predicate="intersects")]):
            yield Problem("gap", piece.area_m2 > FAULT * area_m2(shape), code, piece._asdict())
        for child, drawn in children.items():
            outside = area_m2(without(drawn, [shape]))
            if outside > FAULT * area_m2(drawn):
                yield Problem("sticks_out", False, child, {"parent": code, "area_m2": round(outside, 1)})


def same_ground(shape: BaseGeometry, parts: Sequence[BaseGeometry]) -> bool:
    """Whether the parts together are the shape; the ordinary case, and quickly seen."""
    whole = shapely.union_all(parts, grid_size=GRID)
    return area_m2(shapely.symmetric_difference(shape, whole, grid_size=GRID)) < LEAST_M2
