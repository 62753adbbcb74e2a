"""Reading the tree: a region by its code, its children, the way down to it, its centre unit."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from grids.models import Region, Unit
from grids.together import is_together, remembered


def known(db: Session, model: type[Any], codes: Iterable[str]) -> dict[str, Any]:
    """Regions or units by their codes, these among them as far as they exist; each is read once in a session.

    One ticket asks for the same few again and again, and a sweep for those of many tickets.
    """
    held: dict[str, Any] = db.info.setdefault(model, {})
    missing = [code for code in codes if code not in held or not (is_together(db) or held[code] in db)]
    if missing:
        held.update((row.code, row) for row in db.scalars(select(model).where(model.code.in_(missing))))
    return held


def region_by_code(db: Session, code: str) -> Region | None:
    """The region with this code, or None."""
    return known(db, Region, [code]).get(code)


def children(db: Session, region: Region) -> Sequence[Region]:
    """The regions directly below, by code."""
    return db.scalars(select(Region).where(Region.parent_id == region.id).order_by(Region.code)).all()


def path_regions(db: Session, path: str) -> list[Region]:
    """The regions on the way down to `path`, the province first, itself last."""
    return list(remembered(db, (Region, path), lambda: regions_on(db, path)))


def regions_on(db: Session, path: str) -> list[Region]:
    codes = path.strip(".").split(".")
    found = known(db, Region, codes)
    return [found[code] for code in codes if code in found]


def centre_of(db: Session, region_code: str) -> Unit:
    """The centre unit of a region: it has the region's code."""
    centre: Unit = known(db, Unit, [region_code])[region_code]
    return centre


def unit_by_code(db: Session, code: str) -> Unit | None:
    """The unit with this code, or None."""
    return known(db, Unit, [code]).get(code)


def ancestors(path: str) -> list[str]:
    """The paths from the root to `path` itself: "21.2101." gives ["21.", "21.2101."]."""
    parts = path.strip(".").split(".")
    return [".".join(parts[: depth + 1]) + "." for depth in range(len(parts))]


def parent_code(path: str) -> str | None:
    """The code of the region above the one that `path` ends in, or None at the root."""
    parts = path.strip(".").split(".")
    return parts[-2] if len(parts) > 1 else None


def code_of(path: str) -> str:
    """The code that `path` ends in."""
    return path.strip(".").rsplit(".", 1)[-1]
