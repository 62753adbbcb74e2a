"""The generated demo grid of a county: its named streets and communities, and cells of plausible size below them.

No outlines of streets, communities or grid cells are published for Liaoning. Names and codes are real, every outline
below the county is made up: cells are clipped Voronoi cells, communities unions of cells, streets of communities.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPolygon, Polygon

from geodata.divisions import Division

Outline: TypeAlias = Polygon | MultiPolygon
Array: TypeAlias = npt.NDArray[Any]

COMMUNITY_LEVEL = 5
VILLAGE_ENDINGS = ("村", "村委会", "村民委员会")


class Size(NamedTuple):
    """How many cells a community has, and its area relative to a village of the same county."""

    cells: int
    area: float


# Chosen so that Liaoning, with 11,516 villages and 5,211 urban communities, gets about 65,000 cells.
VILLAGE = Size(cells=3, area=1.0)
URBAN = Size(cells=6, area=0.2)

# Enough that an urban cell of a mixed county, ten times smaller than a village's, still has a choice of seeds.
SAMPLES_PER_CELL = 20


class Cell(NamedTuple):
    """A grid cell; polygon in (lon, lat) degrees, in the datum of the county's outline."""

    code: str
    name: str
    community: str
    polygon: Outline


@dataclass(frozen=True)
class CountyGrid:
    """Cells by code, and the exact unions of their polygons by community code and by street code."""

    cells: list[Cell]
    communities: dict[str, Outline]
    streets: dict[str, Outline]


@dataclass(frozen=True)
class Plots:
    """One entry per cell to be, in the order of the tree: number of its street and community, weight of its area."""

    street: Array
    community: Array
    weight: Array


def county_grid(county_code: str, polygon: Outline, streets_and_communities: Sequence[Division]) -> CountyGrid:
    """Cells, communities and streets that partition a county; the same input always gives the same grid.

    `polygon` in (lon, lat) degrees; `streets_and_communities` are all divisions of levels 4 and 5 below the county.
    Raises ValueError for a county without communities.
    """
    communities = sorted((d for d in streets_and_communities if d.level == COMMUNITY_LEVEL), key=lambda d: d.code)
    if not communities:
        raise ValueError(f"county {county_code} has no communities")
    plots = _plots(communities)
    # In units of the same length east and north, so that cells are not stretched.
    squeeze = math.cos(math.radians(polygon.centroid.y))
    points = _sample(polygon, len(plots.weight), squeeze, np.random.default_rng(list(county_code.encode())))
    seeds = np.empty((len(plots.weight), 2))
    _place(points, plots, seeds, 0, len(seeds))
    polygons = _join_fragments(_clip(_voronoi(seeds, squeeze), polygon))
    return _named_grid(communities, plots.community, polygons)


def _plots(communities: Sequence[Division]) -> Plots:
    sizes = [VILLAGE if d.name.endswith(VILLAGE_ENDINGS) else URBAN for d in communities]
    counts = [size.cells for size in sizes]
    _, street = np.unique([str(d.parent) for d in communities], return_inverse=True)
    return Plots(
        street=np.repeat(street, counts),
        community=np.repeat(np.arange(len(communities)), counts),
        weight=np.repeat([size.area / size.cells for size in sizes], counts),
    )


def _sample(polygon: Outline, cells: int, squeeze: float, rng: np.random.Generator) -> Array:
    """Evenly scattered points inside the polygon, one in each square of a fine grid: (n, 2), lon squeezed."""
    shapely.prepare(polygon)
    west, south, east, north = polygon.bounds
    step = math.sqrt(polygon.area * squeeze / (cells * SAMPLES_PER_CELL))
    columns, rows = np.arange(west * squeeze, east * squeeze, step), np.arange(south, north, step)
    corners = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)
    points = corners + rng.random(corners.shape) * step
    return points[shapely.contains_xy(polygon, points[:, 0] / squeeze, points[:, 1])]


