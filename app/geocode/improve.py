"""A place known to its district becomes a point, if an online geocoder knows it and the words do not contradict it."""

import logging
from typing import Any

from flask import g

from app.database import transaction
from app.geocode import geocoder
from app.geocode.hits import ACCURACY_M, GeocoderError, Hit
from dispatch.errors import BadInput
from dispatch.place import at_point, in_region
from grids.models import CITY, DISTRICT
from grids.placequestion import question
from grids.queries import path_regions

log = logging.getLogger(__name__)


def improve(code: str, address: str) -> dict[str, Any]:
    """The fields lon, lat, datum, accuracy and place_source for an address inside the region `code`, or none of them.

    Never raises for what the geocoder does. Asks nobody while a transaction of the request is open, because a slow
    vendor would hold the database up.
    """
    asked = geocoder()
    if asked is None or g.get("outer_transaction") is not None:
        return {}
    with transaction() as db:
        place = in_region(db, code)
        names = [region.name for region in path_regions(db, place.region.path) if region.level >= CITY]
    text = question(names, address) if place.region.level >= DISTRICT else None
    if text is None:
        return {}
    try:
        hits = asked.geocode(text, names[0])
    except GeocoderError as error:
        log.warning("geocoder %s: %s", asked.name, error.code)
        return {}
    return next((found for hit in hits[:1] if (found := checked(hit, place.region.path, asked.name))), {})


def checked(hit: Hit, path: str, source: str) -> dict[str, Any]:
    """The fields of a hit that is a point, and lies inside what the words prove; else none."""
    if hit.precision not in ACCURACY_M:
        return {}
    accuracy = ACCURACY_M[hit.precision]
    with transaction() as db:
        try:
            found = at_point(db, (hit.lon, hit.lat, hit.datum), accuracy, source)
        except (BadInput, ValueError):
            return {}
    if not found.region.path.startswith(path):
        return {}
    return {"lon": hit.lon, "lat": hit.lat, "datum": hit.datum, "accuracy": accuracy, "place_source": source}
