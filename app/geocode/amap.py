"""Amap 高德: GCJ-02. Address service v3; the levels are those of its documentation."""

from typing import Any

from app.geocode.hits import GeocoderError, Hit
from app.geocode.web import fetch

URL = "https://restapi.amap.com/v3/geocode/geo"
PRECISION = {
    "门牌号": "house",
    "单元号": "house",
    "楼栋号": "house",
    "门址": "house",
    "道路交叉路口": "crossing",
    "公交站台、地铁站": "place",
    "公交地铁站点": "place",
    "兴趣点": "place",
    "住宅区": "place",
}


class Amap:
    """`url` replaces the public address, for a proxy of the deployment."""

    name = "amap"

    def __init__(self, key: str, url: str = "", seconds: float = 1.5) -> None:
        self._key, self._url, self._seconds = key, url or URL, seconds

    def geocode(self, text: str, city: str) -> list[Hit]:
        told = fetch(self._url, {"key": self._key, "address": text, "city": city, "output": "JSON"}, self._seconds)
        return hits(told)


def hits(told: Any) -> list[Hit]:
    """The hits in an answer of the vendor. Raises GeocoderError."""
    try:
        if str(told["status"]) != "1":
            raise GeocoderError("refused")
        return [_hit(one) for one in told["geocodes"]]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise GeocoderError("garbage") from None


def _hit(one: dict[str, Any]) -> Hit:
    lon, lat = (float(part) for part in one["location"].split(","))
    return Hit(lon, lat, "gcj02", PRECISION.get(str(one.get("level")), "area"), str(one.get("formatted_address") or ""))
