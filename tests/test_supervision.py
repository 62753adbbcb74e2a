"""Supervision asks for an answer; a random share of handled work is looked at again before it is closed."""

import pytest

from app.present import ticket_json
from dispatch.errors import BadInput, Conflict, NotAllowed
from dispatch.rechecks import drawn
from tests.acts import ATTENDANT

pytestmark = pytest.mark.database


@pytest.fixture
def looked_at(monkeypatch):
    monkeypatch.setattr("dispatch.rechecks.drawn", lambda number, percent: True)


def test_a_supervision_stands_until_it_is_answered(story, db, clock):
    story.begin()
    event = story.do("supervise", "manager.210102", reason="媒体关注")
    assert event.detail["region"] == "210102"
    told = ticket_json(db, story.ticket)
    assert (told["supervision"]["name"], told["supervision"]["reason"]) == ("manager 210102", "媒体关注")
    assert told["supervisor"]["unit"] == "210102"
    with pytest.raises(BadInput):
        story.do("answer_supervision")
    answered = story.do("answer_supervision", note="今晚完成")
    assert answered.detail["answers"]["unit"] == "210102"
    assert story.ticket.supervision is None
    with pytest.raises(Conflict):
        story.do("answer_supervision", note="再答")


def test_a_supervision_by_hand_does_not_shift_who_comes_next(story, clock):
    story.begin("emergency")
    story.do("supervise", "manager.2101", reason="重点地段")
    clock.forward(hours=2)
    story.now_sweep()
    breach = next(one for one in story.events("escalate") if one.detail["clock"] == "HANDLE")
    assert breach.detail["region"] == "210102001001"


def test_only_a_manager_above_the_holder_supervises(story):
    story.begin()
    for login in ("agent.2101", ATTENDANT):
        with pytest.raises(NotAllowed):
            story.do("supervise", login, reason="关注")


def test_an_urge_is_a_fact_for_holder_and_manager(story, db):
    story.begin()
    for _ in range(2):
        story.do("urge", "agent.2101", note="市民又来电")
    assert story.ticket.urges == 2 and story.ticket.attention == "watch"
    assert ticket_json(db, story.ticket)["urges"] == 2


def test_a_drawn_ticket_is_not_called_back_before_somebody_above_has_looked(story, looked_at):
    story.begin()
    story.do("handle", note="已修好")
    assert story.ticket.recheck == "due"
    with pytest.raises(Conflict) as refusal:
        story.do("call_back", "agent.2101", resolved=True)
    assert refusal.value.code == "recheck_first"
    with pytest.raises(NotAllowed):
        story.do("recheck", resolved=True)
    story.do("recheck", "manager.210102001001", resolved=True, note="现场已亮")
    assert story.ticket.recheck == "passed" and story.ticket.status == "HANDLED"
    story.do("call_back", "agent.2101", resolved=True)
    assert story.ticket.status == "CLOSED"


def test_a_rating_counts_at_once_and_closes_nothing_before_somebody_has_looked(story, looked_at):
    story.begin()
    story.do("handle", note="已修好")
    story.do("rate", "citizen", resolved=True, satisfaction=5)
    assert (story.ticket.status, story.ticket.satisfaction) == ("HANDLED", 5)
    assert [clock.kind for clock in story.ticket.clocks if clock.stopped_at is None] == ["CALL_BACK"]
    story.do("recheck", "manager.210102001001", resolved=True)
    assert story.ticket.status == "CLOSED"
    assert all(clock.stopped_at for clock in story.ticket.clocks)


def test_a_citizen_who_says_no_is_still_called_after_the_look(story, looked_at):
    story.begin()
    story.do("handle", note="已修好")
    story.do("rate", "citizen", resolved=False, satisfaction=1)
    story.do("recheck", "manager.210102001001", resolved=True)
    assert (story.ticket.status, story.ticket.recheck) == ("HANDLED", "passed")


def test_what_is_not_resolved_goes_back_to_the_holder(story, looked_at):
    story.begin()
    story.do("handle", note="已修好")
    with pytest.raises(BadInput):
        story.do("recheck", "manager.210102001001", resolved=False)
    story.do("recheck", "manager.210102001001", resolved=False, note="仍不亮")
    assert (story.ticket.status, story.ticket.recheck) == ("DISPATCHED", "failed")
    assert {clock.kind for clock in story.ticket.clocks if clock.stopped_at is None} == {"SIGN_IN", "CONTACT", "HANDLE"}


def test_an_emergency_is_not_delayed(story, looked_at):
    story.begin("emergency")
    story.do("handle", note="已围挡")
    assert story.ticket.recheck == ""


def test_the_number_decides_and_the_share_is_kept():
    numbers = [f"261123{serial:05d}" for serial in range(20_000)]
    share = sum(drawn(number, 5) for number in numbers) / len(numbers)
    assert 0.045 < share < 0.055
    assert [drawn(one, 5) for one in numbers[:50]] == [drawn(one, 5) for one in numbers[:50]]
    assert not any(drawn(one, 0) for one in numbers[:50]) and all(drawn(one, 100) for one in numbers[:50])
