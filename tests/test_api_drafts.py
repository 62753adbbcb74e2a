"""Drafts over the API: they wait in scope, most urgent first, are filed once, or dropped and kept."""

from typing import Any

import pytest
from sqlalchemy import select

from app.database import transaction
from dispatch.models import DraftEvent, Ticket, Transcript
from tests.test_api import problem
from tests.test_api_intake import CALL, PHONE, count
from tests.world import CELLS_WEST, centre

pytestmark = pytest.mark.database

LON, LAT = centre()
REASON = {"reason": "nothing"}


@pytest.fixture
def draft(agent) -> dict[str, Any]:
    body = {"text": CALL, "mode": "draft", "caller_phone": PHONE}
    return agent.post("/api/v1/transcripts", json=body).json["items"][0]["drafts"][0]


def test_drafts_wait_in_scope_with_a_masked_phone(caller, draft):
    listed = caller("manager.210102").get("/api/v1/drafts")
    assert [one["id"] for one in listed.json["items"]] == [draft["id"]]
    assert PHONE not in listed.text and listed.json["items"][0]["caller"]["phone"] == "139****5678"
    assert caller("manager.210103").get("/api/v1/drafts").json["items"] == []


def test_a_draft_is_filed_once_with_what_is_corrected(agent, draft):
    answer = agent.post(f"/api/v1/drafts/{draft['id']}/file", json={"urgency": "urgent"})
    assert answer.status_code == 201, answer.text
    assert (answer.json["region"]["code"], answer.json["urgency"]) == ("210102002001", "urgent")
    assert answer.json["caller"]["phone"] == "139****5678"
    problem(agent.post(f"/api/v1/drafts/{draft['id']}/file", json={}), 409)
    problem(agent.post(f"/api/v1/drafts/{draft['id']}/drop", json=REASON), 409)
    assert agent.get("/api/v1/drafts").json["items"] == []
    with transaction() as db:
        assert db.scalars(select(Ticket.transcript_id)).one() == db.scalars(select(Transcript.id)).one()
    assert answer.json["quotes"] == draft["quotes"] and draft["quotes"]


@pytest.mark.parametrize(
    ("given", "region"),
    [
        ({"lon": LON, "lat": LAT}, CELLS_WEST),
        ({"region": "210103"}, "210103"),
        ({"address": "大连市中山区海军广场街道某街"}, "210202001"),
    ],
)
@pytest.mark.parametrize("pinned", [False, True])
def test_a_corrected_place_replaces_the_drafts_whole_place(agent, given, region, pinned):
    lon, lat = centre("210102002001001")
    body = {"text": CALL, "mode": "draft"} | ({"lon": lon, "lat": lat} if pinned else {})
    draft = agent.post("/api/v1/transcripts", json=body).json["items"][0]["drafts"][0]
    made = agent.post(f"/api/v1/drafts/{draft['id']}/file", json=given)
    assert made.json["region"]["code"] == region, made.text


def test_a_draft_is_dropped_with_a_reason_and_restored(agent, caller, draft):
    way = f"/api/v1/drafts/{draft['id']}"
    problem(caller("manager.210103").post(f"{way}/drop", json=REASON), 404)
    problem(agent.post(f"{way}/drop", json={"reason": " "}), 422)
    told = agent.post(f"{way}/drop", json={"reason": "duplicate"}).json
    assert (told["state"], told["settled"]["reason"], told["settled"]["by"]) == (
        "dropped",
        "与已有工单重复",
        "agent.2101",
    )
    assert agent.get("/api/v1/drafts").json["items"] == []
    assert [one["id"] for one in agent.get("/api/v1/drafts?state=dropped").json["items"]] == [draft["id"]]
    assert agent.post(f"{way}/restore").json["state"] == "open"
    problem(agent.post(f"{way}/restore"), 409)
    assert [one["id"] for one in agent.get("/api/v1/drafts").json["items"]] == [draft["id"]]
    assert count(Ticket) == 0
    assert steps(draft["id"]) == ["drop", "restore"]


@pytest.mark.parametrize("draft_id", ["0", "7", "9" * 30, "-1", "x"])
def test_a_draft_that_is_not_there_is_absent(agent, draft_id):
    problem(agent.post(f"/api/v1/drafts/{draft_id}/file", json={}), 404)
    for act in ("drop", "restore", "claim", "reveal"):
        problem(agent.post(f"/api/v1/drafts/{draft_id}/{act}", json=REASON), 404)
    problem(agent.get(f"/api/v1/drafts/{draft_id}"), 404)


