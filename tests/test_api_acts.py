"""The verbs over the API, the citizen's own ones, and the promise of Idempotency-Key."""

import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from app.database import transaction
from dispatch.models import Event, IdempotentAnswer, Ticket
from dispatch.workflow import TABLE
from tests.photos import encoded
from tests.test_api import problem
from tests.web import Caller
from tests.world import CELLS_WEST, centre

pytestmark = pytest.mark.database

LON, LAT = centre()
PHONE = "13912345678"


@pytest.fixture
def attendant(caller):
    return caller(f"attendant.{CELLS_WEST}")


@pytest.fixture
def number(agent) -> str:
    given = {"description": "楼前垃圾没有清理", "lon": LON, "lat": LAT, "caller_phone": PHONE}
    return agent.post("/api/v1/tickets", json=given).json["number"]


@pytest.fixture
def snapped(caller) -> dict[str, Any]:
    """What a citizen got for a snap: number and token."""
    form = {"photo": (io.BytesIO(encoded()), "a.jpg"), "lon": LON, "lat": LAT, "phone": PHONE}
    return caller().post("/api/v1/snaps", data=form).json


def act(who: Caller, number: str, verb: str, **inputs: Any) -> Any:
    return who.post(f"/api/v1/tickets/{number}/{verb}", json=inputs)


def handled(who: Caller, number: str) -> None:
    assert act(who, number, "sign_in").status_code == 200
    assert act(who, number, "handle", note="已清理").status_code == 200


def test_the_workflow_is_told_whole(caller):
    rows = caller().get("/api/v1/workflow").json["items"]
    assert {row["verb"] for row in rows} == set(TABLE)
    handle = next(row for row in rows if row["verb"] == "handle")
    assert (handle["from"], handle["to"], handle["needs"]) == (["SIGNED_IN"], "HANDLED", ["note"])
    assert (handle["reach"], handle["clocks"]["start"]) == ("HOLDER", ["CALL_BACK"])


def test_a_whole_life(agent, attendant, number):
    assert act(attendant, number, "sign_in").json["status"] == "SIGNED_IN"
    contacted = act(attendant, number, "contact", note="已通话").json
    assert {clock["kind"]: clock["state"] for clock in contacted["clocks"]}["CONTACT"] == "met"
    assert act(attendant, number, "handle", note="已清理", lon=LON, lat=LAT).json["status"] == "HANDLED"
    closed = act(agent, number, "call_back", resolved=True, satisfaction=5).json
    assert (closed["status"], closed["resolved"], closed["satisfaction"], closed["version"]) == ("CLOSED", True, 5, 5)


def test_handling_with_photos_of_the_result(agent, attendant, number):
    act(attendant, number, "sign_in")
    form = {"note": "已清理", "photo": [(io.BytesIO(encoded()), "1.jpg"), (io.BytesIO(encoded("PNG")), "2.png")]}
    answer = attendant.post(f"/api/v1/tickets/{number}/handle", data=form)
    assert answer.status_code == 200, answer.text
    assert [photo["phase"] for photo in answer.json["photos"]] == ["after", "after"]
    keys = [photo["key"] for photo in answer.json["photos"]]
    assert agent.get(f"/api/v1/tickets/{number}/timeline").json["items"][-1]["photos"] == keys
    assert agent.get(answer.json["photos"][0]["thumb"]).mimetype == "image/jpeg"


def test_dispatch_takes_the_region_as_its_centre(agent, number):
    assert act(agent, number, "dispatch", unit="210102").json["holder"]["unit"] == "210102"
    assert problem(act(agent, number, "dispatch", unit="210202"), 422)["errors"] == {"unit": "没有这个选项"}


