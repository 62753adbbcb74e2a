"""Import of regions: what is taken, what gives way, what is refused and how that is told."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely
from flask import Flask
from shapely import box
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.database import upgrade
from grids.cells import locate, region_version
from grids.checking import check_regions
from grids.import_rows import Report
from grids.importing import import_regions
from grids.models import CELL, COMMUNITY, Region, RegionShape, Unit
from grids.queries import region_by_code, unit_by_code
from grids.region_files import BadFile, Incoming, read_regions
from tests.conftest import MONDAY
from tests.empty import empty_database
from tests.world import SIDE, corner

TODAY = date(2026, 11, 23)
COMMUNITY_CODE = "210102001001"
WEST, EAST = f"{COMMUNITY_CODE}001", f"{COMMUNITY_CODE}002"
NEW = f"{COMMUNITY_CODE}003"

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def fresh_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test here is rolled back, and the next one has the same version with other cells."""
    monkeypatch.setattr("grids.cells._index", {})


def cell(code: str, shape: BaseGeometry | None, parent: str = COMMUNITY_CODE, level: int = CELL) -> Incoming:
    return Incoming(1, code, f"网格 {code[-3:]}", level, parent, shape)


def square(code: str = WEST, west: float = 0.0, east: float = 1.0) -> BaseGeometry:
    """A part of a cell of the world, in cell widths from its western border."""
    lon, lat = corner(code)
    return box(lon + west * SIDE, lat, lon + east * SIDE, lat + SIDE)


def take(db: Session, *rows: Incoming, **how: bool) -> Report:
    return import_regions(db, rows, "test.geojson", MONDAY, TODAY, **how)


def faults(report: Report) -> set[str]:
    return {problem.code for problem in report.problems if problem.fatal}


def shape_of(db: Session, code: str) -> BaseGeometry | None:
    return db.scalar(select(RegionShape.geom).join(Region).where(Region.code == code, Region.valid_to.is_(None)))


def test_a_new_cell_is_found_and_has_a_centre_unit(db: Session) -> None:
    version = region_version(db)
    report = take(db, cell(NEW, square(west=0.5)))
    assert (report.made, report.cut, faults(report)) == ([NEW], [WEST], set())
    lon, lat = corner(WEST)
    assert locate(db, lon + 0.9 * SIDE, lat + SIDE / 2).cell.code == NEW
    assert locate(db, lon + 0.1 * SIDE, lat + SIDE / 2).cell.code == WEST
    unit, region = unit_by_code(db, NEW), region_by_code(db, NEW)
    assert unit and region and (unit.name, unit.region_id) == ("太原第1社区 网格 003", region.id)
    assert (region.scheme, region.generated, region.path) == (
        "grid15",
        False,
        f"21.2101.210102.210102001.{COMMUNITY_CODE}.{NEW}.",
    )
    assert region_version(db) == version + 1
    assert check_regions(db) == []


def test_generated_outlines_that_are_covered_are_retired(db: Session) -> None:
    report = take(db, cell(NEW, shapely.union(square(WEST), square(EAST))))
    assert sorted(report.retired) == [WEST, EAST]
    retired = region_by_code(db, WEST)
    assert retired and retired.valid_to == TODAY
    lon, lat = corner(WEST)
    assert locate(db, lon + SIDE / 2, lat + SIDE / 2).cell.code == NEW


def test_a_cell_may_be_split(db: Session) -> None:
    report = take(db, cell(WEST, square(east=0.4)), cell(NEW, square(west=0.4)))
    assert (report.made, report.changed, report.problems) == ([NEW], [WEST], [])
    region = region_by_code(db, WEST)
    assert region and region.name == "网格 001" and not region.generated
    unit = unit_by_code(db, WEST)
    assert unit and unit.name == "太原第1社区 网格 001"


def test_the_same_file_again_changes_no_outline(db: Session) -> None:
    rows = [cell(WEST, square(east=0.4)), cell(NEW, square(west=0.4))]
    take(db, *rows)
    again = take(db, *rows)
    assert (again.made, again.retired, again.cut, again.problems) == ([], [], [], [])


