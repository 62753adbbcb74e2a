"""Datum conversion against published vectors, and back again; distances."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.coords import DATUMS, InvalidPoint, UnknownDatum, distance_m, from_wgs84, to_wgs84

# (source, from datum, from point, to datum, to point, tolerance in metres). Points are (lon, lat).
PUBLISHED = [
    # Tests of googollee/eviltransform; they compare five decimals.
    ("eviltransform", "wgs84", (121.5272106, 31.1774276), "gcj02", (121.531541859215, 31.17530398364597), 0.2),
    ("eviltransform", "wgs84", (113.912316, 22.543847), "gcj02", (113.9171764808363, 22.540796131694766), 0.2),
    ("eviltransform", "wgs84", (116.377817, 39.911954), "gcj02", (116.38404722455657, 39.91334545536069), 0.2),
    # README of wandergis/coordtransform: the direct formulas are exact ...
    ("coordtransform", "wgs84", (116.404, 39.915), "gcj02", (116.41024449916938, 39.91640428150164), 1e-3),
    ("coordtransform", "gcj02", (116.404, 39.915), "bd09", (116.41036949371029, 39.92133699351021), 1e-3),
    # ... its inverses take one step only.
    ("coordtransform", "gcj02", (116.404, 39.915), "wgs84", (116.39775550083061, 39.91359571849836), 2),
    ("coordtransform", "bd09", (116.404, 39.915), "gcj02", (116.39762729119315, 39.90865673957631), 1),
    # Example answer of Baidu's conversion service (geoconv v1, from=1, to=5), which varies by up to 2 m.
    ("baidu", "wgs84", (114.21892734521, 29.575429778924), "bd09", (114.23074789746, 29.579086404502), 2),
    # Example answer in Aliyun's documentation of TransferCoord.
    ("aliyun", "gcj02", (120.026268, 30.279164), "bd09", (120.032768, 30.285238), 0.2),
    ("aliyun", "gcj02", (120.026268, 30.279164), "wgs84", (120.021519, 30.281543), 2),
]

in_china = st.tuples(st.floats(74, 134), st.floats(18, 53))
anywhere = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@pytest.mark.parametrize(("source", "datum", "point", "to_datum", "expected", "tolerance"), PUBLISHED)
def test_published_vectors(source, datum, point, to_datum, expected, tolerance):
    assert distance_m(*from_wgs84(*to_wgs84(*point, datum), to_datum), *expected) < tolerance


@given(in_china, st.sampled_from(DATUMS))
def test_round_trip_is_exact(point, datum):
    assert to_wgs84(*from_wgs84(*point, datum), datum) == pytest.approx(point, abs=1e-9)
    assert from_wgs84(*to_wgs84(*point, datum), datum) == pytest.approx(point, abs=1e-9)


@given(anywhere, st.sampled_from(DATUMS))
def test_every_point_of_the_earth_is_converted(point, datum):
    assert all(map(math.isfinite, to_wgs84(*point, datum) + from_wgs84(*point, datum)))


@pytest.mark.parametrize("point", [(-122.4, 37.8), (2.35, 48.86), (151.2, -33.9)])
def test_gcj02_is_wgs84_outside_china(point):
    assert to_wgs84(*point, "gcj02") == point == from_wgs84(*point, "gcj02")


def test_offset_in_shenyang():
    lon, lat = from_wgs84(123.396, 41.794, "gcj02")
    assert 500 < distance_m(123.396, 41.794, lon, lat) < 650
    assert lon > 123.396
    assert lat > 41.794


@pytest.mark.parametrize("convert", [to_wgs84, from_wgs84])
def test_unknown_datum(convert):
    for datum in ("", "WGS84", "cgcs2000"):
        with pytest.raises(UnknownDatum, match="none of wgs84, gcj02, bd09"):
            convert(123.4, 41.8, datum)


@pytest.mark.parametrize(
    "point", [(math.nan, 41.8), (123.4, math.nan), (math.inf, 41.8), (123.4, -math.inf), (180.1, 0.0), (0.0, 90.1)]
)
def test_what_is_no_point(point):
    for datum in DATUMS:
        with pytest.raises(InvalidPoint):
            to_wgs84(*point, datum)
        with pytest.raises(InvalidPoint):
            from_wgs84(*point, datum)
    with pytest.raises(InvalidPoint):
        distance_m(*point, 123.4, 41.8)


def test_distance():
    degree = math.radians(6_371_008.8)
    assert distance_m(123.4, 41.0, 123.4, 42.0) == pytest.approx(degree)
    assert distance_m(123.0, 60.0, 123.01, 60.0) == pytest.approx(degree / 2 / 100, rel=1e-6)
    assert distance_m(0.0, 0.0, 180.0, 0.0) == pytest.approx(degree * 180)
    assert distance_m(123.4, 41.8, 123.4, 41.8) == 0
