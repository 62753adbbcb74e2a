"""The gazetteer of this process: regions of levels 1 to 5 and imported places, rebuilt when either changes."""

from collections.abc import Iterator
from threading import Lock
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from grids.gazetteer import Gazetteer
from grids.landmarks import Landmark
from grids.models import COMMUNITY, PlaceName, PlaceSource, Region, RegionData
from grids.place_import import known_names
from grids.queries import code_of, parent_code
from grids.together import remembered

Version = tuple[Any, ...]

_lock = Lock()
_names: dict[str, tuple[Version, Gazetteer]] = {}


def gazetteer(db: Session) -> Gazetteer:
    """The names of the present tree and of the imported places."""
    return remembered(db, Gazetteer, lambda: present(db))


def present(db: Session) -> Gazetteer:
    key, version = str(db.get_bind().engine.url), names_version(db)
    with _lock:
        held = _names.get(key)
        if held is None or held[0] != version:
            _names[key] = held = (version, build(db))
    return held[1]


def names_version(db: Session) -> Version:
    """Changes with every import of regions or place names, in every process. One statement: every intake asks it."""
    regions = select(RegionData.version).where(RegionData.id == 1).scalar_subquery()
    of_sources = (PlaceSource.version, PlaceSource.loaded_at, PlaceSource.digest)
    query = select(regions, func.count(PlaceSource.id), *map(func.max, of_sources), func.min(PlaceSource.digest))
    return tuple(db.execute(query).one())


def build(db: Session) -> Gazetteer:
    parent = aliased(Region)
    query = (
        select(Region.code, Region.name, Region.level, parent.code)
        .outerjoin(parent, Region.parent_id == parent.id)
        .where(Region.level <= COMMUNITY, Region.valid_to.is_(None))
        .order_by(Region.level, Region.code)
    )
    regions = [(code, name, level, above) for code, name, level, above in db.execute(query)]
    return Gazetteer(regions, landmarks(db))


def landmarks(db: Session) -> Iterator[tuple[Landmark, list[str]]]:
    """Each imported place with all its names; one whose region is no longer in force is left out until it is imported
    anew."""
    around = aliased(Region)
    query = (
        select(PlaceName, Region.path, Region.level, around.code)
        .join(Region, PlaceName.region_id == Region.id)
        .join(around, PlaceName.around_id == around.id)
        .where(Region.valid_to.is_(None), around.valid_to.is_(None))
        .order_by(PlaceName.id)
    )
    for place, path, level, near in db.execute(query).yield_per(1_000):
        code = code_of(path)
        area = code if level <= COMMUNITY else str(parent_code(path))
        names = known_names(place.name, place.aliases, place.kind)
        yield Landmark(place.name, place.kind, place.lon, place.lat, code, level, area, near), names
