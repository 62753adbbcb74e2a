"""What waits for a manager's decision is listed with its reason, for those who may decide it, and for nobody else."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from dispatch.decisions import BACKSTOP, EXCLUSION, EXTENSION, RECHECK, RISEN, decisions
from tests.acts import Story
from tests.web import Visitor
from tests.world import CELLS_WEST, centre

pytestmark = pytest.mark.database
STREET, DISTRICT = "manager.210102001", "manager.210102"


@pytest.fixture
def story(db: Any, config: Any, actor: Any, clock: Any) -> Story:
    return Story(db, config, actor, clock)


def told(story: Story, login: str) -> list[tuple[str, str]]:
    return [
        (one.kind, one.reason) for one in decisions(story.db, story.actor(login), story.config.limits.give_backs)[0]
    ]


def test_an_extension_waits_for_those_above_until_it_is_decided(story: Story) -> None:
    story.begin()
    story.do("extend", amount=2, measure="working_days", reason="等配件")
    assert told(story, STREET) == told(story, DISTRICT) == [(EXTENSION, "等配件")]
    assert told(story, "manager.210103") == [] and told(story, f"attendant.{CELLS_WEST}") == []
    story.do("extend_approve", STREET)
    assert told(story, STREET) == []


def test_an_exclusion_and_a_look_on_the_spot_wait_too(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dispatch.rechecks.drawn", lambda number, percent: True)
    story.begin()
    story.do("exclude", reason="不可抗力")
    story.clock.forward(minutes=1)
    story.do("handle", note="已修好")
    assert told(story, STREET) == [(EXCLUSION, "不可抗力"), (RECHECK, "已修好")]
    story.do("recheck", STREET, resolved=True)
    story.do("exclude_refuse", STREET, reason="不成立")
    assert told(story, STREET) == []


def test_what_was_given_back_too_often_waits_where_it_ended(story: Story) -> None:
    story.begin(signed=False)
    story.do("give_back", reason="不归我管")
    holder = f"manager.{story.ticket.holder.code}"
    assert told(story, holder) == []
    story.do("give_back", holder, reason="也不归我管")
    assert (BACKSTOP, "也不归我管") in told(story, f"manager.{story.ticket.holder.code}")


def test_what_is_overdue_waits_where_the_supervision_has_come_to(story: Story) -> None:
    story.begin("emergency")
    story.clock.forward(hours=2, minutes=1)
    story.now_sweep()
    assert story.ticket.supervisor is not None
    assert told(story, f"manager.{story.ticket.supervisor.code}") == [(RISEN, "")]


def test_a_list_that_is_cut_says_so(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        story.begin()
        story.do("extend", amount=2, measure="working_days", reason="等配件")
    assert decisions(story.db, story.actor(STREET), 2)[1] is False
    monkeypatch.setattr("dispatch.decisions.MOST", 1)
    found, more = decisions(story.db, story.actor(STREET), 2)
    assert more and len(found) == 1


def test_the_page_leads_to_the_form(app: Flask, caller: Any) -> None:
    lon, lat = centre()
    number = (
        caller("agent.2101")
        .post("/api/v1/tickets", json={"description": "井盖", "lon": lon, "lat": lat})
        .json["number"]
    )
    holder = caller(f"attendant.{CELLS_WEST}")
    assert caller(DISTRICT).post(f"/api/v1/tickets/{number}/dispatch", json={"unit": CELLS_WEST}).status_code == 200
    assert holder.post(f"/api/v1/tickets/{number}/sign_in", json={}).status_code == 200
    assert holder.post(f"/api/v1/tickets/{number}/extend", json={"amount": 1, "reason": "等配件"}).status_code == 200
    page = Visitor(app, STREET).get("/decisions").text
    assert f"/tickets/{number}" in page and "等配件" in page and "延期申请" in page
    assert 'action="/tickets/' + number + '/extend_approve"' in Visitor(app, STREET).get(f"/tickets/{number}").text


def test_requests_are_found_by_their_own_index(db: Any, actor: Any) -> None:
    if db.get_bind().dialect.name != "sqlite":
        pytest.skip("PostgreSQL reads a table of a few rows whole")
    said: list[tuple[str, Any]] = []
    connection = db.connection()
    event.listen(connection, "before_cursor_execute", lambda _, __, sql, values, *___: said.append((sql, values)))
    decisions(db, actor(DISTRICT), 2)
    sql, values = next((sql, values) for sql, values in said if "recheck = 'due'" in sql)
    plan = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + sql, values).all()
    assert "ticket USING INDEX ix_ticket_path_decision" in str(plan), plan