def test_ground_left_uncovered_is_a_gap(db: Session) -> None:
    report = take(db, cell(WEST, square(east=0.5)))
    (gap,) = [problem for problem in report.problems if problem.code == "gap"]
    assert gap.fatal and gap.region == COMMUNITY_CODE
    assert gap.params["area_m2"] == pytest.approx(0.5 * 1112 * 829, rel=0.01)
    assert square(west=0.5).contains(shapely.Point(gap.params["lon"], gap.params["lat"]))


def test_gaps_can_be_allowed(db: Session) -> None:
    report = take(db, cell(WEST, square(east=0.5)), allow_gaps=True)
    assert not report.refused and [problem.code for problem in report.problems] == ["gap"]


def test_imported_cells_must_not_overlap(db: Session) -> None:
    report = take(db, cell(WEST, square()), cell(NEW, square(west=0.5)))
    (overlap,) = [problem for problem in report.problems if problem.code == "overlap"]
    assert overlap.fatal and {overlap.region, overlap.params["other"]} == {WEST, NEW}


def test_one_inside_another_overlaps(db: Session) -> None:
    assert "overlap" in faults(take(db, cell(WEST, square()), cell(NEW, square().buffer(-0.3 * SIDE))))


def test_imported_cells_do_not_give_way(db: Session) -> None:
    take(db, cell(WEST, square()))
    assert "overlap" in faults(take(db, cell(NEW, square(west=0.5))))


def test_replace_retires_what_the_file_does_not_name(db: Session) -> None:
    take(db, cell(WEST, square(WEST)), cell(EAST, square(EAST)))
    report = take(db, cell(NEW, shapely.union(square(WEST), square(EAST))), replace=True)
    assert (sorted(report.retired), report.problems) == ([WEST, EAST], [])


def test_several_levels_come_in_one_file(db: Session) -> None:
    inner = "210102001003"
    ground = shapely.union(square(WEST), square(EAST))
    report = take(db, cell(f"{inner}001", ground, inner), cell(inner, ground, "210102001", COMMUNITY))
    assert set(report.retired) == {WEST, EAST, COMMUNITY_CODE}
    assert (report.made, faults(report)) == ([inner, f"{inner}001"], set())
    assert check_regions(db) == []


def test_a_region_may_be_renamed_without_an_outline(db: Session) -> None:
    before = shape_of(db, WEST)
    report = take(db, cell(WEST, None)._replace(name="新名"))
    assert (report.changed, report.problems, shape_of(db, WEST)) == ([WEST], [], before)
    unit = unit_by_code(db, WEST)
    assert unit and unit.name == "太原第1社区 新名"


def test_a_tree_may_begin_with_an_import(database_url: str, tmp_path: Path) -> None:
    rows = [Incoming(1, "P1", "某省", 1, "", square()), Incoming(2, "C1", "某市", 2, "P1", square())]
    with empty_database(database_url, tmp_path) as engine:
        upgrade(engine)
        with Session(engine) as db:
            assert check_regions(db) == []
            report = take(db, *rows)
            assert (report.made, report.problems, region_version(db)) == (["P1", "C1"], [], 1)
            assert [unit.name for unit in db.scalars(select(Unit).order_by(Unit.id))] == [
                "某省热线中心",
                "某市热线中心",
            ]


def test_a_region_retired_above_others_is_refused(db: Session) -> None:
    ground = shapely.union(square(WEST), square(EAST))
    assert "parent_retired" in faults(take(db, cell("210102001003", ground, "210102001", COMMUNITY)))