def _place(points: Array, plots: Plots, seeds: Array, first: int, last: int) -> None:
    """Give each of the plots first..last-1 its share of the points, and one of them as the seed of its cell.

    Halves are cut between streets as long as there are several, then between communities: so both stay compact.
    """
    if last - first == 1:
        seeds[first] = points[np.argmin(np.linalg.norm(points - points.mean(axis=0), axis=1))]
        return
    cut = _cut(plots, first, last)
    share = plots.weight[first:cut].sum() / plots.weight[first:last].sum()
    count = min(max(round(share * len(points)), cut - first), len(points) - (last - cut))
    order = np.argsort(points[:, np.argmax(np.ptp(points, axis=0))], kind="stable")
    _place(points[order[:count]], plots, seeds, first, cut)
    _place(points[order[count:]], plots, seeds, cut, last)


def _cut(plots: Plots, first: int, last: int) -> int:
    """The place to cut the plots first..last-1 in two, nearest to half of their weight."""
    weight = plots.weight[first:last].cumsum()
    for number in (plots.street, plots.community, np.arange(last)):
        changes = np.flatnonzero(np.diff(number[first:last]))
        if len(changes):
            return first + 1 + int(changes[np.argmin(np.abs(weight[changes] - weight[-1] / 2))])
    raise AssertionError("a single plot is not cut")


def _voronoi(seeds: Array, squeeze: float) -> Array:
    extent = shapely.box(*(seeds.min(axis=0) - 1), *(seeds.max(axis=0) + 1))
    cells = shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=extent, ordered=True)
    return shapely.transform(shapely.get_parts(cells), lambda xy: xy / [squeeze, 1])


def _clip(cells: Array, polygon: Outline) -> Array:
    """The cells cut at the county's border; those that lie inside are left as they are, to the last bit."""
    shapely.prepare(polygon)
    at_border = ~shapely.contains_properly(polygon, cells)
    cells[at_border] = shapely.intersection(cells[at_border], polygon)
    return cells


def _join_fragments(cells: Array) -> Array:
    """One polygon per cell where the land allows it.

    Clipping leaves some 600 of 65,000 cells in several parts. All but the largest part go to the neighbour with the
    longest common edge; parts without a neighbour (islands) stay with their cell, as small islands do in practice.
    """
    parts, owner = shapely.get_parts(cells, return_index=True)
    parts, owner = parts[shapely.area(parts) > 0], owner[shapely.area(parts) > 0]
    order = np.lexsort((-shapely.area(parts), owner))
    parts, owner = parts[order], owner[order]
    is_main = np.diff(owner, prepend=-1) > 0
    main, loose = parts[is_main], np.flatnonzero(~is_main)
    part, neighbour = shapely.STRtree(main).query(parts[loose], predicate="intersects")
    edge = shapely.length(shapely.intersection(parts[loose][part], main[neighbour]))
    for i in np.argsort(edge, kind="stable"):
        if edge[i] > 0:
            owner[loose[part[i]]] = neighbour[i]
    return _union_by(owner, parts)


def _union_by(number: Array, polygons: Array) -> Array:
    """Unions of the polygons of equal number, in the order of the numbers (which must be 0..n-1)."""
    order = np.argsort(number, kind="stable")
    groups = np.split(polygons[order], np.flatnonzero(np.diff(number[order])) + 1)
    return np.array([shapely.coverage_union_all(group) if len(group) > 1 else group[0] for group in groups])


def _named_grid(communities: Sequence[Division], community: Array, polygons: Array) -> CountyGrid:
    """Serials run from west to east, and from north to south where two cells are equally far west."""
    centre = shapely.get_coordinates(shapely.centroid(polygons))
    order = np.lexsort((-centre[:, 1], centre[:, 0], community))
    first = np.flatnonzero(np.diff(community, prepend=-1))
    cells = []
    for position, i in enumerate(order):
        code, serial = communities[community[i]].code, position - first[community[i]] + 1
        cells.append(Cell(f"{code}{serial:03}", f"{serial:03} 网格", code, polygons[i]))
    outlines = _union_by(community, polygons)
    streets, street = np.unique([str(d.parent) for d in communities], return_inverse=True)
    return CountyGrid(
        cells=cells,
        communities={d.code: outline for d, outline in zip(communities, outlines, strict=True)},
        streets=dict(zip(streets.tolist(), _union_by(street, outlines), strict=True)),
    )
