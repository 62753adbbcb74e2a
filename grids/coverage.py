"""Whether outlines partition the ground. Degrees (lon, lat) WGS-84 in, square metres out."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from grids.locate import METRES_PER_DEGREE

# Smaller pieces are the rounding of coordinates.
LEAST_M2 = 1.0
# Overlays are computed on a raster of 0.01 mm: without one, GEOS 3.14 calls whole counties uncovered whose borders
# differ from those of their parts in the last bits.
GRID = 1e-10

Array = npt.NDArray[Any]


class Piece(NamedTuple):
    """A piece of ground where something is wrong, with a point in it."""

    area_m2: float
    lon: float
    lat: float


def overlaps(shapes: Array, among: Iterable[int] | None = None) -> list[tuple[int, int, Piece]]:
    """Pairs of positions whose shapes overlap, with the ground that both cover; only pairs with one of `among`."""
    if not len(shapes):
        return []
    bad = ~shapely.is_empty(shapely.coverage_invalid_edges(shapes))
    asked = np.arange(len(shapes)) if among is None else np.array(sorted(among), dtype=np.intp)
    first, second = shapely.STRtree(shapes).query(shapes[asked], predicate="intersects")
    first = asked[first]
    # Each pair once; an outline that lies inside another has bad edges while the other has none.
    twice = np.isin(second, asked) & (second < first)
    kept = (first != second) & ~twice & (bad[first] | bad[second])
    first, second = first[kept], second[kept]
    shared = shapely.intersection(shapes[first], shapes[second], grid_size=GRID)
    large = np.flatnonzero(areas_m2(shared) >= LEAST_M2)
    return [(int(first[i]), int(second[i]), piece(shared[i])) for i in large]


def uncovered(ground: BaseGeometry, shapes: Sequence[BaseGeometry]) -> list[Piece]:
    """The pieces of the ground that no shape covers."""
    return [piece(part) for part in shapely.get_parts(without(ground, shapes)) if area_m2(part) >= LEAST_M2]


def without(shape: BaseGeometry, others: Sequence[BaseGeometry]) -> BaseGeometry:
    """What is left of a shape where the others do not lie."""
    return shapely.difference(shape, shapely.union_all(others, grid_size=GRID), grid_size=GRID)


def piece(shape: BaseGeometry) -> Piece:
    point = shapely.point_on_surface(shape)
    return Piece(round(area_m2(shape), 1), round(point.x, 6), round(point.y, 6))


def area_m2(shape: BaseGeometry) -> float:
    return float(areas_m2(np.array([shape]))[0])


def areas_m2(shapes: Array) -> Array:
    """Areas in square metres, within 1 % for a shape of at most a degree."""
    latitudes = np.nan_to_num(shapely.bounds(shapes)[:, [1, 3]].mean(axis=1))  # NaN for an empty shape
    return shapely.area(shapes) * METRES_PER_DEGREE**2 * np.cos(np.radians(latitudes))
