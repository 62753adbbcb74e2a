"""Places, regions, the description and the language of the API."""

from typing import Any

import pytest
import shapely
from openapi_spec_validator import OpenAPIV31SpecValidator
from shapely.geometry import shape

from geodata.coords import from_wgs84
from tests.test_api import problem
from tests.world import BOTTOM, CELL_OF, CELLS_WEST, COLUMNS, SIDE, centre, corner

pytestmark = pytest.mark.database

LON, LAT = centre()
EAST = "210102001001002"
LEVELS = ["province", "city", "district", "street", "community", "cell"]


@pytest.fixture
def locate(caller):
    return lambda **query: caller().get("/api/v1/locate", query_string=query)


def test_a_point_has_its_cell_and_a_path_of_six(locate):
    told = locate(lon=LON, lat=LAT).json
    assert told["cell"] == {"code": CELLS_WEST, "name": "001 网格", "level": "cell"}
    assert [step["level"] for step in told["path"]] == LEVELS
    assert [step["code"] for step in told["path"]][::2] == ["21", "210102", "210102001001"]
    assert (told["outside"], told["candidates"]) == (False, [])
    assert told["border_m"] == pytest.approx(415, abs=2)  # half of 0.01 degrees of longitude at 41.8 N


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09", "WGS84"])
def test_a_point_is_read_in_its_datum(locate, datum):
    lon, lat = from_wgs84(LON, LAT, datum.lower())
    told = locate(lon=lon, lat=lat, datum=datum).json
    assert told["cell"]["code"] == CELLS_WEST
    assert (told["location"]["lon"], told["location"]["lat"]) == pytest.approx((LON, LAT), abs=1e-7)


def test_near_a_border_the_other_cell_is_named(locate):
    lon, lat = corner(EAST)
    told = locate(lon=lon - 0.0002, lat=lat + SIDE / 2, accuracy=30).json
    assert told["cell"]["code"] == CELLS_WEST
    assert [(one["code"], one["level"]) for one in told["candidates"]] == [(EAST, "cell")]
    assert told["border_m"] == told["candidates"][0]["distance_m"] == pytest.approx(16.6, abs=0.1)
    assert locate(lon=lon - 0.0002, lat=lat + SIDE / 2).json["candidates"] == []


def test_just_outside_is_the_nearest_cell_with_its_distance(locate):
    told = locate(lon=LON, lat=BOTTOM - 0.001).json
    assert (told["cell"]["code"], told["outside"], told["border_m"]) == (CELLS_WEST, True, None)
    assert told["distance_m"] == pytest.approx(111.2, abs=0.2)


def test_beyond_is_refused_with_the_place_as_read(locate):
    assert problem(locate(lon=116.4, lat=39.9), 422)["location"] == {"lon": 116.4, "lat": 39.9}


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"lon": LON}, "lat"),
        ({"lon": "x", "lat": LAT}, "lon"),
        ({"lon": "nan", "lat": LAT}, "lon"),
        ({"lon": 200, "lat": LAT}, "lon"),
        ({"lon": LON, "lat": -90.5}, "lat"),
        ({"lon": LON, "lat": LAT, "datum": "cgcs"}, "datum"),
        ({"lon": LON, "lat": LAT, "accuracy": -1}, "accuracy"),
    ],
)
def test_what_is_no_place_is_named(locate, query, wrong):
    assert set(problem(locate(**query), 422)["errors"]) == {wrong}


def test_the_cells_around_a_point_are_a_small_map(caller):
    told = caller().get(f"/api/v1/locate/map?lon={corner(EAST)[0]}&lat={LAT}").json
    found = {one["properties"]["code"]: one for one in told["features"]}
    assert set(found) == {CELLS_WEST, EAST}
    assert [code for code, one in found.items() if one["properties"]["here"]] == [CELLS_WEST]
    assert shape(found[CELLS_WEST]["geometry"]).equals(shapely.box(*corner(CELLS_WEST), corner(EAST)[0], BOTTOM + SIDE))


def test_words_are_geocoded_as_precisely_as_they_say(caller):
    found = caller().get("/api/v1/geocode", query_string={"q": "沈阳市和平区南湖街道"}).json["items"]
    assert found[0]["region"] == {"code": "210102002", "name": "南湖街道"}
    assert (found[0]["level"], found[0]["name"]) == ("street", "辽宁省沈阳市和平区南湖街道")
    assert [one["score"] for one in found] == sorted((one["score"] for one in found), reverse=True)
    assert caller().get("/api/v1/geocode", query_string={"q": "某某"}).json["items"] == []
    problem(caller().get("/api/v1/geocode"), 422)


def test_a_region_with_its_path(caller):
    told = caller("manager.210102").get("/api/v1/regions/210102001").json
    assert (told["code"], told["name"], told["level"]) == ("210102001", "太原街街道", "street")
    assert [one["code"] for one in told["path"]] == ["21", "2101", "210102", "210102001"]


def test_children_come_with_their_counters(caller):
    agent, manager = caller("agent.2101"), caller("manager.2101")
    agent.post("/api/v1/tickets", json={"description": "路灯不亮", "lon": LON, "lat": LAT})
    manager.get("/api/v1/regions/2101/counters")
    below = manager.get("/api/v1/regions/2101/children?counters=1").json["items"]
    assert {one["code"]: one["counters"]["open"] for one in below} == {"210102": 1, "210103": 0}
    plain = manager.get("/api/v1/regions/2101/children").json["items"]
    assert [one["name"] for one in plain] == ["和平区", "沈河区"] and "counters" not in plain[0]


