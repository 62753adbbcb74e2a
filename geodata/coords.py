"""Datums of Chinese maps: conversion between WGS-84, GCJ-02 and BD-09, and distances.

Inside the product every point is (lon, lat) in degrees WGS-84. The forward formulas are those of the library
prcoords; its inverses stop early and distort points abroad, so the inverse here is our own and exact.
Neither datum has an official formula. BD-09 agrees within 1 m with the example answers that Baidu's and Aliyun's
conversion services publish; the vectors of eviltransform do not (up to 40 m: its BD-09 lacks a factor of 3000/180).
"""

import math
from collections.abc import Callable
from typing import Final

import prcoords

Point = tuple[float, float]

DATUMS: Final = ("wgs84", "gcj02", "bd09")

EARTH_RADIUS_M: Final = 6_371_008.8  # mean radius, IUGG
# The box in which GCJ-02 differs from WGS-84: west, south, east, north (prcoords.sanity_in_china_p).
GCJ02_BOX: Final = (72.004, 0.8293, 137.8347, 55.8271)

LARGEST_SHIFT: Final = 0.1  # degrees; GCJ-02 moves no point of the box by more than a fifth of this

# Each step of the inverse shrinks the error at least a hundredfold: a few steps reach 1e-12 degrees.
INVERSE_STEPS: Final = 20
INVERSE_ERROR: Final = 1e-12


class UnknownDatum(ValueError):
    """The datum is none of DATUMS."""

    code = "unknown_datum"


class InvalidPoint(ValueError):
    """Not a finite longitude in -180..180 and latitude in -90..90 degrees."""

    code = "invalid_point"


def to_wgs84(lon: float, lat: float, datum: str) -> Point:
    """The point given in `datum` as (lon, lat) in degrees WGS-84, exact to 1e-9 degrees.

    Raises UnknownDatum and InvalidPoint.
    """
    point = _checked(lon, lat, datum)
    if datum == "bd09":
        point = _inverse(_gcj02_to_bd09, point)
    if datum != "wgs84":
        point = _gcj02_to_wgs84(point)
    return point


def from_wgs84(lon: float, lat: float, datum: str) -> Point:
    """The point given in WGS-84 as (lon, lat) in degrees in `datum`. Raises UnknownDatum and InvalidPoint."""
    point = _checked(lon, lat, datum)
    if datum != "wgs84":
        point = _wgs84_to_gcj02(point)
    if datum == "bd09":
        point = _gcj02_to_bd09(point)
    return point


def distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Great-circle distance in metres on the mean sphere, within 0.6 % of the ellipsoid. Raises InvalidPoint."""
    (lon1, lat1), (lon2, lat2) = _checked(lon1, lat1), _checked(lon2, lat2)
    half_lat, half_lon = math.radians(lat2 - lat1) / 2, math.radians(lon2 - lon1) / 2
    squared = math.sin(half_lat) ** 2 + math.cos(math.radians(lat1)) * math.cos(math.radians(lat2)) * (
        math.sin(half_lon) ** 2
    )
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(squared)))


def _checked(lon: float, lat: float, datum: str = "wgs84") -> Point:
    if datum not in DATUMS:
        raise UnknownDatum(f"datum {datum!r} is none of {', '.join(DATUMS)}")
    # NaN fails both comparisons.
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise InvalidPoint(f"({lon}, {lat}) is not a longitude and latitude in degrees")
    return float(lon), float(lat)


def _gcj02_to_wgs84(point: Point) -> Point:
    if not _in_gcj02_box(point, margin=LARGEST_SHIFT):
        return point
    inverse = _inverse(_shifted, point)
    return inverse if _in_gcj02_box(inverse) else point


def _wgs84_to_gcj02(point: Point) -> Point:
    return _shifted(point) if _in_gcj02_box(point) else point


def _in_gcj02_box(point: Point, margin: float = 0.0) -> bool:
    west, south, east, north = GCJ02_BOX
    return west - margin <= point[0] <= east + margin and south - margin <= point[1] <= north + margin


def _shifted(point: Point) -> Point:
    lat, lon = prcoords.wgs_gcj((point[1], point[0]), check_china=False)
    return lon, lat


def _gcj02_to_bd09(point: Point) -> Point:
    lat, lon = prcoords.gcj_bd((point[1], point[0]))
    return lon, lat


def _inverse(forward: Callable[[Point], Point], image: Point) -> Point:
    """The point whose image under `forward` is `image`, by fixed-point iteration."""
    lon, lat = image
    for _ in range(INVERSE_STEPS):
        reached = forward((lon, lat))
        error_lon, error_lat = reached[0] - image[0], reached[1] - image[1]
        lon, lat = lon - error_lon, lat - error_lat
        if max(abs(error_lon), abs(error_lat)) < INVERSE_ERROR:
            break
    return lon, lat
