"""The new verbs on the pages and at the API: forms, facts in words, the problem library, and who is called in."""

import pytest

from tests.web import Visitor
from tests.world import CELLS_WEST, centre

pytestmark = pytest.mark.database
ATTENDANT, STREET, MARKET = f"attendant.{CELLS_WEST}", "manager.210102001", "210102-market"


@pytest.fixture
def number(agent, caller) -> str:
    lon, lat = centre()
    body = {"description": "占道经营", "category": "cityscape.sweeping", "lon": lon, "lat": lat}
    made = agent.post("/api/v1/tickets", json=body).json["number"]
    act(caller, made, "manager.210102", "dispatch", unit="210102001")
    act(caller, made, STREET, "sign_in")
    return made


def act(caller, number, login, verb, **inputs):
    answer = caller(login).post(f"/api/v1/tickets/{number}/{verb}", json=inputs)
    assert answer.status_code == 200, answer.json
    return answer.json


def test_a_street_whistles_by_form_and_the_department_finds_its_call(app, caller, number):
    page = Visitor(app, STREET).get(f"/tickets/{number}").text
    assert f'name="units" value="{MARKET}"' in page and 'name="units" value="210102-heat"' in page
    visitor = Visitor(app, STREET)
    visitor.get(f"/tickets/{number}")
    form = {"csrf_token": visitor.token, "units": [MARKET, "210102-heat"], "reason": "需要执法"}
    answer = visitor.post(f"/tickets/{number}/whistle", data=form)
    assert answer.status_code == 302, answer.text
    told = caller(STREET).get(f"/api/v1/tickets/{number}").json
    assert [one["unit"] for one in told["co_handlers"]] == [MARKET, "210102-heat"]
    assert "待报到" in Visitor(app, STREET).get(f"/tickets/{number}").text
    department = Visitor(app, f"attendant.{MARKET}")
    assert number in department.get("/cases").text
    act(caller, number, f"attendant.{MARKET}", "report_in")
    act(caller, number, f"attendant.{MARKET}", "co_handle", note="已劝离摊贩")
    assert "已劝离摊贩" in Visitor(app, STREET).get(f"/tickets/{number}").text
    assert number not in Visitor(app, f"attendant.{MARKET}").get("/cases").text


def test_the_problem_library_at_the_api_and_on_the_page(app, caller, number):
    held = act(caller, number, "manager.210102", "hold", reason="等上级批复")
    promise = next(clock for clock in held["clocks"] if clock["kind"] == "HANDLE")
    assert (promise["state"], promise["due_at"], held["light"], held["on_hold"]) == ("paused", None, "paused", True)
    assert held["holds"][0]["reason"] == "等上级批复"
    manager = caller("manager.210102")
    assert [one["number"] for one in manager.get("/api/v1/tickets?on_hold=true").json["items"]] == [number]
    assert manager.get("/api/v1/tickets?on_hold=false").json["items"] == []
    assert number in Visitor(app, "manager.210102").get("/tickets?on_hold=1").text
    page = Visitor(app, "manager.210102").get(f"/tickets/{number}").text
    assert "挂账" in page and "恢复办理" in page
    ledger = manager.get(f"/api/v1/tickets/{number}/deadlines").json["items"]
    pause = next(row for clock in ledger for row in clock["segments"] if row["kind"] == "pause")
    assert (pause["reason"], pause["by"], pause["to"]) == ("等上级批复", "manager 210102", None)
    for clock in ("HANDLE", "SIGN_IN"):
        assert Visitor(app, "manager.210102").get(f"/tickets/{number}/ledger/{clock}").status_code == 200
    act(caller, number, "manager.210102", "resume")
    assert manager.get("/api/v1/tickets?on_hold=true").json["items"] == []


def test_changes_and_extensions_are_told_in_words(app, caller, number):
    act(caller, number, "agent.2101", "change_urgency", urgency="complex", reason="需多部门")
    act(caller, number, STREET, "extend", reason="工期长", amount="2")
    told = act(caller, number, "manager.210102", "extend_approve", reason="属实")
    assert [(one["state"], one["amount"], one["decided_by"]) for one in told["extensions"]] == [
        ("granted", 2, "manager 210102")
    ]
    act(caller, number, "manager.2101", "supervise", reason="媒体关注")
    page = Visitor(app, STREET).get(f"/tickets/{number}").text
    for words in ("普通 → 复杂", "已延期 1 次", "督办，待答复", "答复督办"):
        assert words in page
    track = caller("manager.210102").get(f"/api/v1/tickets/{number}/timeline").json["items"]
    assert [one["verb"] for one in track][-4:] == ["change_urgency", "extend", "extend_approve", "supervise"]


def test_the_table_says_what_must_hold(caller):
    rows = {row["verb"]: row for row in caller().get("/api/v1/workflow").json["items"]}
    assert rows["resume"]["when"] == ["on_hold"] and rows["hold"]["reach"] == "ABOVE_OR_DISTRICT"
    assert rows["co_handle"]["reach"] == "CO_HANDLER" and rows["recheck"]["when"] == ["recheck"]


def test_the_phone_has_a_form_for_every_verb_that_is_allowed(app, caller, number):
    act(caller, number, STREET, "whistle", units=[MARKET], reason="需要执法")
    phone = Visitor(app, f"attendant.{MARKET}")
    assert f"/cases/{number}" in phone.get("/cases").text
    assert f'action="/cases/{number}/report_in"' in phone.get(f"/cases/{number}").text
    form = {"csrf_token": phone.token}
    assert phone.post(f"/cases/{number}/report_in", data=form | {"note": ""}).status_code == 302
    refused = phone.post(f"/cases/{number}/co_handle", data=form | {"note": " "})
    assert refused.status_code == 422 and '<details class="more" id="co_handle" open>' in refused.text
    assert phone.post(f"/cases/{number}/co_handle", data=form | {"note": "已劝离摊贩"}).status_code == 302
    assert caller(STREET).get(f"/api/v1/tickets/{number}").json["co_handlers"][0]["state"] == "done"


def test_an_extension_asked_for_on_the_phone_keeps_what_was_written(app, caller, number):
    act(caller, number, STREET, "dispatch", unit=CELLS_WEST)
    act(caller, number, ATTENDANT, "sign_in")
    phone = Visitor(app, ATTENDANT)
    form = {"csrf_token": phone.token, "reason": "等配件到货", "measure": "working_days"}
    refused = phone.post(f"/cases/{number}/extend", data=form | {"amount": "many"})
    assert refused.status_code == 422 and "等配件到货" in refused.text and "不是数字" in refused.text
    assert phone.post(f"/cases/{number}/extend", data=form | {"amount": "2"}).status_code == 302
    assert caller(STREET).get(f"/api/v1/tickets/{number}").json["status"] == "SIGNED_IN"
    assert "extend_approve" in Visitor(app, STREET).get(f"/tickets/{number}").text
