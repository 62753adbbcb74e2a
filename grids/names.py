"""The gazetteer of this process: names of levels 1 to 5 from the database, rebuilt when the region data change."""

from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from grids.cells import region_version
from grids.gazetteer import Gazetteer
from grids.models import COMMUNITY, Region

_lock = Lock()
_names: dict[str, tuple[int, Gazetteer]] = {}


def gazetteer(db: Session) -> Gazetteer:
    """The names of the present tree."""
    key, version = str(db.get_bind().engine.url), region_version(db)
    with _lock:
        held = _names.get(key)
        if held is None or held[0] != version:
            _names[key] = held = (version, build(db))
    return held[1]


def build(db: Session) -> Gazetteer:
    parent = aliased(Region)
    query = (
        select(Region.code, Region.name, Region.level, parent.code)
        .outerjoin(parent, Region.parent_id == parent.id)
        .where(Region.level <= COMMUNITY, Region.valid_to.is_(None))
        .order_by(Region.level, Region.code)
    )
    return Gazetteer([(code, name, level, above) for code, name, level, above in db.execute(query)])