def test_counters_have_the_shape_of_the_contract(caller):
    caller("agent.2101").post("/api/v1/tickets", json={"description": "路灯不亮", "lon": LON, "lat": LAT})
    told = caller("manager.210102").get("/api/v1/regions/210102/counters").json
    assert (told["open"], told["overdue"], told["due_soon"]) == (1, 0, 0)
    assert told["by_status"] == {
        "RECEIVED": 0, "DISPATCHED": 1, "SIGNED_IN": 0, "HANDLED": 0, "CLOSED": 0, "REJECTED": 0,
    }  # fmt: skip
    assert told["today"] == {"received": 1, "closed": 0}
    assert set(told["rates"]) == {"response", "resolution", "satisfaction"}


def test_the_shape_of_a_region_is_that_of_its_children(caller):
    manager = caller("manager.2101")
    whole = shape(manager.get("/api/v1/regions/210102/geometry").json["geometry"])
    assert whole.equals(shapely.box(COLUMNS["210102"], BOTTOM, COLUMNS["210102"] + 8 * SIDE, BOTTOM + SIDE))
    parts = manager.get("/api/v1/regions/210102/geometry?children=1").json["features"]
    assert [part["properties"]["code"] for part in parts] == ["210102001", "210102002"]
    assert shapely.union_all([shape(part["geometry"]) for part in parts]).symmetric_difference(whole).area < 1e-9


def test_changes_are_polled_with_a_number(caller):
    agent, manager = caller("agent.2101"), caller("manager.210102")
    seq = manager.get("/api/v1/changes?region=210102").json["seq"]
    made = agent.post("/api/v1/tickets", json={"description": "路灯不亮", "lon": LON, "lat": LAT}).json
    told = manager.get(f"/api/v1/changes?region=210102&after={seq}").json
    assert ([row["number"] for row in told["tickets"]], told["counters"]["open"]) == ([made["number"]], 1)
    assert manager.get(f"/api/v1/changes?region=210102&after={told['seq']}").json["tickets"] == []
    assert manager.get("/api/v1/changes?region=210102&after=999999").json["snapshot"] is True


@pytest.mark.parametrize("path", ["", "/children", "/counters", "/geometry"])
@pytest.mark.parametrize("code", ["210103", "2101", "21", CELL_OF["210103"], "none"])
def test_regions_outside_the_own_one_are_absent(caller, path, code):
    problem(caller("manager.210102").get(f"/api/v1/regions/{code}{path}"), 404)


@pytest.fixture
def description(caller) -> dict[str, Any]:
    return caller().get("/api/v1/openapi.json").json


def test_the_description_is_valid_openapi_3_1(description):
    assert description["openapi"].startswith("3.1")
    assert [error.message for error in OpenAPIV31SpecValidator(description).iter_errors()] == []


def test_every_address_is_described(app, description):
    missing = []
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1/") and rule.endpoint not in ("api.openapi", "api.docs"):
            path = rule.rule.replace("<int:", "<").replace("<", "{").replace(">", "}")
            for method in (rule.methods or set()) & {"GET", "POST"}:
                operation = description["paths"].get(path, {}).get(method.lower())
                if not operation or not operation.get("summary") or "security" not in operation:
                    missing.append((method, path))
    assert missing == []


def test_the_description_says_who_needs_a_key(description):
    assert description["paths"]["/api/v1/locate"]["get"]["security"] == []
    assert description["paths"]["/api/v1/tickets"]["post"]["security"] == [{"key": []}, {"session": []}]


def test_the_description_can_be_read_by_people(caller):
    page = caller().get("/api/v1/docs")
    assert page.mimetype == "text/html" and "/api/v1/tickets" in page.text


@pytest.mark.parametrize(
    ("switched", "asked", "name"),
    [
        ("", "", "垃圾清运"),
        ("", "zh-CN,zh;q=0.9,en;q=0.5", "垃圾清运"),
        ("", "en-GB,en;q=0.9", "Exposed rubbish"),
        ("", "fr", "垃圾清运"),
        ("en", "", "Exposed rubbish"),
        ("en", "zh-CN", "Exposed rubbish"),
        ("zh", "en", "垃圾清运"),
    ],
)
def test_answers_are_in_the_callers_language(caller, switched, asked, name):
    given, agent = {"description": "楼前垃圾没有清理", "lon": LON, "lat": LAT}, caller("agent.2101")
    if switched:
        assert agent.get(f"/language/{switched}").status_code == 302
    told = agent.post("/api/v1/tickets", json=given, headers={"Accept-Language": asked}).json
    assert told["category"]["name"] == name
    assert ("An ordinary matter" in told["route"]["reason"]) == (name != "垃圾清运")


def test_refusals_are_in_the_callers_language(caller):
    told = problem(caller().get("/api/v1/tickets", headers={"Accept-Language": "en"}), 401)
    assert told["title"].isascii() and told["detail"].isascii()
    assert not problem(caller().get("/api/v1/tickets"), 401)["detail"].isascii()
