"""Another kind, category or urgency: a reason, deadlines from the true start, and what is late is acted on at once."""

from datetime import timedelta

import pytest

from dispatch.auditor import audit_page
from dispatch.errors import BadInput, Conflict, NotAllowed
from dispatch.working_time import in_beijing
from tests.acts import ATTENDANT

pytestmark = pytest.mark.database


def test_the_promise_counts_from_its_true_start(story, clock):
    story.begin()
    clock.forward(hours=1)
    event = story.do("change_urgency", "agent.2101", urgency="urgent", reason="停水，影响全楼")
    started = story.newest("HANDLE").started_at
    assert story.due() == story.ticket.due_at == started + timedelta(hours=24)
    assert story.newest("HANDLE").policy.startswith("HANDLE urgent")
    assert (event.detail["before"], event.detail["urgency"]) == ("ordinary", "urgent")
    assert [one["clock"] for one in event.detail["clocks"]] == ["CONTACT", "HANDLE"]


def test_a_deadline_that_has_passed_is_acted_on_at_once(story, db, config, clock):
    story.begin()
    started = clock()
    changed_at = clock.forward(hours=5)
    story.do("change_urgency", "agent.2101", urgency="emergency", reason="有人受伤")
    breach = next(one for one in story.events("escalate") if one.detail["clock"] == "HANDLE")
    assert breach.at == changed_at
    assert breach.detail["due_at"] == in_beijing(started + timedelta(hours=2))
    assert story.due() == started + timedelta(hours=2) and story.ticket.overdue
    assert breach.detail["region"] == "210102001001"
    assert len([one for one in story.events("escalate") if one.detail["clock"] == "HANDLE"]) == 1
    clock.forward(hours=1)  # the next half of the allowance, from the true deadline, lies here
    story.now_sweep()
    steps = [one.at for one in story.events("escalate") if one.detail["clock"] == "HANDLE"]
    assert steps == [changed_at, changed_at + timedelta(hours=1)]
    assert audit_page(db, clock(), config)[0] == []


def test_silence_moves_up_one_level_and_each_level_gets_its_time(story, clock):
    story.begin(signed=False)
    changed_at = clock.forward(hours=1)
    story.do("change_urgency", "agent.2101", urgency="emergency", reason="有人受伤")
    moved = [one for one in story.events("escalate") if one.detail["clock"] == "SIGN_IN"]
    assert [one.detail["region"] for one in moved] == ["210102001001"]
    assert story.due("SIGN_IN") == changed_at + timedelta(minutes=10)


def test_a_milder_urgency_takes_back_a_breach_that_is_none_any_more(story, db, config, clock):
    story.begin("emergency")
    clock.forward(hours=3)
    story.now_sweep()
    assert story.ticket.overdue
    story.do("change_urgency", "manager.210102", urgency="ordinary", reason="已无危险，只剩修复路面")
    assert not story.ticket.overdue and story.newest("HANDLE").state == "running" and story.ticket.light == "ok"
    clock.forward(days=9)
    story.now_sweep()
    assert audit_page(db, clock(), config)[0] == []


def test_pauses_and_extensions_are_kept(story, clock):
    story.begin()
    story.do("extend", reason="配件要订", amount=1)
    story.do("extend_approve", "manager.210102001001")
    story.do("hold", "manager.210102001001", reason="等待配件")
    clock.forward(days=1)
    story.do("resume", "manager.210102001001")
    story.do("change_category", "agent.2101", category="cityscape.illegal_building", reason="实为违建")
    started = story.newest("HANDLE").started_at
    assert story.due() == started + timedelta(days=23)  # 15 working days, one paused, one granted
    assert story.ticket.holder.code == "210102001001001"


def test_nothing_changes_without_a_reason_or_to_what_it_is(story):
    story.begin()
    with pytest.raises(BadInput) as refusal:
        story.do("change_kind", "agent.2101", kind="consultation")
    assert refusal.value.fields == {"reason": "missing"}
    with pytest.raises(Conflict):
        story.do("change_kind", "agent.2101", kind="complaint", reason="核对")
    for verb, value in (("change_kind", "rumour"), ("change_urgency", "soon"), ("change_category", "no.such")):
        with pytest.raises(BadInput):
            story.do(verb, "agent.2101", **{verb.removeprefix("change_"): value}, reason="核对")
    with pytest.raises(NotAllowed):
        story.do("change_kind", ATTENDANT, kind="help", reason="核对")
    story.do("change_kind", "agent.2101", kind="consultation", reason="市民说只是询问")
    assert story.ticket.kind == "consultation"
