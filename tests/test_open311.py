"""Open311 GeoReport v2: both formats, the standard's filters and errors, and nothing personal for anybody."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from app.actions import acted
from app.database import transaction
from dispatch.classify import Taxonomy
from dispatch.config import current_config
from dispatch.intake import Complaint, receive
from dispatch.place import at_point, in_region
from dispatch.queries import find_ticket
from grids.queries import centre_of
from grids.scope import SYSTEM
from tests import world
from tests.conftest import MONDAY, TestClock

pytestmark = pytest.mark.database

BASE = "/open311/v2"
LON, LAT = 123.385678, 41.774321
SECRETS = ("王", "15400001234", "attendant", "manager", "token", "路灯")
FIELDS = {
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description", "agency_responsible",
    "service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "address", "address_id", "zipcode",
    "lat", "long", "media_url",
}  # fmt: skip
REPORT = {
    "service_code": "light.street", "lat": LAT, "long": LON, "description": "王家门口路灯不亮", "phone": "15400001234",
    "last_name": "王", "media_url": "http://example.org/1.jpg", "jurisdiction_id": "21",
}  # fmt: skip


@pytest.fixture
def client(app: Flask, clock: TestClock) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def ask(client: FlaskClient) -> Callable[..., Any]:
    """ask("requests.json", status="open") -> the answer's JSON; the status must be 200."""

    def asking(path: str, expected: int = 200, headers: Any = None, **query: Any) -> Any:
        forget()
        answer = client.get(f"{BASE}/{path}", query_string=query, headers=headers)
        assert answer.status_code == expected, answer.text
        return answer.get_json() if path.endswith("json") else ElementTree.fromstring(answer.data)

    return asking


@pytest.fixture
def post(client: FlaskClient) -> Callable[..., Any]:
    def posting(path: str = "requests.json", headers: Any = None, **changes: Any) -> Any:
        forget()
        form = {name: value for name, value in (REPORT | changes).items() if value is not None}
        return client.post(f"{BASE}/{path}", data=form, headers=headers)

    return posting


def forget() -> None:
    """The fixtures keep one application context open, and with it who asked before."""
    for name in list(g):
        g.pop(name)


def called(**more: Any) -> str:
    """The number of a ticket that came by phone."""
    with transaction(write=True) as db:
        place = at_point(db, (*world.centre(), "wgs84"))
        complaint = Complaint("王家门口路灯不亮", category="light.street", place=place, **more)
        return receive(db, complaint, centre_of(db, "21"), SYSTEM, MONDAY, current_config(db)).number


def numbers(rows: list[dict[str, Any]]) -> list[str]:
    return [row["service_request_id"] for row in rows]


@pytest.mark.parametrize("form", ["json", "xml"])
def test_every_category_is_a_service(ask: Any, form: str) -> None:
    told = ask(f"services.{form}")
    codes = [one["service_code"] if form == "json" else one.findtext("service_code") for one in told]
    assert codes == [*Taxonomy.load().categories, "other"]
    first = told[0] if form == "json" else {child.tag: child.text for child in told[0]}
    assert first["type"] == "realtime" and first["metadata"] in (False, "false")


def test_a_definition_has_the_code_with_its_dot(ask: Any) -> None:
    assert ask("services/heat.indoor.json") == {"service_code": "heat.indoor", "attributes": []}
    assert ask("services/heat.indoor.xml").findtext("service_code") == "heat.indoor"
    assert ask("services/none.json", 404)[0]["code"] == 404


def test_discovery_names_this_endpoint_and_both_formats(ask: Any) -> None:
    told = ask("discovery.json")["endpoints"][0]
    assert told["url"].endswith("/open311/v2") and told["formats"] == ["application/json", "text/xml"]
    assert [one.text for one in ask("discovery.xml").iter("format")] == told["formats"]


