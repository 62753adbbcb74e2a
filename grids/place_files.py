"""Files of place names as a deployment has them: CSV (UTF-8 or GB 18030, headings Chinese or English) and GeoJSON."""

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from grids.region_files import DEGREES, BadFile

GEOJSON = (".geojson", ".json")
HEADINGS = {
    "name": ("name", "名称", "地名", "标准名称", "标准地名"),
    "aliases": ("aliases", "alias", "别名", "又名", "曾用名", "简称"),
    "kind": ("kind", "type", "类型", "类别", "地名类别"),
    "lon": ("lon", "lng", "longitude", "经度", "x"),
    "lat": ("lat", "latitude", "纬度", "y"),
    "datum": ("datum", "坐标系", "坐标系统", "坐标"),
}
DATUM_NAMES = {
    "wgs84": (
        "wgs84",
        "wgs1984",
        "epsg4326",
        "gps",
        "cgcs2000",
        "epsg4490",
        "国家2000",
        "2000国家大地坐标系",
        "天地图",
    ),
    "gcj02": ("gcj02", "gcj", "火星坐标", "火星", "高德", "腾讯", "amap"),
    "bd09": ("bd09", "bd09ll", "百度", "baidu"),
}
PARTED = re.compile("[;；|、/／]+")
LARGEST = 64 * 1024 * 1024  # bytes
MOST_ROWS = 1_000_000


class IncomingPlace(NamedTuple):
    """A place as it was read, unchecked: `number` counts from 1; `geom` is (lon, lat) in `datum` or None; `datum` is a
    code of geodata.coords, "" where none is said, else as it was said."""

    number: int
    name: str
    aliases: tuple[str, ...]
    kind: str
    geom: BaseGeometry | None
    datum: str


def read_places(path: Path) -> list[IncomingPlace]:
    """The places of a file. Raises BadFile, OSError."""
    return parse_places(path.read_bytes(), path.suffix.lower())


def parse_places(data: bytes, suffix: str) -> list[IncomingPlace]:
    """The places in the bytes of a file with this suffix. Raises BadFile."""
    if len(data) > LARGEST:
        raise BadFile("too_large", limit=LARGEST)
    found = list(_from_geojson(data) if suffix in GEOJSON else _from_csv(_decoded(data)))
    if not found:
        raise BadFile("empty")
    return found


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadFile("bad_encoding")


def _from_csv(text: str) -> Iterator[IncomingPlace]:
    first = text.split("\n", 1)[0]
    mark = max(",\t;", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        columns = _columns(next(rows, []))
        for number, row in enumerate(rows, start=1):
            if any(cell.strip() for cell in row):
                yield _from_row(number, {name: row[at].strip() for name, at in columns.items() if at < len(row)})
            if number > MOST_ROWS:
                raise BadFile("too_many", limit=MOST_ROWS)
    except csv.Error as problem:
        raise BadFile("not_csv", problem=str(problem)) from None


def _columns(headings: list[str]) -> dict[str, int]:
    """Our names of the columns -> position; raises BadFile when one that is needed is missing."""
    said = {heading.strip().strip("\ufeff").lower(): at for at, heading in reversed(list(enumerate(headings)))}
    found = {name: said[word] for name, words in HEADINGS.items() for word in reversed(words) if word in said}
    if missing := [name for name in ("name", "lon", "lat") if name not in found]:
        raise BadFile("no_columns", columns=", ".join(missing))
    return found


def _from_row(number: int, row: dict[str, str]) -> IncomingPlace:
    lon, lat = _number(row.get("lon")), _number(row.get("lat"))
    geom = None if lon is None or lat is None else shapely.Point(lon, lat)
    return _place(number, row, geom)


def _from_geojson(data: bytes) -> Iterator[IncomingPlace]:
    try:
        document = json.loads(_decoded(data))
        features = list(document["features"])
        crs = str(((document.get("crs") or {}).get("properties") or {}).get("name", "CRS84"))
        read = [(dict(feature.get("properties") or {}), feature.get("geometry")) for feature in features]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise BadFile("not_geojson", problem=str(problem)) from None
    if not crs.endswith(DEGREES):
        raise BadFile("bad_crs", crs=crs)
    for number, (properties, geometry) in enumerate(read, start=1):
        texts = _texts(properties)
        place = _place(number, texts, _geometry(geometry))
        yield place if place.datum else place._replace(datum="wgs84")  # what GeoJSON says by itself


def _texts(properties: dict[Any, Any]) -> dict[str, str]:
    said = {str(key).strip().lower(): value for key, value in properties.items()}
    return {name: _text(said[word]) for name, words in HEADINGS.items() for word in reversed(words) if word in said}


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ";".join(_text(one) for one in value)
    return "" if value is None else str(value).strip()


def _geometry(geometry: Any) -> BaseGeometry | None:
    try:
        read = shapely.force_2d(shape(geometry)) if geometry else None
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError, ShapelyError):
        return None
    return None if read is None or read.is_empty else read


def _place(number: int, row: dict[str, str], geom: BaseGeometry | None) -> IncomingPlace:
    aliases = [one.strip() for one in PARTED.split(row.get("aliases", ""))]
    return IncomingPlace(
        number,
        row.get("name", ""),
        tuple(dict.fromkeys(one for one in aliases if one)),
        row.get("kind", ""),
        geom,
        datum_code(row.get("datum", "")),
    )


def datum_code(said: str) -> str:
    """The code of geodata.coords for a datum as it is called; what is not known comes back as it was said."""
    plain = re.sub("[\\s_:-]", "", said).lower()
    codes: Iterable[str] = (code for code, names in DATUM_NAMES.items() if plain in names)
    return next(iter(codes), said)


def _number(text: str | None) -> float | None:
    try:
        read = float(text or "")
    except ValueError:
        return None
    return read if math.isfinite(read) else None
