"""The demo grid: an exact partition of each county that nests, and is the same every time."""

from collections import defaultdict
from functools import cache

import numpy as np
import pytest
import shapely

from geodata.demo_grid import URBAN, VILLAGE, VILLAGE_ENDINGS, CountyGrid, county_grid
from geodata.divisions import Division, county_polygons, divisions, divisions_below_counties

# Urban and dense; an archipelago of 45 parts; the fewest communities; a large rural county; the most communities.
COUNTIES = ["210102", "210224", "210903", "210624", "211224"]


@cache
def grid(county: str) -> CountyGrid:
    return county_grid(county, county_polygons()[county], divisions_below_counties()[county])


def cell_polygons(county: str) -> list[shapely.Polygon]:
    return [cell.polygon for cell in grid(county).cells]


@pytest.mark.parametrize("county", COUNTIES)
def test_cells_partition_the_county(county):
    cells, outline = cell_polygons(county), county_polygons()[county]
    assert shapely.is_valid(cells).all()
    assert shapely.coverage_is_valid(cells)
    assert shapely.area(cells).sum() == pytest.approx(outline.area, rel=1e-12)
    assert shapely.coverage_union_all(cells).symmetric_difference(outline).area < 1e-12 * outline.area


@pytest.mark.parametrize("county", COUNTIES)
def test_cells_nest_in_communities_and_communities_in_streets(county):
    below, made = divisions_below_counties()[county], grid(county)
    assert set(made.streets) == {d.code for d in below if d.level == 4}
    assert set(made.communities) == {d.code for d in below if d.level == 5}
    parts = defaultdict(list)
    for cell in made.cells:
        parts[cell.community].append(cell.polygon)
    for code, outline in made.communities.items():
        assert shapely.coverage_union_all(parts.pop(code)).equals(outline)
    assert not parts
    for division in below:
        if division.level == 5:
            parts[division.parent].append(made.communities[division.code])
    for code, outline in made.streets.items():
        assert shapely.coverage_union_all(parts[code]).equals(outline)


@pytest.mark.parametrize("county", COUNTIES)
def test_serials_run_from_west_to_east_inside_each_community(county):
    by_community = defaultdict(list)
    for cell in grid(county).cells:
        by_community[cell.community].append(cell)
    for code, cells in by_community.items():
        serials = [f"{i + 1:03}" for i in range(len(cells))]
        assert [cell.code for cell in cells] == [code + serial for serial in serials]
        assert [cell.name for cell in cells] == [serial + " 网格" for serial in serials]
        longitudes = [cell.polygon.centroid.x for cell in cells]
        assert longitudes == sorted(longitudes)


@pytest.mark.parametrize("county", COUNTIES)
def test_every_cell_is_one_piece_on_each_island(county):
    islands = county_polygons()[county]
    for polygon in cell_polygons(county):
        for island in shapely.get_parts(islands):
            on_it = [part for part in shapely.get_parts(polygon) if part.representative_point().within(island)]
            assert len(on_it) <= 1


def test_most_communities_and_streets_are_contiguous_on_the_mainland():
    made = grid("211224")
    assert np.mean(shapely.get_num_geometries(list(made.communities.values())) > 1) < 0.02
    assert np.mean(shapely.get_num_geometries(list(made.streets.values())) > 1) < 0.2


def test_the_same_grid_every_time():
    again = county_grid("210903", county_polygons()["210903"], list(reversed(divisions_below_counties()["210903"])))
    assert again.cells == grid("210903").cells
    assert [shapely.to_wkb(c.polygon) for c in again.cells] == [shapely.to_wkb(c) for c in cell_polygons("210903")]


def test_cells_are_small_in_town_and_large_in_the_country():
    square_km = 111.2**2 * 0.75
    assert np.median(shapely.area(cell_polygons("210102"))) * square_km < 0.1
    assert np.median(shapely.area(cell_polygons("210624"))) * square_km > 2


def test_the_province_has_about_65000_cells():
    communities = [d.name for d in divisions() if d.level == 5]
    cells = sum((VILLAGE if name.endswith(VILLAGE_ENDINGS) else URBAN).cells for name in communities)
    assert 60_000 < cells < 70_000


def test_one_community_is_the_whole_county():
    square = shapely.box(120, 40, 120.1, 40.1)
    made = county_grid("210000", square, [Division("s", "街道", 4, "c"), Division("s1", "甲村", 5, "s")])
    assert len(made.cells) == VILLAGE.cells
    assert made.streets["s"].symmetric_difference(square).area < 1e-15


def test_a_county_without_communities_is_refused():
    with pytest.raises(ValueError, match="no communities"):
        county_grid("210000", shapely.box(0, 0, 1, 1), [Division("s", "街道", 4, "c")])