def call(agent: Any, text: str, **more: Any) -> dict[str, Any]:
    (item,) = agent.post("/api/v1/transcripts", json={"text": text, "mode": "draft"} | more).json["items"]
    return item["drafts"][0]


def steps(draft_id: int) -> list[str]:
    with transaction() as db:
        query = select(DraftEvent.verb).where(DraftEvent.draft_id == draft_id).order_by(DraftEvent.id)
        return list(db.scalars(query))


ORDINARY, EMERGENCY, URGENT = "路灯不亮，就在我家门口", "着火了，家里着火了，快来人", "我家停水了，停水一天了"


@pytest.fixture
def queue(agent, clock) -> list[dict[str, Any]]:
    """Four drafts in the order of their arrival, a minute apart."""
    made = []
    for text in (ORDINARY, URGENT, EMERGENCY, ORDINARY):
        made.append(call(agent, text))
        clock.forward(minutes=1)
    return made


def test_emergencies_come_first_then_the_oldest(agent, queue):
    items = agent.get("/api/v1/drafts").json["items"]
    assert [one["urgency"] for one in items] == ["emergency", "urgent", "ordinary", "ordinary"]
    assert [one["id"] for one in items] == [queue[index]["id"] for index in (2, 1, 0, 3)]
    assert items[0]["question"]["code"] == "say_emergency"
    assert items[3]["question"]["code"] == "ask_place"


def test_pages_of_the_queue_follow_each_other(agent, queue):
    seen, cursor = [], ""
    while cursor is not None:
        page = agent.get(f"/api/v1/drafts?limit=1&cursor={cursor}").json
        seen += [one["id"] for one in page["items"]]
        cursor = page["next"]
    assert seen == [queue[index]["id"] for index in (2, 1, 0, 3)]
    problem(agent.get("/api/v1/drafts?cursor=x"), 422)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("urgency=emergency", [2]),
        ("urgency=ordinary", [0, 3]),
        ("region=2101", [2, 1, 0, 3]),
        ("state=filed", []),
        ("late=1", [2]),
    ],
)
def test_the_queue_is_narrowed(agent, queue, query, wanted):
    clock_late = agent.get(f"/api/v1/drafts?{query}").json["items"]
    assert [one["id"] for one in clock_late] == [queue[index]["id"] for index in wanted]


@pytest.mark.parametrize(("query", "status"), [("urgency=x", 422), ("state=x", 422), ("region=2102", 404)])
def test_a_filter_that_cannot_be_is_refused(agent, query, status):
    problem(agent.get(f"/api/v1/drafts?{query}"), status)


def test_what_waits_is_counted_and_the_first_of_the_queue_told(agent, queue):
    told = agent.get("/api/v1/drafts/waiting").json
    assert told["urgency"] == {"emergency": 1, "urgent": 1, "ordinary": 2, "complex": 0}
    assert (told["open"], told["late"]["emergency"], told["bar"]) == (4, 1, {"open": 4, "emergency": 1})
    assert [one["id"] for one in told["first"]] == [queue[index]["id"] for index in (2, 1, 0, 3)]
    narrowed = agent.get("/api/v1/drafts/waiting?urgency=emergency&late=1").json
    assert narrowed["first"] == [{"id": queue[2]["id"], "urgency": "emergency"}] and narrowed["open"] == 4
    problem(agent.get("/api/v1/drafts/waiting?region=2102"), 404)


def test_drafts_are_measured(agent, queue):
    told = agent.get("/metrics").text
    assert 'hotline_drafts_open{urgency="emergency"} 1.0' in told
    assert "hotline_draft_oldest_emergency_seconds 120.0" in told