@pytest.mark.parametrize(
    ("login", "verb", "inputs", "status"),
    [
        (f"attendant.{CELLS_WEST}", "handle", {"note": "x"}, 409),
        (f"attendant.{CELLS_WEST}", "sign_in", {"version": 99}, 409),
        (f"attendant.{CELLS_WEST}", "answer", {"note": "x"}, 403),
        ("manager.210102", "sign_in", {}, 403),
        ("admin.21", "note", {"note": "x"}, 403),
        ("manager.210103", "note", {"note": "x"}, 404),
        ("manager.210102", "no_such_verb", {}, 404),
        ("manager.210102", "escalate", {"clock": "SIGN_IN"}, 404),
        ("manager.210102", "note", {}, 422),
        ("manager.210102", "note", {"note": "x", "status": "CLOSED"}, 422),
        ("manager.210102", "note", {"note": "x", "version": "first"}, 422),
        ("manager.210102", "note", {"note": "  "}, 422),
        ("manager.210102", "note", {"note": {"text": "x"}}, 422),
        ("manager.210102", "note", {"note": "字" * 4001}, 422),
        ("manager.210102", "relocate", {"lon": LON, "lat": LAT, "address": "街" * 301}, 422),
        ("manager.210102", "relocate", {"lon": LON, "lat": LAT, "address": ["街"]}, 422),
        ("manager.210102", "relocate", {"region": 210102}, 422),
        ("manager.210102", "dispatch", {"unit": 10**30}, 422),
        ("manager.210102", "dispatch", {"unit": {"code": "210102"}}, 422),
        ("manager.210102", "relocate", {"lon": 116.4, "lat": 39.9}, 422),
        ("manager.210102", "relocate", {"lon": 123.4}, 422),
        ("manager.210102", "relocate", {}, 422),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(caller, agent, number, login, verb, inputs, status):
    before = agent.get(f"/api/v1/tickets/{number}").json
    problem(act(caller(login), number, verb, **inputs), status)
    assert agent.get(f"/api/v1/tickets/{number}").json == before


def test_a_version_without_end_is_no_number(agent, number):
    body, kind = b'{"note": "x", "version": 1e400}', "application/json"
    problem(agent.post(f"/api/v1/tickets/{number}/note", data=body, content_type=kind), 422)


def test_photos_of_those_who_may_not_act_are_not_stored(caller, number, monkeypatch):
    monkeypatch.setattr("app.photos.keep", lambda *_: pytest.fail("stored"))
    for login, status in (("attendant.210102001001002", 404), ("manager.210103", 404), ("manager.210102", 403)):
        form = {"photo": (io.BytesIO(encoded()), "a.jpg"), "note": "已清理"}
        answer = caller(login).post(f"/api/v1/tickets/{number}/handle", data=form)
        assert answer.status_code == status


def test_a_whole_number_is_shown_once_and_never_kept(agent, number):
    key = {"Idempotency-Key": "k1"}
    told = agent.post(f"/api/v1/tickets/{number}/reveal", json={"reason": "核实地点"}, headers=key)
    assert told.json["caller"]["phone"] == PHONE
    with transaction() as db:
        assert db.scalar(select(func.count()).select_from(IdempotentAnswer)) == 0
    assert PHONE not in agent.get(f"/api/v1/tickets/{number}").text


def test_keys_of_photos_are_made_here_and_never_taken(agent, number, snapped):
    key = snapped["ticket"]["photos"][0]["key"]
    assert act(agent, number, "note", note="x", photos=[key]).status_code == 200
    assert "photos" not in agent.get(f"/api/v1/tickets/{number}/timeline").json["items"][-1]


def test_the_second_of_two_who_saw_the_same_is_refused(agent, number):
    seen = agent.get(f"/api/v1/tickets/{number}").json["version"]
    assert act(agent, number, "note", note="甲", version=seen).status_code == 200
    assert problem(act(agent, number, "note", note="乙", version=seen), 409)["code"] == "version_stale"


def test_a_citizen_follows_the_ticket_and_reads_no_names(caller, attendant, snapped):
    handled(attendant, snapped["number"])
    answer = caller().get(f"/api/v1/track/{snapped['number']}?token={snapped['tracking_token']}")
    assert (answer.json["status"], [line["verb"] for line in answer.json["timeline"]]) == (
        "HANDLED", ["receive", "dispatch", "sign_in", "handle"],
    )  # fmt: skip
    assert all(word not in answer.text for word in (PHONE, "attendant.", "138****", "139****"))


@pytest.mark.parametrize("token", ["", "guessed"])
def test_a_wrong_token_opens_nothing(caller, snapped, number, token):
    for wrong in (snapped["number"], number, "00000000000"):
        problem(caller().get(f"/api/v1/track/{wrong}?token={token}"), 404)
        problem(caller().post(f"/api/v1/track/{wrong}/urge", json={"token": token}), 404)


def test_one_token_opens_one_ticket_only(caller, snapped, number):
    problem(caller().get(f"/api/v1/track/{number}?token={snapped['tracking_token']}"), 404)


def test_a_citizen_urges_rates_and_reopens(caller, attendant, snapped):
    page, token = f"/api/v1/track/{snapped['number']}", {"token": snapped["tracking_token"]}
    assert caller().post(f"{page}/urge", json=token | {"note": "急"}).json["timeline"][-1]["verb"] == "urge"
    handled(attendant, snapped["number"])
    rated = caller().post(f"{page}/rate", json=token | {"resolved": False, "satisfaction": 1}).json
    assert (rated["status"], rated["resolved"], rated["satisfaction"]) == ("CLOSED", False, 1)
    assert caller().post(f"{page}/reopen", data=token | {"reason": "又堆了"}).json["status"] == "DISPATCHED"


@pytest.mark.parametrize(
    ("verb", "inputs", "status"),
    [
        ("rate", {"resolved": True}, 409),
        ("reopen", {"reason": "x"}, 409),
        ("rate", {"resolved": True, "satisfaction": 9}, 409),
        ("urge", {"unit": "21", "colour": "red"}, 422),
        ("handle", {"note": "x"}, 404),
    ],
)
def test_a_citizen_is_refused_like_anybody(caller, snapped, verb, inputs, status):
    given = {"token": snapped["tracking_token"]} | inputs
    problem(caller().post(f"/api/v1/track/{snapped['number']}/{verb}", json=given), status)


def test_a_grade_is_one_to_five(caller, attendant, snapped):
    handled(attendant, snapped["number"])
    given = {"token": snapped["tracking_token"], "resolved": "perhaps", "satisfaction": 6}
    told = problem(caller().post(f"/api/v1/track/{snapped['number']}/rate", json=given), 422)
    assert set(told["errors"]) == {"resolved", "satisfaction"}


def count(table: Any) -> int:
    with transaction() as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


def test_the_same_key_and_body_gives_the_same_answer_and_nothing_new(agent):
    given, key = {"description": "路灯不亮", "lon": LON, "lat": LAT}, {"Idempotency-Key": "a-1"}
    first, second = (agent.post("/api/v1/tickets", json=given, headers=key) for _ in range(2))
    assert (first.status_code, first.json) == (second.status_code, second.json)
    assert (count(Ticket), count(Event)) == (1, 2)


def test_the_same_key_with_another_body_is_refused(agent):
    key = {"Idempotency-Key": "a-1"}
    agent.post("/api/v1/tickets", json={"description": "路灯不亮"}, headers=key)
    told = problem(agent.post("/api/v1/tickets", json={"description": "路灯又不亮"}, headers=key), 422)
    assert (told["code"], count(Ticket)) == ("idempotency_reused", 1)


def test_a_key_belongs_to_its_owner(agent, caller):
    given, key = {"description": "路灯不亮"}, {"Idempotency-Key": "a-1"}
    first = agent.post("/api/v1/tickets", json=given, headers=key).json
    assert caller("agent.21").post("/api/v1/tickets", json=given, headers=key).json["number"] != first["number"]


def test_a_snap_is_sent_twice_and_made_once(caller):
    answers = []
    for _ in range(2):
        form = {"photo": (io.BytesIO(encoded()), "a.jpg"), "lon": LON, "lat": LAT}
        answers.append(caller().post("/api/v1/snaps", data=form, headers={"Idempotency-Key": "s-1"}))
    assert (answers[0].status_code, answers[0].json) == (answers[1].status_code, answers[1].json)
    assert count(Ticket) == 1


def test_a_verb_is_sent_twice_and_done_once(agent, number):
    for _ in range(2):
        answer = agent.post(
            f"/api/v1/tickets/{number}/note", json={"note": "再次来电"}, headers={"Idempotency-Key": "v-1"}
        )
        assert (answer.status_code, answer.json["version"]) == (200, 2)


def test_a_refused_request_may_be_sent_again_under_its_key(agent, attendant, number):
    key, handle = {"Idempotency-Key": "h-1"}, f"/api/v1/tickets/{number}/handle"
    problem(attendant.post(handle, json={"note": "已清理"}, headers=key), 409)
    act(attendant, number, "sign_in")
    assert attendant.post(handle, json={"note": "已清理"}, headers=key).status_code == 200
    problem(attendant.post(handle, json={"note": "已清理"}, headers={"Idempotency-Key": "k" * 129}), 422)


def test_one_key_sent_at_once_by_several_makes_one_ticket(agent):
    given, key = {"description": "路灯不亮", "lon": LON, "lat": LAT}, {"Idempotency-Key": "a-1"}
    with ThreadPoolExecutor(4) as pool:
        sent = [pool.submit(agent.post, "/api/v1/tickets", json=given, headers=key) for _ in range(4)]
    answers = [one.result() for one in sent]
    assert [one.status_code for one in answers] == [201] * 4
    assert len({one.json["number"] for one in answers}) == 1
    assert count(Ticket) == 1


def test_of_several_who_saw_the_same_and_act_at_once_one_succeeds(agent, number):
    with ThreadPoolExecutor(4) as pool:
        sent = [pool.submit(act, agent, number, "note", note=f"{turn}", version=1) for turn in range(4)]
    assert sorted(one.result().status_code for one in sent) == [200, 409, 409, 409]


def test_acts_at_once_are_all_written(agent, caller, number):
    with ThreadPoolExecutor(4) as pool:
        sent = [pool.submit(act, agent, number, "note", note=f"{turn}") for turn in range(12)]
    assert {one.result().status_code for one in sent} == {200}
    assert agent.get(f"/api/v1/tickets/{number}").json["version"] == 13
    assert caller("manager.210102").get("/api/v1/regions/210102/counters").json["open"] == 1
