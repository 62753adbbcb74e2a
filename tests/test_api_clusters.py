"""Clusters and likely duplicates at the API: merge and unmerge, what a Ticket and a Row say, what anybody may know."""

from typing import Any

import pytest
from sqlalchemy import text

from app.relay import number_all
from tests.desk import NEXT_CELL
from tests.world import CELL_OF, CELLS_WEST, centre

pytestmark = pytest.mark.database


@pytest.fixture
def logged(agent: Any) -> Any:
    def log(cell: str = CELLS_WEST, **more: Any) -> dict[str, Any]:
        lon, lat = centre(cell)
        body = {"description": "楼前垃圾没有清走", "category": "cityscape.rubbish", "lon": lon, "lat": lat}
        answer = agent.post("/api/v1/tickets", json=body | more)
        assert answer.status_code == 201, answer.text
        return answer.json

    return log


def merge(who: Any, ticket: str, **body: Any) -> Any:
    return who.post(f"/api/v1/tickets/{ticket}/merge", json=body)


@pytest.mark.parametrize("name", ["into", "number", "with"])
def test_merge_answers_the_ticket_with_its_cluster(agent: Any, logged: Any, name: str) -> None:
    lead, other = logged(), logged()
    told = merge(agent, other["number"], **{name: lead["number"]}).json
    assert told["number"] == other["number"] and told["due_at"] == other["due_at"]
    cluster = told["cluster"]
    assert (cluster["lead"], cluster["size"]) == (lead["number"], 2)
    assert [one["number"] for one in cluster["members"]] == [lead["number"], other["number"]]
    assert agent.get(f"/api/v1/tickets/{lead['number']}").json["repeats"] == 1
    parted = agent.post(f"/api/v1/tickets/{other['number']}/unmerge").json
    assert parted["cluster"] is None and parted["status"] == other["status"]


def test_a_new_ticket_may_join_at_once(agent: Any, logged: Any) -> None:
    lead = logged()
    other = logged(into=lead["number"])
    assert other["cluster"]["lead"] == lead["number"] != other["number"]
    assert agent.post("/api/v1/tickets", json={"description": "x", "into": "no such"}).status_code == 422


def test_refusals_have_their_status_and_a_sentence(agent: Any, caller: Any, logged: Any) -> None:
    lead, other, east = logged(), logged(), logged(CELL_OF["210103"])
    merge(agent, other["number"], into=lead["number"])
    again = merge(agent, other["number"], into=lead["number"])
    assert again.status_code == 409 and lead["number"] in again.json["detail"]
    assert merge(agent, other["number"]).status_code == 422
    stale = merge(agent, east["number"], into=lead["number"], version=0)
    assert stale.status_code == 409
    district = caller("manager.210102")
    assert merge(district, lead["number"], into=east["number"]).status_code == 422
    assert merge(district, east["number"], into=lead["number"]).status_code == 404
    assert merge(caller(f"attendant.{CELLS_WEST}"), lead["number"], into=east["number"]).status_code == 403
    assert agent.post(f"/api/v1/tickets/{east['number']}/unmerge").status_code == 409
    assert agent.post(f"/api/v1/tickets/{east['number']}/regroup").status_code == 404


def test_members_outside_the_scope_are_counted_and_not_shown(agent: Any, caller: Any, logged: Any) -> None:
    lead, other = logged(CELL_OF["210103"]), logged()
    agent.post(f"/api/v1/tickets/{other['number']}/sign_in")
    merge(agent, other["number"], into=lead["number"])
    cluster = caller("manager.210103").get(f"/api/v1/tickets/{lead['number']}").json["cluster"]
    assert (cluster["size"], [one["number"] for one in cluster["members"]]) == (2, [lead["number"]])


def test_lists_show_repeats_and_are_sorted_and_paged_by_them(agent: Any, logged: Any) -> None:
    leads = [logged(NEXT_CELL)["number"] for _ in range(3)]
    for lead, times in zip(leads, (1, 3, 2), strict=True):
        for _ in range(times):
            logged(into=lead)
    found, query = [], "sort=repeats&repeats_min=1&limit=1"
    page = agent.get(f"/api/v1/tickets?{query}").json
    found += page["items"]
    while page["next"]:
        page = agent.get(f"/api/v1/tickets?{query}&cursor={page['next']}").json
        found += page["items"]
    assert [(one["number"], one["repeats"]) for one in found] == [(leads[1], 3), (leads[2], 2), (leads[0], 1)]
    assert [one["number"] for one in agent.get("/api/v1/tickets?attention=watch&sort=repeats").json["items"]] == [
        leads[1], leads[2],
    ]  # fmt: skip
    assert len(agent.get(f"/api/v1/tickets?lead={leads[1]}").json["items"]) == 3
    assert agent.get("/api/v1/tickets?sort=phone").status_code == 422


def test_every_callers_ticket_still_counts(agent: Any, caller: Any, logged: Any) -> None:
    lead = logged()["number"]
    for _ in range(2):
        logged(into=lead)
    number_all()
    counters = agent.get("/api/v1/regions/210102/counters").json
    assert (counters["open"], counters["today"]["received"]) == (3, 3)


def test_rows_of_the_live_line_carry_the_facts(agent: Any, logged: Any) -> None:
    lead = logged()["number"]
    number_all()
    seq = agent.get("/api/v1/changes?region=210102&after=0").json["seq"]
    other = logged(into=lead)["number"]
    number_all()
    rows = {row["number"]: row for row in agent.get(f"/api/v1/changes?region=210102&after={seq}").json["tickets"]}
    assert (rows[lead]["repeats"], rows[lead]["lead"]) == (1, None)
    assert (rows[other]["repeats"], rows[other]["lead"]) == (0, lead)


def test_the_reading_names_a_likely_duplicate_before_saving(agent: Any, logged: Any) -> None:
    first, (lon, lat) = logged(), centre(CELLS_WEST)
    body = {"text": "楼前垃圾没有清走，有恶臭", "lon": lon, "lat": lat}
    told = agent.post("/api/v1/readings", json=body).json
    assert told["similar"][0]["number"] == first["number"] and told["similar"][0]["reason_words"]
    assert told["likely_duplicate"] == first["number"]


def test_anybody_is_told_figures_only(caller: Any, logged: Any) -> None:
    logged(description="说得很具体", caller_phone="13900000001")
    logged(confidential=True)
    lon, lat = centre(CELLS_WEST)
    told = caller().get(f"/api/v1/snaps/near?lon={lon}&lat={lat}&category=cityscape.rubbish").json
    assert told == {"count": 1, "nearest_m": 0, "by_status": {"DISPATCHED": 1}}
    assert caller().get(f"/api/v1/snaps/near?lon={lon}&lat={lat}&category=heat").json["count"] == 0
    assert caller().get("/api/v1/snaps/near?lon=116.4&lat=39.9").status_code == 422


def test_two_acts_on_one_cluster_do_not_wait_for_each_other_for_ever(app: Any, agent: Any, logged: Any) -> None:
    engine = app.extensions["database"].engine
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    lead, other = logged()["number"], logged()["number"]
    with engine.begin() as connection:
        connection.execute(text("SELECT id FROM ticket WHERE number = :number FOR UPDATE"), {"number": lead})
        busy = merge(agent, other, into=lead)
    assert busy.status_code == 409 and "稍等" in busy.json["detail"]
    assert merge(agent, other, into=lead).status_code == 200