def test_two_agents_on_one_draft_see_each_other(agent, caller, clock, draft):
    other, way = caller("manager.210102"), f"/api/v1/drafts/{draft['id']}"
    assert agent.post(f"{way}/claim", json={}).json["claimed"]["by"] == "agent.2101"
    assert other.get("/api/v1/drafts").json["items"][0]["claimed"]["name"] == "agent 2101"
    assert other.get("/api/v1/drafts/waiting").json["claims"] == {str(draft["id"]): "agent 2101"}
    for act in ("claim", "file", "drop"):
        refused = problem(other.post(f"{way}/{act}", json=REASON), 409)
        assert "agent 2101 正在处理" in refused["detail"]
    assert other.post(f"{way}/claim", json={"take_over": True}).json["claimed"]["by"] == "manager.210102"
    problem(agent.post(f"{way}/file", json={}), 409)
    clock.forward(minutes=3)
    assert agent.get(way).json["claimed"] is None
    assert agent.post(f"{way}/file", json={}).status_code == 201
    assert steps(draft["id"]) == ["take_over", "file"]


def test_an_agent_is_at_one_draft_at_a_time(agent, caller, queue):
    for one in queue[:2]:
        agent.post(f"/api/v1/drafts/{one['id']}/claim", json={})
    assert list(caller("agent.21").get("/api/v1/drafts/waiting").json["claims"]) == [str(queue[1]["id"])]


def test_what_is_missing_is_said_at_its_field(agent, queue):
    way = f"/api/v1/drafts/{queue[0]['id']}/file"
    refused = problem(agent.post(way, json={"complete": True}), 422)
    assert set(refused["errors"]) == {"address"} and "区县" in refused["errors"]["address"]
    made = agent.post(way, json={"complete": True, "address": "沈阳市和平区我家门口"})
    assert (made.status_code, made.json["region"]["code"]) == (201, "210102")


def test_no_missing_place_keeps_an_emergency(agent, queue):
    made = agent.post(f"/api/v1/drafts/{queue[2]['id']}/file", json={"complete": True})
    assert (made.status_code, made.json["urgency"], made.json["region"]["code"]) == (201, "emergency", "2101")


def test_settled_drafts_are_told_to_other_queues(agent, caller, queue):
    agent.post(f"/api/v1/drafts/{queue[0]['id']}/drop", json=REASON)
    assert caller("agent.21").get("/api/v1/drafts/waiting").json["settled"] == {str(queue[0]["id"]): "dropped"}
    assert caller("manager.210103").get("/api/v1/drafts/waiting").json["settled"] == {}


def test_the_number_is_shown_once_to_who_asks_with_a_reason(agent, draft):
    way = f"/api/v1/drafts/{draft['id']}"
    problem(agent.post(f"{way}/reveal", json={}), 422)
    assert agent.post(f"{way}/reveal", json={"reason": "回电"}).json["caller"]["phone"] == PHONE
    assert PHONE not in agent.get(way).text
    assert steps(draft["id"]) == ["reveal"]


def test_an_emergency_with_a_known_city_is_filed_at_once_with_its_question(agent, caller, clock):
    text = "沈阳市，着火了，家里着火了，快来人"
    (item,) = caller("agent.21").post("/api/v1/transcripts", json={"text": text}).json["items"]
    (ticket,) = item["tickets"]
    assert item["drafts"] == []
    assert (ticket["status"], ticket["holder"]["unit"], ticket["urgency"]) == ("DISPATCHED", "2101", "emergency")
    assert {one["kind"] for one in ticket["clocks"]} >= {"SIGN_IN", "CONTACT", "HANDLE"}
    assert [one["code"] for one in ticket["questions"]][:1] == ["ask_district"]
    shown = agent.get(f"/api/v1/tickets/{ticket['number']}").json
    assert shown["questions"] == ticket["questions"]
    moved = agent.post(f"/api/v1/tickets/{ticket['number']}/relocate", json={"lon": LON, "lat": LAT, "reason": "问清"})
    assert moved.status_code == 200, moved.text
    left = agent.get(f"/api/v1/tickets/{ticket['number']}").json["questions"]
    assert not [one for one in left if one["code"] in ("ask_district", "ask_street", "ask_community")]


def test_an_emergency_without_any_place_is_a_draft_on_top(agent):
    (item,) = agent.post("/api/v1/transcripts", json={"text": EMERGENCY}).json["items"]
    assert (item["tickets"], item["drafts"][0]["question"]["code"]) == ([], "say_emergency")


def test_an_ordinary_matter_in_a_known_city_still_waits(agent):
    (item,) = agent.post("/api/v1/transcripts", json={"text": "沈阳市，" + ORDINARY}).json["items"]
    assert item["tickets"] == [] and "ask_district" in [one["code"] for one in item["drafts"][0]["questions"]]
