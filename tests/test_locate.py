"""Point to cell: always exactly the brute-force answer, and distances in metres."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate

from geodata.coords import InvalidPoint, distance_m
from grids.locate import MAX_CANDIDATES, TOUCH_DEGREES, CellIndex

# A row of three squares of 0.01 degrees near Shenyang, the lowest code in the middle.
SQUARES = {
    "b": shapely.box(123.40, 41.80, 123.41, 41.81),
    "a": shapely.box(123.41, 41.80, 123.42, 41.81),
    "c": shapely.box(123.42, 41.80, 123.43, 41.81),
}
INDEX = CellIndex(SQUARES.items())


def brute_force(cells, lon, lat):
    point = shapely.Point(lon, lat)
    covering = [code for code, polygon in cells if polygon.covers(point)]
    touching = [code for code, polygon in cells if shapely.dwithin(polygon, point, TOUCH_DEGREES)]
    return min(covering or touching, default=None)


@st.composite
def coverages(draw):
    """Two Voronoi coverages side by side; their common border x=1 is not noded, as between counties."""
    rng, degrees = np.random.default_rng(draw(st.integers(0, 2**32))), draw(st.sampled_from([0, 17]))
    cells = []
    for west in (0.0, 1.0):
        half = shapely.box(west, 0, west + 1, 1)
        seeds = shapely.multipoints(rng.random((draw(st.integers(2, 12)), 2)) + np.array([west, 0]))
        parts = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=half))
        cells += [rotate(shapely.intersection(part, half), degrees, origin=(0, 0)) for part in parts]
    return [(f"{code:03}", cell) for code, cell in zip(rng.permutation(len(cells)), cells, strict=True)]


def points_of(cells):
    """Corners, points on edges, points inside, points beyond."""
    for _, cell in cells:
        corners = shapely.get_coordinates(cell)
        yield from corners
        yield from (corners[1:] + corners[:-1]) / 2
        yield from corners[1:] * 0.3 + corners[:-1] * 0.7
        yield from corners + 1e-9
        yield from corners * 1.1 - 0.05
        yield shapely.get_coordinates(cell.representative_point())[0]


@settings(max_examples=25, deadline=None)
@given(coverages())
def test_equals_brute_force(cells):
    index = CellIndex(cells)
    points = np.array(list(points_of(cells)))
    expected = [brute_force(cells, lon, lat) for lon, lat in points]
    assert [index.code_at(lon, lat) for lon, lat in points.tolist()] == expected
    assert index.codes_at(points[:, 0], points[:, 1]).tolist() == expected
    assert [index.at(lon, lat).code for lon, lat in points.tolist()] == expected


def test_border_belongs_to_the_lowest_code_whatever_the_order():
    for cells in (list(SQUARES.items()), list(reversed(SQUARES.items()))):
        index = CellIndex(cells)
        assert index.code_at(123.41, 41.805) == "a"
        assert index.code_at(123.42, 41.805) == "a"
        assert index.at(123.42, 41.81).code == "a"


def test_a_gap_of_rounding_counts_as_border():
    index = CellIndex([("x", shapely.box(0, 0, 1, 1)), ("w", shapely.box(1 + 1e-8, 0, 2, 1))])
    assert index.code_at(1 + 5e-9, 0.5) == "w"
    assert index.codes_at([1 + 5e-9, -5e-8, -2e-7], [0.5, 0.5, 0.5]).tolist() == ["w", "x", None]


def test_distance_to_the_border_in_metres():
    located = INDEX.at(123.411, 41.805)
    assert (located.code, located.outside, located.nearest, located.distance_m) == ("a", False, "a", 0)
    assert located.border_m == pytest.approx(distance_m(123.41, 41.805, 123.411, 41.805), rel=1e-5)
    assert INDEX.at(123.41, 41.805).border_m == pytest.approx(0, abs=1e-6)


def test_hole_is_a_border():
    ring = shapely.box(0, 0, 1, 1).difference(shapely.box(0.4, 0.4, 0.6, 0.6))
    index = CellIndex([("r", ring)])
    assert index.at(0.399, 0.5).border_m == pytest.approx(distance_m(0.399, 0.5, 0.4, 0.5), rel=1e-5)
    assert index.at(0.5, 0.5).outside


def test_candidates_within_the_accuracy_nearest_first():
    to_b = distance_m(123.41, 41.805, 123.414, 41.805)
    to_c = distance_m(123.42, 41.805, 123.414, 41.805)
    assert INDEX.at(123.414, 41.805, to_b - 1).candidates == []
    assert [c.code for c in INDEX.at(123.414, 41.805, to_b + 1).candidates] == ["b"]
    both = INDEX.at(123.414, 41.805, to_c + 1).candidates
    assert [(code, pytest.approx(d, rel=1e-5)) for code, d in both] == [("b", to_b), ("c", to_c)]


def test_without_accuracy_the_cell_across_a_near_border_is_a_candidate():
    assert [c.code for c in INDEX.at(123.41 + 0.00005, 41.805).candidates] == ["b"]
    assert INDEX.at(123.41 + 0.0005, 41.805).candidates == []


def test_candidates_are_bounded():
    cells = [(f"{i:04}", shapely.box(i * 1e-4, 0, (i + 1) * 1e-4, 1e-4)) for i in range(1000)]
    candidates = CellIndex(cells).at(0.05, 0.00005, math.inf).candidates
    assert len(candidates) == MAX_CANDIDATES
    assert [c.distance_m for c in candidates] == sorted(c.distance_m for c in candidates)


def test_outside_names_the_nearest_cell_in_metres():
    # East is nearer in metres, north in degrees: a degree east is shorter here.
    index = CellIndex([("north", shapely.box(123, 41.011, 124, 42)), ("east", shapely.box(123.012, 40, 124, 41.0))])
    located = index.at(123.0, 41.0)
    assert (located.code, located.border_m, located.outside, located.nearest) == (None, None, True, "east")
    assert located.distance_m == pytest.approx(distance_m(123.0, 41.0, 123.012, 41.0), rel=1e-4)
    assert index.code_at(123.0, 41.0) is None


def test_far_outside():
    located = INDEX.at(2.35, 48.86)
    assert located.outside
    assert located.distance_m > 5_000_000


def test_no_cells():
    empty = CellIndex([])
    assert len(empty) == 0
    assert empty.code_at(123.4, 41.8) is None
    assert empty.codes_at([123.4], [41.8]).tolist() == [None]
    assert empty.at(0, 0) == (None, None, [], True, None, math.inf)


@pytest.mark.parametrize("lonlat", [(math.nan, 41.8), (123.4, math.inf), (181, 0)])
def test_what_is_no_point(lonlat):
    assert INDEX.code_at(*lonlat) is None
    assert INDEX.codes_at([lonlat[0]], [lonlat[1]]).tolist() == [None]
    with pytest.raises(InvalidPoint):
        INDEX.at(*lonlat)


@pytest.mark.parametrize("accuracy", [-1, math.nan])
def test_what_is_no_accuracy(accuracy):
    with pytest.raises(ValueError, match="not a number of metres"):
        INDEX.at(123.41, 41.8, accuracy)


def test_bad_cells_are_refused():
    with pytest.raises(ValueError, match="cell a occurs twice"):
        CellIndex([("a", SQUARES["a"]), ("a", SQUARES["b"])])
    for nothing in (None, shapely.Polygon()):
        with pytest.raises(ValueError, match="cell a has no polygon"):
            CellIndex([("a", nothing)])
