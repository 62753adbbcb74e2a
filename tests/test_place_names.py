"""Imported place names: files as deployments have them, what is left out and told, and what a name then proves."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database import transaction
from geodata.coords import from_wgs84
from grids import names
from grids.models import PlaceName, PlaceSource, Region
from grids.names import gazetteer
from grids.place_files import datum_code, parse_places
from grids.place_import import PlaceReport, forget_places, kind_of, place_on_map, store_places
from grids.region_files import BadFile
from tests.conftest import MONDAY
from tests.world import CELL_OF, CELLS_WEST, SIDE, centre, corner

pytestmark = pytest.mark.database
LON, LAT = centre()
EDGE = corner(CELLS_WEST)[0] + 2 * SIDE - 0.001  # some 80 m before the next community
FAR = centre(CELL_OF["210202"])


@pytest.fixture(autouse=True)
def fresh_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test here is rolled back, and the next one has the same version with other names."""
    monkeypatch.setattr(names, "_names", {})


def csv_of(*rows: str, head: str = "name,aliases,kind,lon,lat,datum") -> bytes:
    return "\n".join([head, *rows]).encode()


def take(
    db: Session, data: bytes, suffix: str = ".csv", source: str = "file", datum: str = "", **how: Any
) -> PlaceReport:
    digest = hashlib.sha256(data).hexdigest()
    return store_places(db, place_on_map(db, parse_places(data, suffix), datum), source, digest, MONDAY, **how)


def place(name: str, lon: float = LON, lat: float = LAT, datum: str = "wgs84", kind: str = "") -> str:
    return f"{name},,{kind},{lon},{lat},{datum}"


def feature(name: str, geometry: shapely.Geometry, **more: Any) -> bytes:
    properties = {"name": name, **more}
    one = {"type": "Feature", "properties": properties, "geometry": json.loads(shapely.to_geojson(geometry))}
    return json.dumps({"type": "FeatureCollection", "features": [one]}).encode()


def region_of(db: Session, name: str) -> str:
    query = select(Region.code).join(PlaceName, PlaceName.region_id == Region.id).where(PlaceName.name == name)
    return str(db.scalar(query))


def codes(report: PlaceReport) -> list[str]:
    return [problem.code for problem in report.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_csv_is_read_in_the_encodings_and_with_the_headings_in_use(encoding: str, mark: str) -> None:
    lines = [
        ["名称", "别名", "类型", "经度", "纬度", "坐标系"],
        ["万达广场", "太原街万达|万达", "商场", "123.4", "41.8", "火星坐标"],
    ]
    (row,) = parse_places("\r\n".join(mark.join(line) for line in lines).encode(encoding), ".csv")
    assert (row.name, row.aliases, row.kind, row.datum) == ("万达广场", ("太原街万达", "万达"), "商场", "gcj02")
    assert row.geom == shapely.Point(123.4, 41.8)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("WGS-84", "wgs84"),
        ("CGCS2000", "wgs84"),
        ("EPSG:4490", "wgs84"),
        ("GCJ_02", "gcj02"),
        ("百度", "bd09"),
        ("北京54", "北京54"),
    ],
)
def test_datums_are_known_by_what_they_are_called(said: str, code: str) -> None:
    assert datum_code(said) == code


@pytest.mark.parametrize(
    ("data", "suffix", "code"),
    [
        (b"", ".csv", "no_columns"),
        (b"name,lon\nx,1", ".csv", "no_columns"),
        (b"name,lon,lat\n", ".csv", "empty"),
        (b"\xff\xff\xff", ".csv", "bad_encoding"),
        (b"{", ".geojson", "not_geojson"),
        (b'{"features": [1]}', ".geojson", "not_geojson"),
        (b'{"features": []}', ".json", "empty"),
        (b'{"crs": {"properties": {"name": "EPSG:3857"}}, "features": []}', ".geojson", "bad_crs"),
    ],
)
def test_what_is_no_file_of_places_is_refused(data: bytes, suffix: str, code: str) -> None:
    with pytest.raises(BadFile) as refused:
        parse_places(data, suffix)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("name", "given", "kind"),
    [("文安路", "", "road"), ("青年大街", "", "road"), ("万科城", "", "compound"), ("大悦城", "商场", "compound"),
     ("工业展览馆", "", "sight"), ("某处", "道路", "road")],
)  # fmt: skip
def test_the_kind_is_what_the_file_says_or_how_the_name_ends(name: str, given: str, kind: str) -> None:
    assert kind_of(name, given) == kind


