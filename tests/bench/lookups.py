"""Point to cell: CellIndex against a bare STRtree over the same cells of the whole generated province."""

import time
from argparse import Namespace
from collections.abc import Callable, Iterator

import shapely

from grids.locate import CellIndex
from tests.bench.points import Points, cells, points_in
from tests.bench.ratios import Line, in_turns
from tests.bench.worlds import World

SINGLE, BULK = 50_000, 400_000


def lines(worlds: list[World], args: Namespace) -> Iterator[Line]:
    index = cells(worlds[0])
    tree = shapely.STRtree(index._polygons)
    note = f"{len(index):,} cells"
    single = in_turns(args.rounds, one_by_one(index.code_at, SINGLE, index), one_by_one(bare(tree), SINGLE, index))
    yield Line("look-up, one at a time", "a second", *single, higher_is_better=True, note=note)
    points = points_in(index, BULK)
    bulk = in_turns(
        args.rounds,
        lambda: timed(lambda: index.codes_at(points[:, 0], points[:, 1])),
        lambda: timed(lambda: tree.query(shapely.points(points), predicate="intersects")),
    )
    yield Line(f"look-up, {BULK:,} at once", "a second", *bulk, higher_is_better=True, note=note)


def bare(tree: shapely.STRtree) -> Callable[[float, float], object]:
    """What one writes without an index of one's own."""
    return lambda lon, lat: tree.query(shapely.Point(lon, lat), predicate="intersects")


def one_by_one(look_up: Callable[[float, float], object], count: int, index: CellIndex) -> Callable[[], float]:
    points: Points = points_in(index, count)

    def run() -> float:
        began = time.perf_counter()
        for lon, lat in pairs:
            look_up(lon, lat)
        return count / (time.perf_counter() - began)

    pairs = points.tolist()
    return run


def timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return BULK / (time.perf_counter() - began)
