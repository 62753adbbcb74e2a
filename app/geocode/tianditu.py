"""Tianditu 天地图: CGCS2000, which is WGS-84 for this purpose. Its geocoding service answers one place with a score."""

import json
from typing import Any

from app.geocode.hits import GeocoderError, Hit
from app.geocode.web import fetch

URL = "https://api.tianditu.gov.cn/geocoder"
PRECISION = {"门址": "house", "门牌": "house", "路口": "crossing", "兴趣点": "place", "POI": "place", "小区": "place"}
LEAST_SCORE = 80.0  # of 100 (default): below it the words and the place found differ in substance
FOUND, NOTHING = "0", "101"


class Tianditu:
    """`url` replaces the public address, for a proxy of the deployment."""

    name = "tianditu"

    def __init__(self, key: str, url: str = "", seconds: float = 1.5) -> None:
        self._key, self._url, self._seconds = key, url or URL, seconds

    def geocode(self, text: str, city: str) -> list[Hit]:
        asked = text if text.startswith(city) else city + text
        told = fetch(self._url, {"ds": json.dumps({"keyWord": asked}), "tk": self._key}, self._seconds)
        return hits(told)


def hits(told: Any) -> list[Hit]:
    """The hit in an answer of the vendor, if it is good enough. Raises GeocoderError."""
    try:
        status = str(told["status"])
        if status not in (FOUND, NOTHING):
            raise GeocoderError("refused")
        place = told.get("location")
        if status == NOTHING or not place or float(place.get("score", 0)) < LEAST_SCORE:
            return []
        precision = PRECISION.get(str(place.get("level")), "area")
        return [Hit(float(place["lon"]), float(place["lat"]), "wgs84", precision, str(place.get("keyWord") or ""))]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise GeocoderError("garbage") from None
