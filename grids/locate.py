"""Point to cell: which grid cell a point lies in, how far its border is, and which cells are near. No database.

A point belongs to the cell that covers it; on a border, to the cell with the lowest code. A point that floating
point leaves in no cell, though it touches one, counts as on the border. Everything is (lon, lat) in degrees WGS-84.
"""

import math
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPolygon, Polygon

from geodata.coords import EARTH_RADIUS_M, InvalidPoint

# About 1 cm: wider than any gap that rounding leaves between cells, narrower than any coordinate's accuracy.
TOUCH_DEGREES = 1e-7
# Candidates are looked for at least this near, as no phone knows its place better, and never farther than the second,
# which bounds the work that a request can cause (about 1,000 cells in a city).
MIN_ACCURACY_M = 10.0
MAX_ACCURACY_M = 5_000.0
MAX_CANDIDATES = 20

METRES_PER_DEGREE = math.radians(EARTH_RADIUS_M)
# Bins of the raster per cell. Measured on 65,814 cells: 1 bin 7.8 us a look-up and 14 MB, 5 bins 6.0 us and 47 MB.
BINS_PER_CELL = 2


class Candidate(NamedTuple):
    """A cell near the point that does not hold it; distance in metres to its nearest border."""

    code: str
    distance_m: float


class Located(NamedTuple):
    """Where a point lies. `code` and `border_m` (to the nearest border of that cell) are None outside every cell.

    `candidates`: other cells within the accuracy (at least MIN_ACCURACY_M), nearest first, at most MAX_CANDIDATES.
    `nearest`, `distance_m`: outside every cell, the nearest one and the way there in metres, exact to MAX_ACCURACY_M,
    beyond that within a third; (None, infinity) without any cells. Inside they are `code` and 0.
    """

    code: str | None
    border_m: float | None
    candidates: list[Candidate]
    outside: bool
    nearest: str | None
    distance_m: float


class CellIndex:
    """Immutable index of cells; safe to share between threads."""

    def __init__(self, cells: Iterable[tuple[str, Polygon | MultiPolygon]]) -> None:
        """Raises ValueError when a code occurs twice or a polygon is missing or empty."""
        ordered = sorted(cells, key=lambda cell: cell[0])
        self.codes: list[str] = [code for code, _ in ordered]
        # By code, so that the lowest position is the lowest code.
        self._polygons = np.array([polygon for _, polygon in ordered], dtype=object)
        _refuse_bad_cells(self.codes, self._polygons)
        self._tree = shapely.STRtree(self._polygons)
        self._raster = _Raster(self._polygons)

    def __len__(self) -> int:
        return len(self.codes)

    def code_at(self, lon: float, lat: float) -> str | None:
        """The code of the cell that holds the point, None outside every cell."""
        position = self._position_at(lon, lat)
        return None if position is None else self.codes[position]

    def in_box(self, west: float, south: float, east: float, north: float) -> Iterator[tuple[str, Polygon]]:
        """The cells whose frames touch the box in degrees, with their polygons."""
        for position in self._tree.query(shapely.box(west, south, east, north)):
            yield self.codes[position], self._polygons[position]

    def codes_at(self, lons: npt.ArrayLike, lats: npt.ArrayLike) -> npt.NDArray[np.object_]:
        """`code_at` for arrays of equal length (n,): an object array (n,) of codes and None."""
        lonlat = np.column_stack([lons, lats]).astype(float)
        points = shapely.points(lonlat)
        positions = self._lowest(points, predicate="intersects")
        missing = np.flatnonzero((positions == len(self)) & np.isfinite(lonlat).all(axis=1))
        positions[missing] = self._lowest(points[missing], predicate="dwithin", distance=TOUCH_DEGREES)
        return np.array([*self.codes, None], dtype=object)[positions]

    def at(self, lon: float, lat: float, accuracy_m: float = 0.0) -> Located:
        """The cell of the point with the distance to its border, and the other cells within `accuracy_m`.

        Raises InvalidPoint when the point is none, ValueError when the accuracy is not a number >= 0.
        """
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise InvalidPoint(f"({lon}, {lat}) is not a longitude and latitude in degrees")
        if not accuracy_m >= 0:
            raise ValueError(f"accuracy {accuracy_m} is not a number of metres")
        position = self._position_at(lon, lat)
        radius_m = min(max(accuracy_m, MIN_ACCURACY_M), MAX_ACCURACY_M)
        candidates = [Candidate(self.codes[i], d) for i, d in self._within(lon, lat, radius_m) if i != position]
        candidates = candidates[:MAX_CANDIDATES]
        if position is None:
            return Located(None, None, candidates, True, *self._nearest(lon, lat))
        code, border = self.codes[position], shapely.boundary(self._polygons[[position]])
        return Located(code, float(_distances_m(lon, lat, border)[0]), candidates, False, code, 0.0)

    def touching(self, shapes: npt.NDArray[Any]) -> list[list[str]]:
        """For each of n geometries, (lon, lat), the codes of the cells that it touches, in order."""
        found: list[list[str]] = [[] for _ in shapes]
        for number, position in self._tree.query(shapes, predicate="intersects").T.tolist():
            found[number].append(self.codes[position])
        return [sorted(codes) for codes in found]

    def _position_at(self, lon: float, lat: float) -> int | None:
        position = self._raster.first_covering(lon, lat)
        if position is None and self._raster.reaches(lon, lat):
            touching = self._tree.query(shapely.Point(lon, lat), predicate="dwithin", distance=TOUCH_DEGREES)
            position = int(touching.min()) if len(touching) else None
        return position

    def _lowest(self, points: npt.NDArray[Any], **how: Any) -> npt.NDArray[np.intp]:
        """The lowest position that the tree finds for each point, len(self) where it finds none."""
        lowest = np.full(len(points), len(self), dtype=np.intp)
        point, position = self._tree.query(points, **how)
        np.minimum.at(lowest, point, position)
        return lowest

    def _within(self, lon: float, lat: float, radius_m: float) -> list[tuple[int, float]]:
        """Positions of the cells at most that far away with their distances in metres, nearest first."""
        north = radius_m / METRES_PER_DEGREE
        east = north / max(math.cos(math.radians(lat)), 1e-6)
        positions = np.sort(self._tree.query(shapely.box(lon - east, lat - north, lon + east, lat + north)))
        distances = _distances_m(lon, lat, self._polygons[positions])
        order = [i for i in np.argsort(distances, kind="stable") if distances[i] <= radius_m]
        return [(int(positions[i]), float(distances[i])) for i in order]

    def _nearest(self, lon: float, lat: float) -> tuple[str | None, float]:
        if not self.codes:
            return None, math.inf
        # Nearest in degrees, where a degree east counts as much as a longer degree north ...
        position = int(self._tree.nearest(shapely.Point(lon, lat)))
        distance = float(_distances_m(lon, lat, self._polygons[[position]])[0])
        # ... so one that is nearer in metres may lie within that distance.
        if distance <= MAX_ACCURACY_M:
            position, distance = self._within(lon, lat, distance * (1 + 1e-9))[0]
        return self.codes[position], distance


