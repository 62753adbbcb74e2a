"""From words to the place of a ticket: the region that is proven, and a landmark in it that alone bears its name."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from dispatch.errors import BadInput
from dispatch.place import Place, at_point, in_region
from grids.landmarks import Landmark
from grids.names import gazetteer
from grids.placetree import PlaceFound

LANDMARK_M = 50.0  # how far a landmark's entrance may lie from its point (default)


def found_place(db: Session, found: PlaceFound) -> Place:
    """The place that the gazetteer found; `found.code` must not be None. Raises BadInput for an unknown region."""
    assert found.code is not None
    place = _at_landmark(db, found.spot, found.code) if found.spot else None
    return place or in_region(db, found.code)


def region_place(db: Session, code: str, texts: Iterable[str | bool | None]) -> Place:
    """The region `code`, or the landmark in it that one of the texts names. Raises BadInput for an unknown region."""
    names = gazetteer(db)
    for text in texts:
        landmark = names.landmark(str(text), code) if text else None
        if landmark and (place := _at_landmark(db, landmark, code)):
            return place
    return in_region(db, code)


def _at_landmark(db: Session, landmark: Landmark, code: str) -> Place | None:
    """The landmark's cell; None when the cells have changed so that it lies elsewhere now."""
    try:
        place = at_point(db, (landmark.lon, landmark.lat, "wgs84"), LANDMARK_M, "landmark")
    except BadInput:
        return None
    inside = in_region(db, code).region.path
    place.raw["name"] = landmark.name
    return place if place.region.path.startswith(inside) else None