def test_a_report_is_received_and_read_back(ask: Any, post: Any, actor: Any) -> None:
    answer = post()
    assert answer.status_code == 201
    made = answer.get_json()[0]
    with transaction() as db:
        ticket = find_ticket(db, actor("manager.21"), made["service_request_id"])
    assert (ticket.channel, ticket.category, ticket.caller_name) == ("open311", "light.street", "王")
    assert (ticket.lon, ticket.lat, ticket.region.code) == (LON, LAT, world.CELLS_WEST)
    row = ask(f"requests/{ticket.number}.json")[0]
    assert set(row) == FIELDS
    assert (row["status"], row["service_code"], row["service_name"]) == ("open", "light.street", "路灯")
    assert (row["lat"], row["long"]) == (round(LAT, 4), round(LON, 4))
    assert row["requested_datetime"] == "2026-11-23T10:00:00+08:00"
    assert row["expected_datetime"] == "2026-11-30T10:00:00+08:00"  # five working days: the HANDLE deadline
    assert row["address"] == "辽宁省沈阳市和平区太原街街道太原第1社区"


@pytest.mark.parametrize("form", ["json", "xml"])
def test_anonymous_readers_learn_nothing_personal(client: FlaskClient, post: Any, form: str) -> None:
    number = post().get_json()[0]["service_request_id"]
    for path in (f"requests.{form}", f"requests/{number}.{form}"):
        forget()
        text = client.get(f"{BASE}/{path}").text
        told = text.replace("路灯</", "").replace('路灯"', "")  # the service's own name
        assert number in text and [secret for secret in SECRETS if secret in told] == []


def test_what_may_be_a_home_is_shown_by_its_district(ask: Any, post: Any) -> None:
    post(service_code="property.leak")
    row = ask("requests.json")[0]
    assert (row["lat"], row["long"]) == (round(LAT, 2), round(LON, 2))
    assert row["address"] == "辽宁省沈阳市和平区"
    assert row["agency_responsible"] == "和平区"  # a street's centre holds it, which would tell the street


def test_calls_are_for_staff_in_scope_only(ask: Any, keys: Any) -> None:
    number = called()
    assert ask("requests.json") == []
    ask(f"requests/{number}.json", 404)
    row = ask("requests.json", headers=keys("manager.210102"))[0]
    assert row["service_request_id"] == number and row["description"] == "王家门口路灯不亮"
    assert (row["long"], row["lat"]) == pytest.approx(world.centre())
    assert ask("requests.json", headers=keys("manager.210103")) == []


def test_a_confidential_report_is_not_public(ask: Any) -> None:
    called(channel="snap", confidential=True)
    assert ask("requests.json") == []


def test_a_key_may_be_a_parameter_and_a_wrong_one_is_403(ask: Any, keys: Any) -> None:
    called()
    key = keys("manager.21")["Authorization"].split()[1]
    assert len(ask("requests.json", api_key=key)) == 1
    for wrong in ({"api_key": "wrong"}, {"headers": {"Authorization": "Bearer wrong"}}):
        assert ask("requests.json", 403, **wrong)[0]["code"] == 403
        assert ask("requests.xml", 403, **wrong).findtext("error/code") == "403"


def test_filters(ask: Any, post: Any, actor: Any, clock: TestClock) -> None:
    lamp = post().get_json()[0]["service_request_id"]
    clock.forward(days=1)
    other = post(service_code="other", description="说不清楚").get_json()[0]["service_request_id"]
    assert numbers(ask("requests.json")) == [other, lamp]
    assert numbers(ask("requests.json", service_code="light.street")) == [lamp]
    assert numbers(ask("requests.json", service_code="road,other")) == [other]
    assert numbers(ask("requests.json", start_date="2026-11-24T00:00:00+08:00")) == [other]
    assert numbers(ask("requests.json", start_date="2026-11-24 00:00")) == [other]
    assert numbers(ask("requests.json", end_date="2026-11-23T02:00:00Z")) == [lamp]
    assert numbers(ask("requests.json", service_request_id=f"{lamp},{other}", status="closed")) == [other, lamp]
    assert numbers(ask("requests.json", page_size=1, page=2)) == [lamp]
    assert ask("requests.json", status="closed") == []
    assert len(ask("requests.xml", status="open,closed")) == 2


def test_closed_is_closed_or_rejected(ask: Any, post: Any, actor: Any, clock: TestClock) -> None:
    number = post().get_json()[0]["service_request_id"]
    with acted(actor("agent.21"), number, "reject", {"reason": "不属于受理范围", "turn_to": "法院"}):
        pass
    assert numbers(ask("requests.json", status="closed")) == [number]
    assert ask("requests.json")[0]["status_notes"] == "不予受理"