class _Raster:
    """Squares ("bins") over all cells, each with the cells whose bounds reach into it, in order of position.

    Three times as fast for single points as the tree, whose search starts at the root.
    """

    def __init__(self, polygons: npt.NDArray[Any]) -> None:
        bounds = shapely.bounds(polygons) if len(polygons) else np.zeros((1, 4))
        self.west, self.south = bounds[:, :2].min(axis=0).tolist()
        self.east, self.north = bounds[:, 2:].max(axis=0).tolist()
        area = (self.east - self.west) * (self.north - self.south)
        self.step = math.sqrt(area / (BINS_PER_CELL * len(bounds))) or 1.0
        low = ((bounds[:, :2] - (self.west, self.south)) / self.step).astype(np.int64)
        high = ((bounds[:, 2:] - (self.west, self.south)) / self.step).astype(np.int64)
        self.columns, rows = (high.max(axis=0) + 1).tolist()
        position, bins = _spread(low, high, self.columns) if len(polygons) else (np.empty(0, int), np.empty(0, int))
        order = np.argsort(bins, kind="stable")
        self.positions: list[int] = position[order].tolist()
        self.polygons = polygons[position[order]]
        self.starts: list[int] = np.searchsorted(bins[order], np.arange(self.columns * rows + 1)).tolist()

    def reaches(self, lon: float, lat: float) -> bool:
        """Whether the point may touch a cell (also false for NaN)."""
        return (
            self.west - TOUCH_DEGREES <= lon <= self.east + TOUCH_DEGREES
            and self.south - TOUCH_DEGREES <= lat <= self.north + TOUCH_DEGREES
        )

    def first_covering(self, lon: float, lat: float) -> int | None:
        """The lowest position of a polygon that covers the point."""
        if not (self.west <= lon <= self.east and self.south <= lat <= self.north):
            return None
        # The same arithmetic as for the bounds, hence monotone: a point in a cell falls into one of the cell's bins.
        square = int((lat - self.south) / self.step) * self.columns + int((lon - self.west) / self.step)
        start, end = self.starts[square], self.starts[square + 1]
        if start == end:
            return None
        covers = shapely.intersects_xy(self.polygons[start:end], lon, lat)
        first = int(covers.argmax())
        return self.positions[start + first] if covers[first] else None


def _spread(
    low: npt.NDArray[np.int64], high: npt.NDArray[np.int64], columns: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Every pair (position, bin) of cells that span the (column, row) from low to high, positions ascending."""
    width, height = (high - low + 1).T
    count = width * height
    position = np.repeat(np.arange(len(low)), count)
    nth = np.arange(count.sum()) - np.repeat(count.cumsum() - count, count)
    row, column = low[position, 1] + nth // width[position], low[position, 0] + nth % width[position]
    return position, row * columns + column


def _distances_m(lon: float, lat: float, geometries: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Distances in metres, on a plane that touches the earth at the point: within 0.1 % for some 50 km."""
    scale = (METRES_PER_DEGREE * math.cos(math.radians(lat)), METRES_PER_DEGREE)
    plane = shapely.transform(geometries, lambda lonlat: (lonlat - (lon, lat)) * scale)
    distances: npt.NDArray[np.float64] = shapely.distance(plane, shapely.Point(0, 0))
    return distances


def _refuse_bad_cells(codes: list[str], polygons: npt.NDArray[Any]) -> None:
    for code, following in pairwise(codes):
        if code == following:
            raise ValueError(f"cell {code} occurs twice")
    for i in np.flatnonzero(shapely.is_missing(polygons) | shapely.is_empty(polygons)):
        raise ValueError(f"cell {codes[i]} has no polygon")
