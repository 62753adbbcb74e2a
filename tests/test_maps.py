"""What the map asks for: cells by view and as vector tiles, open tickets of a view, the way down; all within scope."""

import math
from dataclasses import replace
from typing import Any

import pytest
import shapely
from flask import Flask

from app.database import transaction
from config import UnsafeSettings, refuse_unsafe
from grids.cells import cell_index
from tests.web import Visitor
from tests.world import CELLS_WEST, centre

pytestmark = pytest.mark.database
TILES = "https://tiles.example/{z}/{x}/{y}.png"
EVERYTHING = "-180,-90,180,90"


def box(lon: float, lat: float, half: float = 0.0005) -> str:
    return f"{lon - half},{lat - half},{lon + half},{lat + half}"


def tile_of(lon: float, lat: float, z: int) -> tuple[int, int]:
    """The XYZ tile that holds a point (lon, lat) WGS-84."""
    turns = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * 2**z), int(turns * 2**z)


def test_cells_of_a_view_are_those_that_touch_it(app: Flask) -> None:
    lon, lat = centre(CELLS_WEST)
    found = Visitor(app, "manager.2101").get(f"/map/2101/cells?box={box(lon, lat)}").json
    view = shapely.box(*map(float, box(lon, lat).split(",")))
    with transaction() as db:
        frames = dict(cell_index(db).in_box(-180, -90, 180, 90))
    wanted = {code for code, shape in frames.items() if shapely.box(*shape.bounds).intersects(view)}
    told = {one["properties"]["code"] for one in found["features"]}
    assert CELLS_WEST in told and told <= wanted and found["more"] is False
    assert {code for code in wanted if code.startswith("2101")} == told


def test_a_view_from_afar_says_that_there_is_more(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grids.tiles.MOST", 1)
    found = Visitor(app, "manager.2101").get(f"/map/2101/cells?box={EVERYTHING}").json
    assert found["features"] == [] and found["more"] is True


def test_vector_tiles_are_made_where_postgis_is(app: Flask) -> None:
    lon, lat = centre(CELLS_WEST)
    x, y = tile_of(lon, lat, 14)
    answer = Visitor(app, "manager.2101").get(f"/map/2101/cells/14/{x}/{y}")
    with transaction() as db:
        if db.get_bind().dialect.name != "postgresql":
            assert answer.status_code == 404
            return
    assert answer.status_code == 200 and answer.mimetype == "application/vnd.mapbox-vector-tile"
    assert b"cells" in answer.data and CELLS_WEST.encode() in answer.data
    assert "private" in answer.headers["Cache-Control"]
    assert Visitor(app, "manager.2101").get("/map/2101/cells/14/0/0").data == b""
    assert Visitor(app, "manager.2101").get("/map/2101/cells/2/4/0").status_code == 404
    assert Visitor(app, "manager.2102").get("/map/2101/cells/14/0/0").status_code == 404


def test_tickets_of_a_view_are_points_without_anything_about_anybody(app: Flask, caller: Any) -> None:
    lon, lat = centre(CELLS_WEST)
    body = {"description": "井盖", "lon": lon, "lat": lat, "caller_phone": "13800001234"}
    number = caller("agent.2101").post("/api/v1/tickets", json=body).json["number"]
    manager = Visitor(app, "manager.2101")
    found = {
        one["properties"]["number"]: one
        for one in manager.get(f"/map/2101/tickets?box={box(lon, lat)}").json["features"]
    }
    assert set(found[number]["properties"]) == {"number", "light", "urgency"}
    assert found[number]["geometry"]["coordinates"] == [pytest.approx(lon), pytest.approx(lat)]
    elsewhere = manager.get(f"/map/2101/tickets?box={box(lon + 1, lat)}").json
    assert elsewhere["features"] == [] and elsewhere["more"] is False
    assert manager.get(f"/map/2102/tickets?box={EVERYTHING}").status_code == 404


def test_the_way_down_is_the_path_of_the_region(app: Flask) -> None:
    found = Visitor(app, "manager.2101").get(f"/map/{CELLS_WEST}/path").json["features"]
    assert [one["properties"]["level"] for one in found] == [1, 2, 3, 4, 5, 6][6 - len(found) :]
    assert found[-1]["properties"]["code"] == CELLS_WEST


def test_tiles_of_others_are_allowed_by_the_policy_of_the_page(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = replace(app.extensions["settings"], map_tiles=(TILES,), map_attribution="天地图 GS(2024)0650号")
    monkeypatch.setitem(app.extensions, "settings", wanted)
    answer = Visitor(app, "manager.2101").get("/board/2101")
    assert "connect-src 'self' ws: wss: https://tiles.example;" in answer.headers["Content-Security-Policy"]
    assert "{z}/{x}/{y}.png" in answer.text and "GS(2024)0650" in answer.text


@pytest.mark.parametrize(
    ("tiles", "attribution", "said"),
    [
        ("https://tiles.example/{z}/{x}.png", "a", "MAP_TILES_URL must"),
        ("javascript:alert(1)/{z}/{x}/{y}", "a", "MAP_TILES_URL must"),
        ("https://tiles.example;script-src/{z}/{x}/{y}", "a", "MAP_TILES_URL must"),
        (TILES, "", "MAP_ATTRIBUTION"),
    ],
)
def test_tiles_that_cannot_work_stop_the_start(app: Flask, tiles: str, attribution: str, said: str) -> None:
    with pytest.raises(UnsafeSettings, match=said):
        refuse_unsafe(replace(app.extensions["settings"], map_tiles=(tiles,), map_attribution=attribution))


@pytest.mark.parametrize("given", ["", "1,2,3", "a,b,c,d", "nan,0,1,1", "5,0,1,1", "0,0,1e9,1"])
def test_a_box_that_is_none_is_told(app: Flask, given: str) -> None:
    assert Visitor(app, "manager.2101").get(f"/map/2101/cells?box={given}").status_code == 422
