"""Drafts over the API: they wait in scope, are filed once with what was corrected, or dropped and kept."""

from typing import Any

import pytest
from sqlalchemy import select

from app.database import transaction
from dispatch.models import Draft, Ticket, Transcript
from tests.test_api import problem
from tests.test_api_intake import CALL, PHONE, count
from tests.world import CELLS_WEST, centre

pytestmark = pytest.mark.database

LON, LAT = centre()


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
    problem(agent.post(f"/api/v1/drafts/{draft['id']}/drop"), 409)
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


def test_a_draft_is_dropped_and_kept(agent, caller, draft):
    problem(caller("manager.210103").post(f"/api/v1/drafts/{draft['id']}/drop"), 404)
    assert agent.post(f"/api/v1/drafts/{draft['id']}/drop").json["state"] == "dropped"
    assert agent.get("/api/v1/drafts").json["items"] == []
    with transaction() as db:
        assert db.get(Draft, draft["id"]).state == "dropped"
    assert count(Ticket) == 0


@pytest.mark.parametrize("draft_id", ["0", "7", "9" * 30, "-1", "x"])
def test_a_draft_that_is_not_there_is_absent(agent, draft_id):
    problem(agent.post(f"/api/v1/drafts/{draft_id}/file", json={}), 404)
    problem(agent.post(f"/api/v1/drafts/{draft_id}/drop"), 404)