def test_a_point_lies_in_its_cell_whatever_its_datum(db: Session) -> None:
    rows = [place(f"展览馆{datum}", *from_wgs84(LON, LAT, datum), datum=datum) for datum in ("wgs84", "gcj02", "bd09")]
    report = take(db, csv_of(*rows))
    assert (report.stored, report.problems) == (3, [])
    for stored in db.scalars(select(PlaceName)):
        assert (stored.lon, stored.lat) == pytest.approx((LON, LAT), abs=2e-7)
        assert stored.raw["datum"] in stored.name and region_of(db, stored.name) == CELLS_WEST
    assert len({stored.raw["lon"] for stored in db.scalars(select(PlaceName))}) == 3


def test_faulty_rows_are_left_out_and_named(db: Session) -> None:
    lines = [place("工业展览馆"), place("馆"), place("菜市场"), place("中心大楼", datum="北京54")]
    lines += [place("文化宫大楼", datum=""), place("外省大厦", 116.4, 39.9), "无坐标大厦,,,,,wgs84"]
    report = take(db, csv_of(*lines, place("工业展览馆"), place("极远大厦", 999, 41)))
    assert report.stored == 1
    assert codes(report) == [
        "name_length",
        "too_common",
        "unknown_datum",
        "no_datum",
        "no_point",
        "no_point",
        "repeated",
        "outside",
    ]
    assert take(db, csv_of(*[place("连锁便利店", LON + n * 1e-3) for n in range(40)]), source="b").stored == 0


def test_a_datum_can_be_given_for_a_file_that_names_none(db: Session) -> None:
    lon, lat = from_wgs84(LON, LAT, "gcj02")
    data = csv_of(f"工业展览馆,{lon},{lat}", head="name,lon,lat")
    assert codes(take(db, data)) == ["no_datum"]
    assert take(db, data + b"\n", datum="gcj02").stored == 1
    assert region_of(db, "工业展览馆") == CELLS_WEST


def test_an_area_lies_in_what_holds_all_of_it(db: Session) -> None:
    west, south = corner(CELLS_WEST)
    inside = shapely.box(west + 0.001, south + 0.001, west + 0.009, south + 0.009)
    across = shapely.box(west + 0.005, south + 0.001, west + SIDE + 0.005, south + 0.009)
    street = shapely.LineString([(west + 0.005, south + 0.005), (west + 5 * SIDE, south + 0.005)])
    for name, geometry in (("内院小区", inside), ("跨格小区", across), ("横街大街", street)):
        assert take(db, feature(name, geometry, 别名=["甲乙丙"]), ".geojson", source=name).stored == 1
    assert [region_of(db, name) for name in ("内院小区", "跨格小区", "横街大街")] == [
        CELLS_WEST,
        CELLS_WEST[:12],
        "210102",
    ]
    assert region_of(db, "横街大街") == "210102"


def test_a_road_known_by_a_point_proves_its_city_only(db: Session) -> None:
    take(db, csv_of(place("文安路")))
    assert region_of(db, "文安路") == "2101"


def test_the_same_file_changes_nothing_and_a_new_version_replaces_it(db: Session) -> None:
    first, second = csv_of(place("工业展览馆"), place("老剧场大楼")), csv_of(place("工业展览馆新馆"))
    take(db, first)
    again = take(db, first)
    assert (again.unchanged, again.stored, again.replaced) == (True, 0, 0)
    assert take(db, csv_of(place("馆"))).refused
    assert take(db, second).replaced == 2
    assert db.scalars(select(PlaceName.name)).all() == ["工业展览馆新馆"]
    assert db.scalar(select(PlaceSource.version)) == 2
    take(db, first, source="other")
    assert take(db, second, replace=True).replaced == 3
    assert db.scalar(select(func.count()).select_from(PlaceSource)) == 1


def test_names_resolve_only_where_the_context_makes_them_unique(db: Session) -> None:
    take(db, csv_of(place("万达广场"), place("万达广场", *FAR), place("工业展览馆", EDGE), place("文安路")))
    known = gazetteer(db)
    found = known.find("和平区万达广场三楼")
    assert found is not None and found.spot is not None
    assert (found.spot.region, found.spot.lon, found.spot.lat) == (CELLS_WEST, round(LON, 7), round(LAT, 7))
    assert (found.code, found.level) == (CELLS_WEST[:12], 5)
    beside = known.find("和平区万达广场附近")
    assert beside is not None and (beside.spot, beside.beside, beside.code) == (None, "附近", CELLS_WEST[:12])
    edge = known.find("和平区工业展览馆对面")
    assert edge is not None and (edge.spot, edge.code) == (None, CELLS_WEST[:9])
    assert known.find("万达广场") is None
    home = known.find("万达广场", within="210102")
    assert home is not None and home.spot is not None and home.spot.region == CELLS_WEST
    road = known.find("和平区文安路")
    assert road is not None and (road.code, road.spot) == ("210102", None)
    elsewhere = known.find("沈河区万达广场")
    assert elsewhere is not None and (elsewhere.code, elsewhere.spot, elsewhere.spots) == ("210103", None, ())
    longer = known.find("和平区万达广场店")
    assert longer is not None and longer.spot is None


