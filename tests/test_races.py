"""Two at once: one wins, the other gets 409 and is told who did what, and when. On both databases, with threads."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.web import Caller
from tests.world import CELLS_WEST, centre

pytestmark = pytest.mark.database
ATTENDANT = f"attendant.{CELLS_WEST}"


@pytest.fixture
def number(agent) -> str:
    lon, lat = centre()
    made = agent.post(
        "/api/v1/tickets",
        json={"description": "路面没有清扫", "category": "cityscape.sweeping", "lon": lon, "lat": lat},
    ).json
    return made["number"]


def at_once(app, calls) -> list:
    """(login, path, body) each in a thread of its own, all at the same moment; their answers."""
    barrier = Barrier(len(calls))

    def call(headers, path, body):
        barrier.wait(10)
        return Caller(app, headers).post(path, json=body)

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(60) for future in [pool.submit(call, *one) for one in calls]]


def told(answers) -> tuple[list[int], dict]:
    lost = [answer.json for answer in answers if answer.status_code == 409]
    return sorted(answer.status_code for answer in answers), lost[0] if lost else {}


def test_of_two_who_sign_in_one_wins(app, keys, caller, number):
    path = f"/api/v1/tickets/{number}/sign_in"
    statuses, problem = told(at_once(app, [(keys(ATTENDANT), path, {})] * 2))
    assert statuses == [200, 409]
    assert (problem["by"], problem["verb"]) == (ATTENDANT, "sign_in") and problem["at"].endswith("+08:00")
    assert ATTENDANT in problem["detail"] and "签收" in problem["detail"]
    verbs = [one["verb"] for one in caller(ATTENDANT).get(f"/api/v1/tickets/{number}/timeline").json["items"]]
    assert verbs.count("sign_in") == 1


def test_with_a_version_whoever_comes_second_loses_whatever_they_do(app, keys, caller, number):
    caller(ATTENDANT).post(f"/api/v1/tickets/{number}/sign_in", json={})
    version = caller(ATTENDANT).get(f"/api/v1/tickets/{number}").json["version"]
    manager = "manager.210102"
    calls = [
        (keys(ATTENDANT), f"/api/v1/tickets/{number}/handle", {"note": "已修好", "version": version}),
        (keys(manager), f"/api/v1/tickets/{number}/hold", {"reason": "等待配件", "version": version}),
        (keys("agent.2101"), f"/api/v1/tickets/{number}/change_urgency",
         {"urgency": "urgent", "reason": "停水", "version": version}),
    ]  # fmt: skip
    statuses, problem = told(at_once(app, calls))
    assert statuses == [200, 409, 409]
    assert problem["verb"] in ("handle", "hold", "change_urgency") and problem["by"] in (
        ATTENDANT,
        manager,
        "agent.2101",
    )


def test_who_lost_the_ticket_is_told_so_and_not_that_they_never_had_it(caller, number):
    attendant = caller(ATTENDANT)
    version = attendant.get(f"/api/v1/tickets/{number}").json["version"]
    caller("manager.210102").post(f"/api/v1/tickets/{number}/dispatch", json={"unit": "210102001"})
    answer = attendant.post(f"/api/v1/tickets/{number}/sign_in", json={"version": version})
    assert answer.status_code == 409
    assert (answer.json["by"], answer.json["verb"]) == ("manager.210102", "dispatch")
