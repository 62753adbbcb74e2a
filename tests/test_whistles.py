"""Street whistles, departments report: clocks of their own, the lead stays, and who was called in sees the ticket."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.api.ledgers import deadlines_json
from app.present import ticket_json
from dispatch.auditor import audit_page
from dispatch.errors import BadInput, Conflict, NotAllowed, NotFound
from dispatch.models import Ticket
from dispatch.queries import allowed_verbs
from grids.scope import seen_by, sees

pytestmark = pytest.mark.database
STREET, MARKET, HEAT = "manager.210102001", "210102-market", "210102-heat"


@pytest.fixture
def called(story):
    """The street holds it, and has called the department and the heat supplier in."""
    story.begin(signed=False)
    story.do("dispatch", "manager.210102", unit="210102001")
    story.do("sign_in", STREET)
    story.do("whistle", STREET, units=[MARKET, HEAT], reason="占道经营，需要执法")
    return story


def test_each_unit_has_its_own_clock_and_the_lead_stays(called, db):
    ticket = called.ticket
    assert ticket.holder.code == "210102001" and ticket.status == "SIGNED_IN"
    assert [(one.unit.code, one.state, one.clock.kind) for one in ticket.co_handlers] == [
        (MARKET, "called", "SIGN_IN"),
        (HEAT, "called", "SIGN_IN"),
    ]
    assert all(clock.unit_id is None for clock in ticket.clocks)
    assert [clock.kind for clock in ticket.clocks if clock.stopped_at is None] == ["CONTACT", "HANDLE"]
    told = ticket_json(db, ticket)
    assert [one["unit"] for one in told["co_handlers"]] == [MARKET, HEAT]
    assert told["co_handlers"][0]["clock"]["due_at"] is not None
    assert [one["co_handler"] for one in deadlines_json(db, ticket)][-2:] == [MARKET, HEAT]


def test_they_report_and_say_what_they_did(called, actor):
    market = f"attendant.{MARKET}"
    assert [row.name for row in allowed_verbs(actor(market), called.ticket)] == ["report_in"]
    with pytest.raises(Conflict):
        called.do("co_handle", market, note="已劝离")
    called.do("report_in", market)
    row = called.ticket.co_handlers[0]
    assert (row.state, row.clock.state) == ("reported", "met")
    called.do("co_handle", market, note="已劝离")
    assert (row.state, row.note, row.done_at) == ("done", "已劝离", called.clock())
    assert allowed_verbs(actor(market), called.ticket) == []
    assert called.ticket.holder.code == "210102001"


def test_who_does_not_report_is_told_to_the_centre_above_and_the_lead_goes_on(called, db, config, clock):
    level = called.ticket.escalation_level
    due = called.ticket.co_handlers[0].clock.due_at
    called.do("report_in", f"attendant.{HEAT}")
    clock.forward(days=1)
    called.now_sweep()
    told = [event for event in called.events("escalate") if "co_handler" in event.detail]
    assert [(one.at, one.detail["co_handler"], one.detail["region"], one.detail["clock"]) for one in told] == [
        (due, MARKET, "210102", "SIGN_IN")
    ]
    assert called.ticket.escalation_level == level and called.ticket.holder.code == "210102001"
    assert called.ticket.co_handlers[0].clock.state == "breached"
    assert audit_page(db, clock(), config)[0] == []
    called.do("report_in", f"attendant.{MARKET}")
    assert called.ticket.co_handlers[0].clock.stopped_at == clock()


def test_who_was_called_in_sees_it_and_nobody_else_of_that_kind(called, db, actor):
    for login, seen in ((f"attendant.{MARKET}", True), (f"attendant.{HEAT}", True), ("attendant.210103-market", False)):
        who = actor(login)
        assert sees(who, called.ticket) is seen
        assert list(db.scalars(select(Ticket.id).where(seen_by(who, Ticket)))) == [called.ticket.id] * seen
    with pytest.raises(NotFound):
        called.do("report_in", "attendant.210103-market")
    with pytest.raises(NotAllowed):
        called.do("handle", f"attendant.{MARKET}", note="不是牵头单位")


def test_the_wait_ends_when_the_matter_is_handled(called, clock):
    called.do("handle", STREET, note="已清理")
    assert all(one.clock.stopped_at == clock() for one in called.ticket.co_handlers)
    clock.forward(days=2)
    called.now_sweep()
    assert [event for event in called.events("escalate") if "co_handler" in event.detail] == []


def test_only_a_street_or_a_centre_above_whistles(story):
    story.begin()
    with pytest.raises(Conflict) as refusal:
        story.do("whistle", units=[MARKET], reason="需要执法")
    assert refusal.value.code == "whistle_too_low"
    with pytest.raises(NotAllowed):
        story.do("whistle", STREET, units=[MARKET], reason="需要执法")


@pytest.mark.parametrize("units", [[], ["no such unit"], ["210102001"], ["210103-market"], [MARKET], "", [[]]])
def test_units_must_stand_on_the_way_and_be_free(called, units):
    with pytest.raises(BadInput):
        called.do("whistle", STREET, units=units, reason="再叫一次")
    assert called.ticket.called == 2


def test_a_unit_that_was_done_may_be_called_in_again(called):
    called.do("report_in", f"attendant.{MARKET}")
    called.do("co_handle", f"attendant.{MARKET}", note="已劝离")
    called.do("whistle", STREET, units=f"{MARKET}", reason="又回来了")
    assert [one.state for one in called.ticket.co_handlers] == ["done", "called", "called"]
    assert called.ticket.co_handlers[2].clock.due_at - called.clock() >= timedelta(hours=4)


def test_a_change_of_urgency_reaches_their_clocks(called, clock):
    called.do("change_urgency", "agent.2101", urgency="emergency", reason="有人受伤")
    assert {one.clock.due_at for one in called.ticket.co_handlers} == {clock() + timedelta(minutes=10)}
