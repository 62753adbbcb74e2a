"""What is wrong with a file of regions, row by row, before anything is changed."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from grids.models import PROVINCE, Region
from grids.region_files import Incoming

CODE = re.compile(r"[A-Za-z0-9_-]{1,20}")  # no dot: it parts the codes of a path
LONGEST_NAME = 80


class Problem(NamedTuple):
    """Something wrong with a region; a fatal one refuses the import. `params` fill the sentence that tells it."""

    code: str
    fatal: bool
    region: str
    params: dict[str, Any]


@dataclass
class Report:
    """What an import does: codes of regions, number of new centre units, and problems."""

    read: int
    made: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    centres: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        return any(problem.fatal for problem in self.problems)


def file_problems(rows: Sequence[Incoming]) -> list[Problem]:
    """What can be seen without the database."""
    problems = [fault for row in rows for fault in faults(row)]
    for code, times in Counter(row.code for row in rows).items():
        if times > 1:
            problems.append(Problem("duplicate", True, code, {"times": times}))
    return problems


def faults(row: Incoming) -> Iterator[Problem]:
    def fault(code: str, **params: Any) -> Problem:
        return Problem(code, True, row.code, {"number": row.number, **params})

    if not CODE.fullmatch(row.code):
        yield fault("bad_code", value=row.code)
    if len(row.name) > LONGEST_NAME:
        yield fault("long_name", limit=LONGEST_NAME)
    if row.shape is None:
        return
    if row.shape.geom_type not in ("Polygon", "MultiPolygon") or row.shape.is_empty:
        yield fault("no_polygon", kind=row.shape.geom_type)
    elif not row.shape.is_valid:
        yield fault("invalid_polygon", reason=shapely.is_valid_reason(row.shape))
    elif not in_degrees(row.shape.bounds):
        yield fault("not_lon_lat")


def in_degrees(bounds: tuple[float, ...]) -> bool:
    west, south, east, north = bounds
    return west >= -180 and east <= 180 and south >= -90 and north <= 90


def row_problems(
    db: Session, level: int, rows: Sequence[Incoming], above: dict[str, Region], present: dict[str, Region]
) -> list[Problem]:
    """What can be seen beside the tree: `above` are the regions a level higher, `present` those of this level."""
    query = select(Region.code, Region.level).where(Region.level != level)
    elsewhere = {row.code: row.level for row in db.execute(query)}
    problems = []
    for row in rows:
        if row.code in elsewhere:
            problems.append(Problem("other_level", True, row.code, {"level": level, "present": elsewhere[row.code]}))
        elif row.code in present:
            problems += present_problems(row, present[row.code])
        else:
            problems += new_problems(row, above)
    return problems


def present_problems(row: Incoming, region: Region) -> Iterator[Problem]:
    code = region.parent.code if region.parent else ""
    if row.parent not in ("", code):
        yield Problem("moved", True, row.code, {"parent": row.parent, "present": code})
    if region.parent and region.parent.valid_to:
        yield Problem("orphan", True, row.code, {"parent": code})


def new_problems(row: Incoming, above: dict[str, Region]) -> Iterator[Problem]:
    parent = above.get(row.parent)
    if row.level > PROVINCE and (parent is None or parent.valid_to):
        yield Problem("orphan", True, row.code, {"parent": row.parent})
    if not row.name:
        yield Problem("no_name", True, row.code, {"number": row.number})
    if row.shape is None:
        yield Problem("no_outline", True, row.code, {"number": row.number})
