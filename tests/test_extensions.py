"""Extensions: asked for in time, granted by somebody above, twice at most, and the ledger says who and why."""

from datetime import timedelta

import pytest

from app.api.ledgers import deadline_of
from dispatch.auditor import audit_page
from dispatch.errors import BadInput, Conflict, NotAllowed, NotFound
from tests.acts import ATTENDANT

pytestmark = pytest.mark.database
ABOVE = "manager.210102001001"


def test_asking_moves_nothing_and_approval_moves_the_promise(story, db, clock):
    story.begin()
    before = story.due()
    asked = story.do("extend", reason="配件要订", amount=2)
    assert story.due() == before and story.ticket.extension_asked and asked.detail["granted"] is False
    clock.forward(hours=1)
    story.do("extend_approve", ABOVE, reason="情况属实")
    assert story.due() == story.ticket.due_at == before + timedelta(days=2)
    assert not story.ticket.extension_asked and story.ticket.extended == 1
    ledger = deadline_of(db, story.newest("HANDLE"))
    granted = next(segment for segment in ledger.segments if segment.kind == "extension")
    assert (granted.by, granted.reason, granted.added) == ("manager 210102001001", "配件要订", 900)
    assert ledger.due_at == story.due()


def test_a_refusal_leaves_the_promise_and_needs_a_reason(story):
    before = story.begin().due()
    story.do("extend", reason="配件要订", amount=2)
    with pytest.raises(BadInput):
        story.do("extend_refuse", ABOVE)
    story.do("extend_refuse", ABOVE, reason="有现货")
    assert story.due() == before and not story.ticket.extension_asked
    row = story.ticket.extensions[0]
    assert (row.state, row.decided_by, row.decision) == ("refused", "manager 210102001001", "有现货")


def test_a_manager_above_grants_at_once_in_any_measure(story):
    before = story.begin("urgent").due()
    event = story.do("extend", "manager.210102", reason="管线复杂", amount=6, measure="hours")
    assert event.detail["granted"] is True
    assert story.due() == before + timedelta(hours=6)


def test_twice_at_most_and_one_at_a_time(story):
    story.begin()
    story.do("extend", reason="一", amount=1)
    with pytest.raises(Conflict) as refusal:
        story.do("extend", reason="又", amount=1)
    assert refusal.value.code == "extension_asked_already"
    story.do("extend_approve", ABOVE)
    story.do("extend", ABOVE, reason="二", amount=1)
    with pytest.raises(Conflict) as refusal:
        story.do("extend", reason="三", amount=1)
    assert refusal.value.code == "extend_spent"


def test_after_the_deadline_it_is_too_late(story, clock):
    story.begin("emergency")
    clock.forward(hours=2, minutes=1)
    with pytest.raises(Conflict) as refusal:
        story.do("extend", reason="晚了", amount=1, measure="hours")
    assert refusal.value.code == "extend_late"


def test_warnings_are_said_again_where_the_share_is_reached_again(story, db, config, clock):
    story.begin("emergency")
    clock.forward(minutes=70)  # past the half of two hours
    story.do("extend", "manager.210102", reason="管线复杂", amount=2, measure="hours")
    assert story.ticket.light == "ok"
    clock.forward(hours=6)
    story.now_sweep()
    said = [one.detail["percent"] for one in story.events("warn") if one.detail["clock"] == "HANDLE"]
    assert said == [50, 50, 80]
    assert audit_page(db, clock(), config)[0] == []


@pytest.mark.parametrize("amount", [0, -1, 1001, "two", 1.5])
def test_an_amount_is_a_whole_number(story, amount):
    story.begin()
    with pytest.raises(BadInput) as refusal:
        story.do("extend", reason="配件要订", amount=amount)
    assert refusal.value.fields == {"amount": "no_amount"}


def test_nobody_decides_for_themselves(story):
    story.begin()
    story.do("extend", reason="配件要订", amount=1)
    for login, refusal in (("manager.210103", NotFound), ("agent.2101", NotAllowed), (ATTENDANT, NotAllowed)):
        with pytest.raises(refusal):
            story.do("extend_approve", login)


def test_what_is_asked_for_lapses_when_the_matter_is_handled(story):
    story.begin()
    story.do("extend", reason="配件要订", amount=1)
    story.do("handle", note="已修好")
    assert [row.state for row in story.ticket.extensions] == ["lapsed"] and not story.ticket.extension_asked
