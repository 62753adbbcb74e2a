"""Regions as a file describes them: GeoJSON; GeoPackage and Shapefile where pyogrio is installed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from grids.models import LEVELS

GEOJSON = (".geojson", ".json")
# WGS-84 and CGCS2000 in degrees; the two are the same for this purpose.
DEGREES = ("CRS84", "EPSG:4326", "EPSG::4326", "EPSG:4490", "EPSG::4490")


class BadFile(ValueError):
    """A file that cannot be read as regions: `code` says why, `params` what it is about."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code, self.params = code, params


class Incoming(NamedTuple):
    """A region as it was read, unchecked: `number` counts from 1, `shape` is (lon, lat) in degrees or None."""

    number: int
    code: str
    name: str
    level: int
    parent: str
    shape: BaseGeometry | None


def read_regions(path: Path, level: int | None = None) -> list[Incoming]:
    """The regions of a file; `level` (1-6) is that of rows which name none. Raises BadFile, OSError."""
    features = read_geojson(path) if path.suffix.lower() in GEOJSON else read_with_pyogrio(path)
    found = [incoming(number, row, geom, level) for number, (row, geom) in enumerate(features, start=1)]
    if not found:
        raise BadFile("empty")
    return found


def read_geojson(path: Path) -> Iterator[tuple[dict[str, Any], Any]]:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        features = [(feature["properties"] or {}, feature["geometry"]) for feature in document["features"]]
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise BadFile("not_geojson", problem=str(problem)) from None
    check_crs(str(((document.get("crs") or {}).get("properties") or {}).get("name", "CRS84")))
    return ((row, geometry(number, geom)) for number, (row, geom) in enumerate(features, start=1))


def geometry(number: int, geom: Any) -> BaseGeometry | None:
    try:
        return shape(geom) if geom else None
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, ShapelyError):
        raise BadFile("bad_geometry", number=number) from None


def read_with_pyogrio(path: Path) -> Iterator[tuple[dict[str, Any], Any]]:
    try:
        from pyogrio import raw
        from pyogrio.errors import DataSourceError
    except ImportError:
        raise BadFile("needs_pyogrio", suffix=path.suffix) from None
    try:
        meta, _, geometries, columns = raw.read(path)
    except DataSourceError as problem:
        raise BadFile("not_readable", problem=str(problem)) from None
    check_crs(str(meta["crs"]))
    rows = zip(*columns, strict=True)
    return (
        (dict(zip(meta["fields"], row, strict=True)), shapely.from_wkb(geom))
        for row, geom in zip(rows, geometries, strict=True)
    )


def check_crs(name: str) -> None:
    if not name.endswith(DEGREES):
        raise BadFile("bad_crs", crs=name)


def incoming(number: int, row: dict[str, Any], geom: BaseGeometry | None, level: int | None) -> Incoming:
    texts = {str(key).lower(): as_text(value) for key, value in row.items()}
    return Incoming(
        number,
        texts.get("code", ""),
        texts.get("name", ""),
        as_level(texts.get("level", ""), level, number),
        texts.get("parent", ""),
        None if geom is None else shapely.force_2d(geom),
    )


def as_text(value: Any) -> str:
    """Codes are texts, but some programs write them as numbers."""
    if value is None or value != value:
        return ""
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if whole else value).strip()


def as_level(text: str, default: int | None, number: int) -> int:
    """1-6 or province ... cell."""
    if text in LEVELS:
        return LEVELS.index(text) + 1
    if not text and default is not None:
        return default
    if text.isascii() and text.isdigit() and 1 <= int(text) <= len(LEVELS):
        return int(text)
    raise BadFile("bad_level", number=number, level=text)