@pytest.mark.parametrize(
    ("fault", "row"),
    [
        ("orphan", cell("999", square(), "210102009009")),
        ("orphan", cell("999", square(), "")),
        ("orphan", cell("999", square(), "210102001")),
        ("moved", cell(WEST, square(), "210102001002")),
        ("other_level", cell("210102", square())),
        ("bad_code", cell("21.01", square())),
        ("no_outline", cell(NEW, None)),
        ("no_polygon", cell(NEW, shapely.Point(123, 41))),
        ("invalid_polygon", cell(NEW, shapely.from_wkt("POLYGON((0 0, 1 1, 1 0, 0 1, 0 0))"))),
        ("not_lon_lat", cell(NEW, box(41, 123, 42, 124))),
        ("no_name", cell(NEW, square())._replace(name="")),
    ],
)
def test_what_cannot_be_is_refused(db: Session, fault: str, row: Incoming) -> None:
    report = take(db, row)
    assert faults(report) == {fault} and report.refused


def test_duplicates_are_refused(db: Session) -> None:
    assert faults(take(db, cell(NEW, square(east=0.5)), cell(NEW, square(west=0.5)))) == {"duplicate"}


def test_check_finds_what_is_broken(db: Session) -> None:
    west, east = region_by_code(db, WEST), region_by_code(db, EAST)
    assert west and east
    shape, other = db.get_one(RegionShape, west.id), db.get_one(RegionShape, east.id)
    shape.geom, other.geom = square(east=0.5), square(EAST, east=1.5)
    db.flush()
    found = {(problem.code, problem.region) for problem in check_regions(db)}
    assert {("gap", COMMUNITY_CODE), ("sticks_out", EAST)} <= found
    assert {code for code, _ in found} == {"gap", "sticks_out", "overlap"}


# --- files and the command line -------------------------------------------------------------------------------------


def geojson(path: Path, *features: tuple[dict[str, Any], BaseGeometry], **more: Any) -> Path:
    rows = [
        {"type": "Feature", "properties": row, "geometry": shapely.geometry.mapping(geom)} for row, geom in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows, **more}), encoding="utf-8")
    return path


def test_numbers_are_read_as_codes(tmp_path: Path) -> None:
    row = {"CODE": 210102001001003.0, "name": " 三 ", "parent": 210102001001, "level": "cell"}
    (found,) = read_regions(geojson(tmp_path / "a.geojson", (row, square())))
    assert found[:5] == (1, "210102001001003", "三", CELL, "210102001001")


def test_the_level_may_come_from_outside(tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", ({"code": "1"}, square()))
    assert read_regions(path, CELL)[0].level == CELL
    with pytest.raises(BadFile, match="bad_level"):
        read_regions(path)


def test_other_coordinates_are_refused(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4528"}}
    with pytest.raises(BadFile, match="bad_crs"):
        read_regions(geojson(tmp_path / "a.geojson", ({"code": "1"}, square()), crs=crs), CELL)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"features": [1]}', '{"features": 3}', "\x00"])
def test_what_is_no_geojson_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(text)
    with pytest.raises(BadFile):
        read_regions(path, CELL)


def run(app: Flask, *words: str | Path) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["regions", *map(str, words)])
    return result.exit_code, result.output


def test_a_dry_run_reports_and_changes_nothing(app: Flask, tmp_path: Path) -> None:
    row = {"code": NEW, "name": "新网格", "parent": COMMUNITY_CODE, "level": 6}
    path = geojson(tmp_path / "a.geojson", (row, square(west=0.5)))
    code, told = run(app, "import", path, "--dry-run")
    assert code == 0 and "1 new" in told and "1 generated outlines cut back" in told
    assert run(app, "check") == (0, "0 faults, 0 remarks\n")


def test_a_refusal_is_told_in_words(app: Flask, tmp_path: Path) -> None:
    row = {"code": "999", "name": "新网格", "parent": "21010200", "level": 6}
    code, told = run(app, "import", geojson(tmp_path / "a.geojson", (row, square())))
    assert code == 1 and "orphan" in told and "21010200" in told and "nothing is changed" in told


def test_a_missing_reader_is_told_in_words(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyogrio", None)
    path = tmp_path / "a.gpkg"
    path.touch()
    code, told = run(app, "import", path)
    assert code == 1 and "pyogrio" in told and "Traceback" not in told
