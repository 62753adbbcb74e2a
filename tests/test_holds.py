"""Hold and resume: the promise stands still, exactly, and the ticket is in the problem library meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest

from dispatch.counters import weight
from dispatch.errors import Conflict, NotAllowed
from dispatch.queries import TicketFilter, list_tickets
from tests.acts import ATTENDANT

pytestmark = pytest.mark.database
MANAGER = "manager.210102001001"


def beijing(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def test_a_hold_stops_the_promise_and_nothing_comes_due(story, clock):
    story.begin()
    story.do("hold", MANAGER, reason="等待配件")
    promise = story.newest("HANDLE")
    assert (promise.state, promise.due_at, promise.next_at) == ("paused", None, None)
    assert (story.ticket.light, story.ticket.on_hold, story.ticket.due_at) == ("paused", True, None)
    assert weight(story.ticket)["on_hold"] == 1
    clock.forward(days=30)
    story.now_sweep()
    assert [event for event in story.events("warn", "escalate") if event.detail["clock"] == "HANDLE"] == []


@pytest.mark.parametrize(
    ("begins", "ends", "due"),
    [
        ((23, 10), (23, 11), (30, 11)),  # an hour of work
        ((23, 17), (24, 9), (30, 11)),  # half an hour of an evening, the night, half an hour of a morning
        ((27, 18), (30, 8), (30, 10)),  # a weekend: nothing that would have counted
        ((23, 10), (25, 10), (2 + 30, 10)),  # two whole working days
    ],
)
def test_a_pause_costs_the_working_time_it_covers(story, clock, begins, ends, due):
    story.begin()
    assert story.due() == beijing(30, 10)
    clock.at = beijing(*begins)
    story.do("hold", MANAGER, reason="等待配件")
    clock.at = beijing(*ends)
    story.do("resume", MANAGER)
    assert story.due() == beijing(1, due[1]) + timedelta(days=due[0] - 1)
    assert story.ticket.due_at == story.due() and not story.ticket.on_hold
    assert story.newest("HANDLE").state == "running"


def test_repeated_pauses_add_up_and_warnings_are_not_said_twice(story, clock):
    story.begin()
    clock.at = beijing(25, 16)  # half of 37 h 30 is over at 15:15
    story.do("hold", MANAGER, reason="等待配件")
    clock.at = beijing(26, 16)
    story.do("resume", MANAGER)
    assert story.ticket.light == "half"
    clock.at = beijing(26, 17)
    story.do("hold", MANAGER, reason="再等")
    clock.at = beijing(27, 17)
    story.do("resume", MANAGER)
    assert story.due() == beijing(30, 10) + timedelta(days=2)
    clock.forward(days=10)
    story.now_sweep()
    said = [event.detail["percent"] for event in story.events("warn") if event.detail["clock"] == "HANDLE"]
    assert said == [50, 80]
    breach = next(event for event in story.events("escalate") if event.detail["clock"] == "HANDLE")
    assert breach.at == beijing(30, 10) + timedelta(days=2)


def test_a_missed_promise_stays_missed_and_goes_up_no_further_while_on_hold(story, clock):
    story.begin("emergency")
    clock.forward(hours=2, minutes=1)
    story.do("hold", "manager.210102", reason="抢修中")
    promise = story.newest("HANDLE")
    assert (promise.state, story.ticket.overdue, story.ticket.light) == ("breached", True, "over")
    due = story.due()
    clock.forward(hours=5)
    story.now_sweep()
    assert len([one for one in story.events("escalate") if one.detail["clock"] == "HANDLE"]) == 1
    story.do("resume", "manager.210102")
    clock.forward(hours=1)
    story.now_sweep()
    steps = [one.at for one in story.events("escalate") if one.detail["clock"] == "HANDLE"]
    assert steps == [due, due + timedelta(hours=6)]


def test_work_that_is_done_or_goes_elsewhere_ends_the_hold(story, clock):
    story.begin()
    story.do("hold", MANAGER, reason="等待配件")
    clock.forward(days=1)
    story.do("handle", note="配件到了")
    assert not story.ticket.on_hold and story.ticket.pauses[0].ended_at == clock()
    assert story.newest("HANDLE").state == "met"


def test_who_may_hold_and_when(story):
    story.begin(signed=False)
    with pytest.raises(Conflict):
        story.do("hold", MANAGER, reason="等待配件")
    story.do("sign_in")
    for login in ("agent.2101", ATTENDANT):
        with pytest.raises(NotAllowed):
            story.do("hold", login, reason="等待配件")
    story.do("hold", "manager.2101", reason="等待配件")
    with pytest.raises(Conflict) as refusal:
        story.do("hold", MANAGER, reason="等待配件")
    assert refusal.value.code == "on_hold_already"


def test_the_problem_library_lists_what_is_on_hold(story, db, actor, clock):
    free = story.begin().ticket
    story.begin().do("hold", MANAGER, reason="等待配件")
    manager = actor("manager.210102")
    held, _ = list_tickets(db, manager, TicketFilter(on_hold=True))
    assert [ticket.number for ticket in held] == [story.ticket.number]
    first, cursor = list_tickets(db, manager, TicketFilter(), limit=1)
    then, last = list_tickets(db, manager, TicketFilter(), cursor, limit=1)
    assert [one.number for one in (*first, *then)] == [free.number, story.ticket.number] and last is None
    last_page, _ = list_tickets(db, manager, TicketFilter(), cursor, limit=2)
    assert [one.number for one in last_page] == [story.ticket.number]
