"""The published divisions of Liaoning (levels 1-5) and the outlines of its counties.

Sources, dates and licences of the data files: README.md beside this file.
"""

import csv
import gzip
import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry import shape

DATA_FOLDER = Path(__file__).parent / "liaoning"
DIVISIONS_FILE = DATA_FOLDER / "divisions.csv.gz"
COUNTIES_FILE = DATA_FOLDER / "counties.geojson.gz"

COUNTY_LEVEL = 3


class Division(NamedTuple):
    """A province (level 1), city, county, street or community (level 5) with its NBS code."""

    code: str
    name: str
    level: int
    parent: str | None


@cache
def divisions() -> list[Division]:
    """All 18,248 divisions, parents before children, by code inside a level. Do not change the list."""
    with gzip.open(DIVISIONS_FILE, "rt", encoding="utf-8", newline="") as file:
        return [
            Division(row["code"], row["name"], int(row["level"]), row["parent"] or None) for row in csv.DictReader(file)
        ]


def divisions_below_counties() -> dict[str, list[Division]]:
    """County code -> its streets and communities, as `county_grid` takes them."""
    below: dict[str, list[Division]] = {}
    county_of: dict[str, str] = {}
    for division in divisions():
        if division.level == COUNTY_LEVEL:
            county_of[division.code] = division.code
            below[division.code] = []
        elif division.parent in county_of:
            county_of[division.code] = county_of[division.parent]
            below[county_of[division.code]].append(division)
    return below


def county_polygons() -> dict[str, Polygon | MultiPolygon]:
    """County code -> outline, (lon, lat) in degrees WGS-84; together they are a coverage with shared edges."""
    with gzip.open(COUNTIES_FILE, "rt", encoding="utf-8") as file:
        features = json.load(file)["features"]
    return {feature["properties"]["code"]: _simplest(shape(feature["geometry"])) for feature in features}


def _simplest(outline: MultiPolygon) -> Polygon | MultiPolygon:
    return outline.geoms[0] if shapely.get_num_geometries(outline) == 1 else outline
