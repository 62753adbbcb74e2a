"""The REST API for tickets: log, list, read, act; every refusal is problem+json with a word for each field."""

import json
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.world import CELL_OF, CELLS_WEST, centre

pytestmark = pytest.mark.database

LON, LAT = centre()
HERE = {"lon": LON, "lat": LAT}
ATTENDANT = f"attendant.{CELLS_WEST}"


@pytest.fixture
def logged(agent):
    """logged(description=…) -> the ticket that the city's agent has logged in the western cell."""

    def log(**given: Any) -> dict[str, Any]:
        answer = agent.post("/api/v1/tickets", json={"description": "楼前垃圾没有清理"} | HERE | given)
        assert answer.status_code == 201, answer.text
        return answer.json

    return log


def problem(answer: Any, status: int) -> dict[str, Any]:
    """The body of a refusal, in the form that all refusals have."""
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == status and answer.json["title"] and answer.json["detail"]
    return answer.json


def test_a_logged_ticket_answers_as_the_contract_says(logged):
    ticket = logged(kind="complaint", urgency="urgent", caller_phone="138 0013 8000", caller_name="王丽")
    assert (ticket["kind"], ticket["urgency"], ticket["status"], ticket["channel"], ticket["version"]) == (
        "complaint", "urgent", "DISPATCHED", "phone", 1,
    )  # fmt: skip
    assert ticket["number"].isdigit()
    assert ticket["category"] == {"code": "cityscape.rubbish", "name": "垃圾清运"}
    assert ticket["location"] | {"raw": None} == {"lon": LON, "lat": LAT, "level": "cell", "raw": None}
    assert ticket["location"]["raw"]["datum"] == "wgs84"
    assert [step["level"] for step in ticket["region"]["path"]] == [
        "province", "city", "district", "street", "community", "cell",
    ]  # fmt: skip
    assert (ticket["holder"]["unit"], ticket["holder"]["level"]) == (CELLS_WEST, "cell")
    assert {clock["kind"]: clock["state"] for clock in ticket["clocks"]} == {
        "DISPATCH": "met", "SIGN_IN": "running", "CONTACT": "running", "HANDLE": "running",
    }  # fmt: skip
    assert ticket["created_at"] == "2026-11-23T10:00:00+08:00"
    assert ticket["caller"] == {"name": "王*", "phone": "138****8000", "confidential": False}


def test_a_description_is_all_that_is_needed(agent):
    answer = agent.post("/api/v1/tickets", json={"description": "路灯不亮"})
    assert answer.status_code == 201
    assert (answer.json["status"], answer.json["holder"]["unit"], answer.json["location"]["lon"]) == (
        "RECEIVED", "2101", None,
    )  # fmt: skip


def test_an_address_is_only_as_precise_as_it_says(agent):
    answer = agent.post("/api/v1/tickets", json={"description": "路灯不亮", "address": "沈阳市和平区某街"})
    assert (answer.json["region"]["code"], answer.json["location"]["level"]) == ("210102", "district")
    assert answer.json["holder"]["unit"] == "210102"


def test_a_confidential_caller_has_no_name(logged):
    assert logged(confidential=True, caller_name="王丽")["caller"]["name"] == ""


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"description": ""}, "description"),
        ({"description": "字" * 4001}, "description"),
        ({"kind": "order"}, "kind"),
        ({"urgency": "very"}, "urgency"),
        ({"category": "none.such"}, "category"),
        ({"channel": "pigeon_post_of_old"}, "channel"),
        ({"caller_phone": "call me"}, "caller_phone"),
        ({"lon": 123.4, "lat": None}, "lat"),
        ({"lon": "east", "lat": 41.8}, "lon"),
        ({"lon": 123.4, "lat": 91}, "lat"),
        ({**HERE, "datum": "mars"}, "datum"),
        ({"region": "99"}, "region"),
        ({"caller_name": ["王"]}, "caller_name"),
    ],
)
def test_a_wrong_field_is_named(agent, given, field):
    told = problem(agent.post("/api/v1/tickets", json={"description": "路灯不亮"} | given), 422)
    assert set(told["errors"]) == {field}


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b'"x"', b'{"note": ' + b"[" * 50_000])
def test_a_body_that_is_no_object_is_refused(agent, logged, body):
    for path in ("tickets", f"tickets/{logged()['number']}/note"):
        problem(agent.post(f"/api/v1/{path}", data=body, content_type="application/json"), 422)


