"""Undo at the desk for ten seconds, and who else is at a ticket."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.background import forget_old
from app.database import transaction
from dispatch import presence
from dispatch.models import Event, Ticket
from dispatch.presence import Presence
from tests.web import Visitor
from tests.world import CELLS_WEST, centre

pytestmark = pytest.mark.database
WORDS = "楼下垃圾三天没有人清"


def post(visitor: Visitor, path: str, **form: Any) -> Any:
    return visitor.post(path, data=form | {"csrf_token": visitor.token})


def logged(agent: Visitor) -> str:
    """A ticket of the western cell; its number."""
    lon, lat = centre()
    form = {"description": WORDS, "caller_phone": "13800001234", "lon": lon, "lat": lat, "datum": "wgs84"}
    answer = post(agent, "/desk", **form)
    return str(re.search(r"saved=(\d+)", answer.location)[1])  # type: ignore[index]


def status(number: str) -> str:
    with transaction() as db:
        return db.scalars(select(Ticket.status).where(Ticket.number == number)).one()


def test_a_slip_is_taken_back_and_its_words_come_back(app: Flask, clock: Any) -> None:
    agent = Visitor(app, "agent.2101")
    number = logged(agent)
    assert 'data-undo="10"' in agent.get(f"/desk?saved={number}").text
    back = post(agent, "/desk/undo", number=number)
    assert back.status_code == 200 and WORDS in back.text and "13800001234" in back.text
    assert status(number) == "REJECTED"
    with transaction() as db:
        event = db.scalars(select(Event).where(Event.verb == "reject")).one()
        assert event.detail["reason"] == "登记后立即撤销"


@pytest.mark.parametrize("why", ["late", "signed_in", "another"])
def test_it_is_too_late_when_time_is_over_or_somebody_is_at_it(app: Flask, clock: Any, caller: Any, why: str) -> None:
    agent = Visitor(app, "agent.2101")
    number = logged(agent)
    if why == "late":
        clock.forward(seconds=16)
    if why == "signed_in":
        assert caller(f"attendant.{CELLS_WEST}").post(f"/api/v1/tickets/{number}/sign_in", json={}).status_code == 200
    who = Visitor(app, "agent.21") if why == "another" else agent
    if why != "late":
        assert "data-undo" not in who.get(f"/desk?saved={number}").text
    answer = post(who, "/desk/undo", number=number)
    assert answer.status_code == 302 and "撤销只在登记后" in who.get(answer.location).text
    assert status(number) != "REJECTED"


def test_two_at_one_ticket_see_each_other(app: Flask, clock: Any, caller: Any) -> None:
    number = logged(Visitor(app, "agent.2101"))
    here = f"/api/v1/tickets/{number}/here"
    assert caller("agent.2101").post(here).json == {"others": []}
    assert caller("manager.2101").post(here).json == {"others": ["agent 2101"]}
    assert caller("agent.2101").post(here).json == {"others": ["manager 2101"]}
    assert caller("manager.2102").post(here).status_code == 404
    with transaction(write=True) as db:
        assert db.scalar(select(func.count()).select_from(Presence)) == 2
        for row in db.scalars(select(Presence).where(Presence.login == "manager.2101")):
            row.seen_at = datetime.now(UTC) - presence.HERE
    assert caller("agent.2101").post(here).json == {"others": []}


def test_old_signs_are_forgotten(app: Flask, clock: Any, caller: Any) -> None:
    number = logged(Visitor(app, "agent.2101"))
    caller("agent.2101").post(f"/api/v1/tickets/{number}/here")
    with transaction(write=True) as db:
        for row in db.scalars(select(Presence)):
            row.seen_at = datetime.now(UTC) - presence.KEPT - timedelta(seconds=1)
    forget_old()
    with transaction() as db:
        assert db.scalar(select(func.count()).select_from(Presence)) == 0
