"""The rates at the doors: API, page, file for spreadsheets and command line, and who may ask."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.database import transaction
from dispatch.models import Ticket
from grids.models import Unit
from tests.web import Visitor
from tests.world import CELL_OF, CELLS_WEST, centre

pytestmark = pytest.mark.database

NOTE = "已于当天派人到现场清理完毕，感谢您的监督"


@pytest.fixture
def lives(agent, caller, clock):
    """lives(count, cell, note, **call_back) -> numbers of tickets that were handled and called back."""

    def make(count, cell=CELLS_WEST, note=NOTE, late=False, **answer):
        lon, lat = centre(cell)
        numbers = []
        for one in range(count):
            body = {"description": "想反映小区里的事", "lon": lon, "lat": lat, "urgency": "ordinary"}
            made = agent.post("/api/v1/tickets", json=body).json
            handler = caller(f"attendant.{cell}")
            handler.post(f"/api/v1/tickets/{made['number']}/sign_in", json={})
            at = clock.at
            if late:
                clock.at = due_of(made["number"]) - timedelta(minutes=5)
            told = {"note": note if isinstance(note, str) else note[one]}
            assert handler.post(f"/api/v1/tickets/{made['number']}/handle", json=told).status_code == 200
            asked = {"resolved": True, "satisfaction": 5} | answer
            assert agent.post(f"/api/v1/tickets/{made['number']}/call_back", json=asked).status_code == 200
            clock.at = at
            numbers.append(made["number"])
        return numbers

    return make


def due_of(number):
    with transaction() as db:
        ticket = db.scalars(select(Ticket).where(Ticket.number == number)).one()
        return next(clock.due_at for clock in ticket.clocks if clock.kind == "HANDLE")


def test_the_api_tells_value_interval_cases_and_definitions(lives, caller, clock):
    numbers = lives(2) + lives(1, CELL_OF["210103"], resolved=False, satisfaction=1)
    clock.forward(hours=1)
    found = caller("manager.2101").get("/api/v1/rates?by=region&rank_by=resolution").json
    assert found["rates"]["resolution"] == {"value": 0.6667, "cases": 3, "met": 2, "low": 0.2077, "high": 0.9385}
    assert {item["code"]: item["rates"]["resolution"]["met"] for item in found["items"]} == {"210102": 2, "210103": 0}
    assert found["definitions"]["response"]["weight"] == 0.2 and "÷" in found["definitions"]["response"]["definition"]
    behind = caller("manager.2101").get("/api/v1/rates/tickets?rate=resolution&met=true&limit=1").json
    assert [item["number"] for item in behind["items"]] == numbers[:1] and behind["next"]
    rest = caller("manager.2101").get(f"/api/v1/rates/tickets?rate=resolution&met=true&cursor={behind['next']}").json
    assert [item["number"] for item in rest["items"]] == numbers[1:2] and rest["next"] is None


def test_as_of_a_past_moment_nothing_was_known_yet(lives, caller, clock):
    clock.forward(days=2)
    lives(1)
    manager = caller("manager.2101")
    assert manager.get("/api/v1/rates").json["rates"]["on_time"]["cases"] == 1
    assert manager.get("/api/v1/rates?as_of=2026-11-24").json["rates"]["on_time"]["cases"] == 0
    assert manager.get("/api/v1/rates?as_of=2026-11-25T10:00:00%2B08:00").json["rates"]["on_time"]["cases"] == 1


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "to=2026-02-30",
        "as_of=soon",
        "as_of=0001-01-01",
        "to=9999-12-31",
        "by=moon",
        "rank_by=luck",
        "unit=no",
    ],
)
def test_words_that_cannot_be_read_are_refused_in_words(caller, query):
    answer = caller("manager.2101").get(f"/api/v1/rates?{query}")
    assert answer.status_code == 422 and list(answer.json["errors"]) == [query.split("=")[0]]


@pytest.mark.parametrize("path", ["", "/tickets?rate=response", "/alarms"])
def test_only_managers_ask_and_only_of_their_own_region(caller, path):
    mark = "&" if "?" in path else "?"
    assert caller("agent.2101").get(f"/api/v1/rates{path}").status_code == 403
    assert caller("manager.210103").get(f"/api/v1/rates{path}{mark}region=210102").status_code == 404
    assert caller("manager.210103").get(f"/api/v1/rates{path}{mark}region=210103").status_code == 200


def test_units_that_close_at_the_limit_or_copy_replies_raise_alarms(app, lives, caller, clock):
    own = [f"第{word}户门前的{word}已经{word}处理，{word}确认" for word in "一二三四五六七八九十甲乙"]
    lives(12, CELL_OF["210103"], own)
    late = lives(12, late=True)
    clock.forward(days=9)
    found = caller("manager.2101").get("/api/v1/rates/alarms").json["items"]
    assert {(one["kind"], one["unit"]["code"]) for one in found} == {
        ("at_the_limit", CELLS_WEST),
        ("copied_replies", CELLS_WEST),
    }
    limit = next(one for one in found if one["kind"] == "at_the_limit")
    assert (limit["hits"], limit["cases"], limit["tickets"]) == (12, 12, late[::-1])
    assert limit["chance"] < 0.001 < limit["expected"]
    assert caller("manager.210103").get("/api/v1/rates/alarms").json["items"] == []
    page = Visitor(app, "manager.2101").get("/rates/alarms").text
    assert "压线办结" in page and late[0] in page and "雷同答复" in page


def test_call_backs_that_reach_nobody_raise_an_alarm(lives, caller, clock):
    missed = lives(12, contacted=False)
    found = caller("manager.2101").get("/api/v1/rates/alarms").json["items"]
    alarm = next(one for one in found if one["kind"] == "refused_call_backs")
    assert (alarm["unit"]["code"], alarm["hits"], set(alarm["tickets"])) == ("2101", 12, set(missed))


def test_the_page_shows_the_league_and_leads_to_the_tickets_of_a_figure(app, lives, clock):
    number = lives(1)[0]
    manager = Visitor(app, "manager.2101")
    page = manager.get("/rates?by=region").text
    assert "样本不足" in page and "和平区" in page and "按时限联系市民" in page
    assert "rate=response" in page and "region=210102" in page
    assert number in manager.get("/rates/tickets?rate=response&region=210102").text
    assert number not in manager.get("/rates/tickets?rate=response&region=210102&met=0").text
    assert Visitor(app, "manager.210102001001").get("/rates?by=unit").status_code == 200
    assert manager.get("/rates?from=nonsense").status_code == 422


def test_no_cell_of_the_file_is_a_formula(app, lives, clock):
    lives(1)
    with transaction(write=True) as db:
        unit = db.scalars(select(Unit).where(Unit.code == CELLS_WEST)).one()
        name, unit.name = unit.name, "=1+1"
    try:
        text = Visitor(app, "manager.2101").get("/rates/table.csv?by=unit").text
    finally:
        with transaction(write=True) as db:
            db.scalars(select(Unit).where(Unit.code == CELLS_WEST)).one().name = name
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["name"] for row in rows] == ["沈阳市", "沈阳市中心", "'=1+1"]
    assert (rows[0]["response_met"], rows[0]["response_cases"]) == ("1", "1")


def test_the_command_line_prints_the_league_and_the_alarms(app, lives, clock):
    lives(12, late=True)
    clock.forward(days=9)
    run = app.test_cli_runner().invoke
    told = run(
        args=["rates", "show", "--region", "2101", "--from", "2026-11-01", "--by", "unit", "--rank-by", "on_time"]
    ).output
    assert "100.0%" in told and "12 cases" in told
    assert "copied_replies" in run(args=["rates", "alarms"]).output
    assert "total_value" in run(args=["rates", "show", "--csv"]).output
    refused = run(args=["rates", "show", "--from", "yesterday"])
    assert refused.exit_code == 2 and "from" in refused.output