@pytest.mark.parametrize("text", ["路灯\x00不亮", "路灯\ud800不亮"])
def test_text_that_no_database_keeps_is_refused(agent, logged, text):
    number = logged()["number"]
    for path, given in (("tickets", {"description": text}), (f"tickets/{number}/note", {"note": [{"x": text}]})):
        body = json.dumps(given)  # with escapes, as any client may send them
        problem(agent.post(f"/api/v1/{path}", data=body, content_type="application/json"), 422)


def test_an_address_that_no_database_knows_is_absent(agent):
    problem(agent.get("/api/v1/tickets/%00"), 404)
    problem(agent.get("/api/v1/regions/%00"), 404)


def test_an_unknown_accuracy_is_no_fault(logged):
    assert logged(accuracy=-1)["location"]["raw"].get("accuracy_m") is None


def test_a_point_outside_the_province_is_told_as_read(agent):
    told = problem(agent.post("/api/v1/tickets", json={"description": "路灯不亮", "lon": 116.4, "lat": 39.9}), 422)
    assert told["location"] == {"lon": 116.4, "lat": 39.9}


def test_a_number_may_be_typed_with_spaces(agent, logged):
    number = logged()["number"]
    assert agent.get(f"/api/v1/tickets/{number[:6]} {number[6:]}").json["number"] == number
    problem(agent.get("/api/v1/tickets/00000000000"), 404)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {0, 1, 2}),
        ("region=210102", {0, 2}),
        ("region=210103", {1}),
        (f"unit={CELLS_WEST}", {0}),
        (f"holder={CELLS_WEST}", {0}),
        ("unit=nothing", set()),
        ("status=DISPATCHED", {0, 1}),
        ("status=SIGNED_IN", {2}),
        ("kind=praise", {1}),
        ("category=cityscape", {0}),
        ("category=cityscape.rubbish", {0}),
        ("category=city", set()),
        ("category=city%25", set()),
        ("urgency=emergency", {2}),
        ("overdue=true", set()),
        ("overdue=false", {0, 1, 2}),
        ("open=false", set()),
        ("q=13800138000", {0}),
        ("q=1380013800", set()),
        ("q=路灯", {1}),
        ("q=%25", set()),
        ("created_from=2026-11-23T10:01:00%2B08:00", {1, 2}),
        ("created_to=2026-11-23T10:01:00%2B08:00", {0}),
        ("created_from=2026-11-23T03:00:00Z", set()),
        ("region=210102&urgency=emergency", {2}),
    ],
)
def test_lists_are_narrowed_by_each_filter(agent, caller, logged, clock, query, found):
    numbers = [logged(caller_phone="13800138000")["number"]]
    clock.forward(minutes=1)
    lon, lat = centre(CELL_OF["210103"])
    numbers.append(logged(description="路灯真亮", kind="praise", category="road", lon=lon, lat=lat)["number"])
    other = centre("210102002001002")
    numbers.append(logged(description="树倒了", urgency="emergency", lon=other[0], lat=other[1])["number"])
    caller("attendant.210102002001002").post(f"/api/v1/tickets/{numbers[2]}/sign_in", json={})
    listed = agent.get(f"/api/v1/tickets?{query}").json["items"]
    assert {numbers.index(ticket["number"]) for ticket in listed} == found


def test_pages_follow_each_other_in_order_of_due_time(agent, logged):
    made = [logged(urgency=urgency)["number"] for urgency in ("ordinary", "emergency", "urgent") * 2]
    seen, cursor = [], ""
    while cursor is not None:
        page = agent.get(f"/api/v1/tickets?limit=2&cursor={cursor}").json
        seen, cursor = seen + page["items"], page["next"]
    assert [one["due_at"] for one in seen] == sorted(one["due_at"] for one in seen)
    assert sorted(one["number"] for one in seen) == sorted(made)