def test_the_default_span_is_ninety_days(ask: Any, post: Any, clock: TestClock) -> None:
    post()
    clock.forward(days=90)
    assert len(ask("requests.json")) == 1
    clock.forward(seconds=1)
    assert ask("requests.json") == []


@pytest.mark.parametrize(
    "query",
    [
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-04-02T00:00:00Z"},
        {"start_date": "2026-02-01T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"},
        {"start_date": "yesterday"},
        {"end_date": "0001-01-01T00:00:00+14:00"},
        {"status": "half-open"},
        {"page": "0"},
        {"page_size": "1001"},
        {"page_size": "99999999999"},
    ],
)
def test_what_cannot_be_asked_is_400_naming_the_parameter(ask: Any, query: dict[str, str]) -> None:
    told = ask("requests.json", 400, **query)
    assert [error["code"] for error in told] == [400]
    assert told[0]["description"].split(":")[0] in query


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"service_code": None}, "service_code"),
        ({"service_code": "none"}, "service_code"),
        ({"lat": None}, "lat"),
        ({"lat": None, "long": None}, "lat"),
        ({"long": "east"}, "long"),
        ({"lat": "39.9", "long": "116.4"}, "long"),
        ({"lat": None, "long": None, "address_string": "人民路"}, "address_string"),
        ({"phone": "none"}, "phone"),
        ({"service_code": "other", "description": None}, "description"),
        ({"description": "长" * 4001}, "description"),
    ],
)
def test_a_wrong_report_is_400_and_makes_nothing(ask: Any, post: Any, changes: Any, named: str) -> None:
    for form in ("json", "xml"):
        answer = post(f"requests.{form}", **changes)
        assert answer.status_code == 400
        assert named in answer.text and answer.mimetype in ("application/json", "text/xml")
    assert ask("requests.json") == []


def test_an_address_that_proves_a_district_is_enough(ask: Any, post: Any) -> None:
    assert post(lat=None, long=None, address_string="沈阳市和平区").status_code == 201
    row = ask("requests.json")[0]
    assert (row["lat"], row["long"], row["address"]) == (None, None, "辽宁省沈阳市和平区")


def test_the_same_idempotency_key_makes_one_ticket(ask: Any, post: Any) -> None:
    header = {"Idempotency-Key": "one"}
    first, second = (post("requests.xml", headers=header) for _ in range(2))
    assert second.status_code == 201
    assert [ElementTree.fromstring(one.data).findtext("request/service_request_id") for one in (first, second)] == (
        numbers(ask("requests.json")) * 2
    )


def test_sixty_an_hour_from_one_address(post: Any, keys: Any) -> None:
    codes = [post(service_code="none").status_code for _ in range(60)]
    assert set(codes) == {400}
    refused = post("requests.xml")
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0
    assert ElementTree.fromstring(refused.data).findtext("error/code") == "429"
    key = keys("agent.21")["Authorization"].split()[1]
    assert post(api_key=key).status_code == 201  # staff have a limit of their own


def test_another_address_is_404_in_the_format_asked_for(ask: Any) -> None:
    assert ask("none.json", 404)[0]["code"] == 404
    assert ask("none.xml", 404).tag == "errors"


def test_text_that_xml_cannot_carry(ask: Any, keys: Any) -> None:
    with transaction(write=True) as db:
        complaint = Complaint("路灯\x0b<不亮> & 坏", place=in_region(db, "210102"))
        receive(db, complaint, centre_of(db, "21"), SYSTEM, MONDAY, current_config(db))
    told = ask("requests.xml", headers=keys("manager.21"))
    assert told.findtext("request/description") == "路灯<不亮> & 坏"


def test_a_handled_ticket_shows_the_promise_and_not_the_call_back(ask: Any, actor: Any, clock: TestClock) -> None:
    number = called(channel="snap")
    clock.forward(hours=1)
    with transaction() as db:
        worker = actor(f"manager.{find_ticket(db, SYSTEM, number).holder.code}")
    for verb, inputs in (("sign_in", {}), ("handle", {"note": "已更换灯泡"})):
        with acted(worker, number, verb, inputs):
            pass
    row = ask(f"requests/{number}.json")[0]
    assert row["status_notes"] == "已反馈" and row["expected_datetime"] == "2026-11-30T10:00:00+08:00"
    assert row["updated_datetime"] == "2026-11-23T11:00:00+08:00"
