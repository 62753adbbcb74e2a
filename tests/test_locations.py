"""Point to cell from the database: built once, built anew when the regions change, and never in silence outside."""

from math import cos, radians

import pytest
from shapely import box
from sqlalchemy import delete, select

from geodata.coords import InvalidPoint, UnknownDatum, from_wgs84
from grids import cells
from grids.cells import NEAR_M, OutsideProvince, cell_index, locate, raise_version, region_version
from grids.locate import METRES_PER_DEGREE
from grids.models import Region, RegionData, RegionShape
from tests.conftest import MONDAY
from tests.world import CELLS_WEST, SIDE, centre, corner

pytestmark = pytest.mark.database

EAST = "210102001001002"  # the cell beside CELLS_WEST


@pytest.fixture(autouse=True)
def own_index(monkeypatch):
    """An index of this test's own: what it changes is rolled back, and must not stay in the process."""
    monkeypatch.setattr(cells, "_index", {})


def west_of_the_world(metres: float) -> tuple[float, float]:
    """A point so far west of the western cell, at half its height."""
    lon, lat = corner(CELLS_WEST)
    lat += SIDE / 2
    return lon - metres / (METRES_PER_DEGREE * cos(radians(lat))), lat


def test_the_path_leads_from_the_province_to_the_cell(db):
    spot = locate(db, *centre())
    assert [region.code for region in spot.path] == ["21", "2101", "210102", "210102001", "210102001001", CELLS_WEST]
    assert spot.cell.code == CELLS_WEST
    assert (spot.found.outside, spot.found.distance_m) == (False, 0.0)


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_one_place_in_three_datums_is_one_cell(db, datum):
    spot = locate(db, *from_wgs84(*centre(), datum), datum)
    assert spot.cell.code == CELLS_WEST
    assert (spot.lon, spot.lat) == pytest.approx(centre(), abs=1e-8)


def test_a_wrong_datum_is_a_wrong_place(db):
    spot = locate(db, *from_wgs84(*centre(), "bd09"), "wgs84")
    assert spot.cell.code != CELLS_WEST


def test_a_border_point_belongs_to_the_lower_code_and_names_the_other(db):
    lon, lat = corner(EAST)
    spot = locate(db, lon, lat + SIDE / 2)
    assert spot.cell.code == CELLS_WEST
    assert [one.code for one in spot.found.candidates] == [EAST]


def test_a_point_just_outside_is_given_to_the_nearest_cell_with_its_distance(db):
    spot = locate(db, *west_of_the_world(NEAR_M - 10))
    assert (spot.cell.code, spot.found.outside) == (CELLS_WEST, True)
    assert spot.found.distance_m == pytest.approx(NEAR_M - 10, abs=1)


def test_a_point_beyond_is_outside_the_province(db):
    lon, lat = west_of_the_world(NEAR_M + 10)
    with pytest.raises(OutsideProvince) as outside:
        locate(db, lon, lat)
    assert (outside.value.lon, outside.value.lat) == (lon, lat)


def test_outside_is_told_in_wgs84(db):
    with pytest.raises(OutsideProvince) as outside:
        locate(db, *from_wgs84(116.4, 39.9, "gcj02"), "gcj02")
    assert (outside.value.lon, outside.value.lat) == pytest.approx((116.4, 39.9), abs=1e-8)


def test_what_is_no_point_or_no_datum_is_refused(db):
    with pytest.raises(UnknownDatum):
        locate(db, *centre(), "mars")
    with pytest.raises(InvalidPoint):
        locate(db, 200.0, 41.8)
    with pytest.raises(InvalidPoint):
        locate(db, float("nan"), 41.8)


def test_the_index_is_built_once_for_a_version(db):
    assert cell_index(db) is cell_index(db)
    assert len(cell_index(db)) == 24


def test_a_new_version_is_seen_without_a_restart(db):
    before = cell_index(db)
    lon, lat = corner(CELLS_WEST)
    shape = db.get(RegionShape, region_id(db, EAST))
    shape.geom = box(lon, lat, lon + 2 * SIDE, lat + SIDE)
    db.execute(delete(RegionShape).where(RegionShape.region_id == region_id(db, CELLS_WEST)))
    db.flush()
    assert locate(db, *centre()).cell.code == CELLS_WEST, "the version has not changed"
    raise_version(db, "tests", MONDAY)
    db.flush()
    assert locate(db, *centre()).cell.code == EAST
    assert cell_index(db) is not before


def test_a_cell_that_has_ended_is_no_place_any_more(db):
    db.get(Region, region_id(db, CELLS_WEST)).valid_to = MONDAY.date()
    raise_version(db, "tests", MONDAY)
    db.flush()
    with pytest.raises(OutsideProvince):
        locate(db, *west_of_the_world(0))
    assert len(cell_index(db)) == 23


def test_versions_count_upwards_from_nothing(db):
    db.execute(delete(RegionData))
    assert region_version(db) == 0
    for version in (1, 2):
        raise_version(db, "tests", MONDAY)
        db.flush()
        assert region_version(db) == version


def region_id(db, code: str) -> int:
    return db.scalars(select(Region.id).where(Region.code == code)).one()