@pytest.mark.parametrize(
    "query",
    [
        "cursor=guessed",
        "cursor=WyIyMDI2LTExLTIzVDEwOjAwOjAwIiwgMV0=",  # a time without offset
        "cursor=WyIyMDI2LTExLTIzVDEwOjAwOjAwKzA4OjAwIiwgMTAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMF0=",  # no id
        "limit=0",
        "limit=501",
        "limit=x",
        "overdue=maybe",
        "created_from=yesterday",
        "q=%00",
    ],
)
def test_a_wrong_filter_is_refused(agent, query):
    assert problem(agent.get(f"/api/v1/tickets?{query}"), 422)["errors"]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00%2B08:00", "9999-12-31T23:59:59-08:00"])
def test_a_year_that_no_calendar_has_is_refused(agent, moment):
    for name in ("created_from", "created_to", "closed_from", "closed_to"):
        problem(agent.get(f"/api/v1/tickets?{name}={moment}"), 422)


def test_a_region_out_of_scope_is_absent_in_lists(caller):
    problem(caller("manager.210102").get("/api/v1/tickets?region=210103"), 404)


def test_timeline_tells_who_did_what_and_who_holds_it_now(agent, logged):
    number = logged()["number"]
    agent.post(f"/api/v1/tickets/{number}/note", json={"note": "再次来电"})
    lines = agent.get(f"/api/v1/tickets/{number}/timeline").json["items"]
    assert [(line["verb"], line["actor"]) for line in lines] == [
        ("receive", "agent.2101"), ("dispatch", "system"), ("note", "agent.2101"),
    ]  # fmt: skip
    assert (lines[1]["region"], lines[2]["note"]) == (CELLS_WEST, "再次来电")


def test_an_escalation_stands_at_its_deadline(agent, logged, clock):
    number = logged(urgency="emergency")["number"]
    clock.forward(minutes=25)
    agent.post(f"/api/v1/tickets/{number}/note", json={"note": "再次来电"})
    lines = agent.get(f"/api/v1/tickets/{number}/timeline").json["items"]
    steps = [line for line in lines if line["verb"] == "escalate"]
    assert [(line["region"], line["clock"]) for line in steps] == [
        ("210102001001", "SIGN_IN"), ("210102001", "SIGN_IN"),
    ]  # fmt: skip
    assert [line["at"] for line in steps] == ["2026-11-23T10:10:00+08:00", "2026-11-23T10:20:00+08:00"]
    assert all(line["due_at"] == line["at"] for line in steps)


@pytest.mark.parametrize("urgency", ["emergency", "ordinary", "complex"])
def test_the_ledger_of_each_deadline_adds_up(agent, logged, clock, urgency):
    clock.forward(hours=1, seconds=17)
    number = logged(urgency=urgency, description="屋里没有声音", category="heat")["number"]
    for deadline in agent.get(f"/api/v1/tickets/{number}/deadlines").json["items"]:
        segments = deadline["segments"]
        counted = {"working", "makeup", "hours"}
        assert sum(one["minutes"] for one in segments if one["kind"] in counted) == deadline["minutes"]
        assert segments[-1]["total"] == deadline["minutes"]
        assert all(one["to"] == other["from"] for one, other in pairwise(segments))
        late = datetime.fromisoformat(segments[0]["from"]) - datetime.fromisoformat(deadline["started_at"])
        assert timedelta() <= late < timedelta(minutes=1)
        assert segments[-1]["to"] == deadline["due_at"]
        assert deadline["policy"] and deadline["calendar"]["code"] == "CN"


def test_likely_duplicates_are_told_with_their_reasons(agent, caller, logged):
    first, second = logged()["number"], logged(description="楼前的垃圾好几天没清理")["number"]
    found = agent.get(f"/api/v1/tickets/{second}/similar").json["items"]
    assert [one["number"] for one in found] == [first]
    assert found[0]["score"] > 0.45 and "distance" in found[0]["reasons"]
    assert caller("manager.210103").get(f"/api/v1/tickets/{second}/similar").status_code == 404