def test_namesakes_inside_the_context_stay_open(db: Session) -> None:
    other = centre(CELLS_WEST[:9] + "002001")
    take(db, csv_of(place("阳光花园"), place("阳光花园", *other)))
    found = gazetteer(db).find("和平区阳光花园小区3号楼")
    assert found is not None and (found.spot, found.code) == (None, CELLS_WEST[:9])
    assert {one.region for one in found.spots} == {CELLS_WEST, CELLS_WEST[:9] + "002001"}


def test_another_process_reads_the_new_names(db: Session) -> None:
    assert gazetteer(db) is gazetteer(db)
    before = gazetteer(db)
    take(db, csv_of(place("工业展览馆")))
    assert gazetteer(db) is not before


def test_the_command_reports_and_a_dry_run_keeps_nothing(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "places.csv"
    file.write_bytes(csv_of(place("工业展览馆"), place("馆")))
    run = app.test_cli_runner().invoke
    dry = run(args=["places", "import", str(file), "--dry-run"])
    assert dry.exit_code == 0 and "dry run" in dry.output and "left out: row 2: 馆" in dry.output
    assert run(args=["places", "list"]).output == ""
    try:
        assert "2 rows read: 1 stored, 1 left out" in run(args=["places", "import", str(file)]).output
        assert "unchanged" in run(args=["places", "import", str(file)]).output
        assert "places.csv\tversion 1\t1 names" in run(args=["places", "list"]).output
    finally:
        assert run(args=["places", "remove", "places.csv"]).output == "1 names removed\n"
    file.write_bytes(csv_of(place("馆")))
    empty = run(args=["places", "import", str(file)])
    assert empty.exit_code == 1 and "no row is usable" in empty.output
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"a,b\n1,2\n")
    refused = run(args=["places", "import", str(bad)])
    assert refused.exit_code == 1 and "columns are missing: name, lon, lat" in refused.output


@pytest.fixture
def landmarks(app: Flask) -> Iterator[None]:
    """Three names that every request sees."""
    with transaction(write=True) as db:
        take(db, csv_of(place("工业展览馆"), place("万达广场"), place("万达广场", *centre(CELLS_WEST[:9] + "002001"))))
    yield
    with transaction(write=True) as db:
        forget_places(db, None)


def test_geocode_gives_the_point_of_a_unique_landmark_only(landmarks: None, caller: Any) -> None:
    def asked(words: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = caller().get("/api/v1/geocode", query_string={"q": words}).json["items"]
        return items

    best = asked("和平区工业展览馆")[0]
    assert (best["level"], best["region"]["code"], best["landmark"]) == ("cell", CELLS_WEST, "工业展览馆")
    assert (best["lon"], best["lat"]) == pytest.approx((LON, LAT), abs=1e-6)
    assert best["name"] == "辽宁省沈阳市和平区太原街街道太原第1社区工业展览馆"
    beside = asked("和平区工业展览馆对面")[0]
    assert "landmark" not in beside and (beside["beside"], beside["level"]) == ("对面", "community")
    open_ones = asked("和平区万达广场")
    assert (open_ones[0]["region"]["code"], open_ones[0]["level"]) == (CELLS_WEST[:9], "street")
    assert len([one for one in open_ones if one.get("landmark")]) == 2


def test_an_address_with_a_landmark_is_filed_in_its_cell(landmarks: None, agent: Any) -> None:
    given = {"description": "路灯不亮", "address": "和平区工业展览馆"}
    told = agent.post("/api/v1/tickets", json=given).json
    assert (told["region"]["code"], told["location"]["raw"]["source"]) == (CELLS_WEST, "landmark")
    beside = agent.post("/api/v1/tickets", json=given | {"address": "和平区万达广场"}).json
    assert (beside["region"]["code"], beside["location"]["lon"]) == (CELLS_WEST[:9], None)


def test_a_call_that_names_a_landmark_is_filed_in_its_cell(landmarks: None, agent: Any) -> None:
    call = "市民：我要反映和平区工业展览馆门口的路灯坏了，晚上看不见，希望尽快修理。"
    (item,) = agent.post("/api/v1/transcripts", json={"text": call}).json["items"]
    assert item["tickets"][0]["region"]["code"] == CELLS_WEST
