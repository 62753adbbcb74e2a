"""Merging what tells one matter: everybody keeps their own, the work is done once, and a merge can be taken back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from dispatch.clusters import cluster_of, size_of
from dispatch.errors import BadInput, Conflict, NotAllowed
from dispatch.models import Event, Ticket
from dispatch.queries import allowed_verbs
from dispatch.workflow import TABLE
from tests.conftest import MONDAY
from tests.desk import NEXT_CELL, Desk, attendant
from tests.world import CELL_OF, CELLS_WEST

pytestmark = pytest.mark.database

LATER = MONDAY + timedelta(minutes=3)


@pytest.fixture
def desk(db: Any, config: Any, actor: Any) -> Desk:
    return Desk(db, config, actor)


def test_every_caller_keeps_number_deadline_and_call_back(desk: Desk) -> None:
    lead, other = desk.ticket(), desk.ticket(urgency="urgent")
    promise, number = other.due_at, other.number
    desk.now = LATER
    event = desk.merge(other, lead)
    assert (other.number, other.due_at, other.receiver_id) == (number, promise, lead.receiver_id)
    assert (other.lead, lead.lead, lead.repeats, other.repeats) == (lead.number, None, 1, 0)
    assert (event.verb, event.detail["into"]) == ("merge", lead.number)
    assert desk.verbs(lead)[-1] == "regroup" and desk.verbs(other)[-1] == "merge"


def test_the_handler_acts_once_and_each_caller_is_called_back(desk: Desk) -> None:
    lead, other = desk.ticket(), desk.ticket()
    desk.merge(other, lead)
    desk.do(lead, "sign_in", attendant())
    assert other.status == "SIGNED_IN"
    event = desk.do(lead, "handle", attendant(), note="灯泡已更换")
    assert (lead.status, other.status) == ("HANDLED", "HANDLED")
    assert event.detail["together"] == [other.number]
    told = desk.db.scalars(select(Event).where(Event.ticket_id == other.id).order_by(Event.id.desc())).first()
    assert (told.detail["note"], told.detail["with"]) == ("灯泡已更换", lead.number)
    desk.do(other, "call_back", resolved=False, satisfaction=2)
    assert (lead.status, lead.resolved, other.status, other.satisfaction) == ("HANDLED", None, "CLOSED", 2)


def test_each_deadline_is_met_or_missed_truly(desk: Desk) -> None:
    slow, quick = desk.ticket(), desk.ticket(urgency="emergency")
    desk.merge(quick, slow)
    desk.do(slow, "sign_in", attendant())
    desk.now = MONDAY + timedelta(hours=3)  # an emergency has two
    desk.do(slow, "handle", attendant(), note="已处理")
    states = {one.number: next(clock.state for clock in one.clocks if clock.kind == "HANDLE") for one in (slow, quick)}
    assert states == {slow.number: "met", quick.number: "breached"}


def test_a_call_to_one_citizen_is_no_call_to_another(desk: Desk) -> None:
    lead, other = desk.ticket(), desk.ticket()
    desk.merge(other, lead)
    desk.do(lead, "sign_in", attendant())
    desk.do(lead, "contact", attendant())
    running = {one.number: next(c for c in one.clocks if c.kind == "CONTACT").state for one in (lead, other)}
    assert running == {lead.number: "met", other.number: "running"}


def test_a_newcomer_joins_the_work_where_it_is(desk: Desk) -> None:
    lead, other, unplaced = desk.ticket(), desk.ticket(NEXT_CELL), desk.unplaced()
    desk.do(lead, "sign_in", attendant())
    for each in (other, unplaced):
        event = desk.merge(each, lead)
        assert (each.status, each.holder_id) == ("SIGNED_IN", lead.holder_id)
        assert event.detail["unit"] == lead.holder.code and each.route["rule"] == "cluster"
        assert not [c for c in each.clocks if c.kind in ("DISPATCH", "SIGN_IN") and c.stopped_at is None]
    desk.do(lead, "handle", attendant(), note="已处理")
    assert (other.status, unplaced.status) == ("HANDLED", "HANDLED")


def test_dispatching_the_lead_brings_the_others_along(desk: Desk) -> None:
    lead, other, unplaced = desk.unplaced(), desk.ticket(), desk.unplaced()
    desk.merge(other, lead)
    desk.merge(unplaced, lead)
    assert (other.status, unplaced.status) == ("DISPATCHED", "RECEIVED")
    desk.do(lead, "dispatch", unit="210102001")
    assert {each.holder.code for each in (lead, other, unplaced)} == {"210102001"}
    assert {each.status for each in (lead, other, unplaced)} == {"DISPATCHED"}


@pytest.mark.parametrize("verb", ["report_up", "give_back"])
def test_the_others_follow_to_the_new_holder_without_a_give_back_of_their_own(desk: Desk, verb: str) -> None:
    lead, other = desk.ticket(), desk.ticket()
    desk.merge(other, lead)
    desk.do(lead, verb, attendant(), reason="超出权限")
    assert other.holder_id == lead.holder_id and lead.holder.code != CELLS_WEST
    assert (other.status, other.give_backs, desk.verbs(other)[-1]) == ("DISPATCHED", 0, "dispatch")


def test_what_another_unit_has_signed_in_stays_with_it(desk: Desk) -> None:
    lead, other = desk.ticket(), desk.ticket(NEXT_CELL)
    for each, cell in ((lead, CELLS_WEST), (other, NEXT_CELL)):
        desk.do(each, "sign_in", attendant(cell))
    desk.merge(other, lead)
    event = desk.do(lead, "handle", attendant(), note="已处理")
    assert (other.status, other.holder.code) == ("SIGNED_IN", NEXT_CELL)
    assert event.detail["apart"] == [{"number": other.number, "status": "SIGNED_IN"}]


def test_repeats_raise_attention_and_move_no_deadline(desk: Desk) -> None:
    lead = desk.ticket()
    promise, seen = lead.due_at, []
    for _ in range(5):
        desk.merge(desk.ticket(), lead)
        seen.append(lead.attention)
    assert seen == ["", "watch", "watch", "watch", "pressing"]
    assert (lead.repeats, lead.due_at, lead.overdue) == (5, promise, False)
    assert size_of(desk.db, lead) == 6 and len(cluster_of(desk.db, desk.actor("agent.2101"), lead)) == 6


def test_clusters_join_and_part_again(desk: Desk) -> None:
    small, inner, big, outer = (desk.ticket() for _ in range(4))
    desk.merge(inner, small)
    desk.merge(outer, big)
    before = desk.state(small, inner, big, outer)
    desk.merge(small, inner_of(desk, big))
    assert {each.lead for each in (small, inner, outer)} == {big.number} and big.repeats == 3
    desk.do(small, "unmerge")
    assert desk.state(small, inner, big, outer) == before


def inner_of(desk: Desk, lead: Ticket) -> Ticket:
    """Another ticket of the cluster: whichever is named, the leading one leads."""
    return cluster_of(desk.db, desk.actor("agent.2101"), lead)[-1]


def test_a_leading_ticket_that_is_unmerged_lets_the_others_go(desk: Desk) -> None:
    lead, *others = (desk.ticket() for _ in range(3))
    before = desk.state(lead, *others)
    for other in others:
        desk.merge(other, lead)
    desk.do(lead, "unmerge")
    assert desk.state(lead, *others) == before


@pytest.mark.parametrize(
    ("pair", "code"),
    [
        (lambda a, b, c: (a, a), "merged_already"),  # itself
        (lambda a, b, c: (b, a), "merged_already"),  # again
        (lambda a, b, c: (a, b), "merged_already"),  # a circle
        (lambda a, b, c: (b, c), "merged_elsewhere"),
    ],
)
def test_what_cannot_be_merged_is_refused_and_changes_nothing(
    desk: Desk, pair: Callable[..., tuple[Ticket, Ticket]], code: str
) -> None:
    a, b, c = desk.ticket(), desk.ticket(), desk.ticket()
    desk.merge(b, a)
    before = desk.state(a, b, c)
    ticket, into = pair(a, b, c)
    with pytest.raises(Conflict) as refusal:
        desk.merge(ticket, into)
    assert refusal.value.code == code and desk.state(a, b, c) == before


def test_an_ended_matter_takes_no_more_in(desk: Desk) -> None:
    ended, other = desk.ticket(), desk.ticket()
    desk.do(ended, "answer", note="已答复")
    with pytest.raises(Conflict, match="merge_ended"):
        desk.merge(other, ended)
    with pytest.raises(Conflict, match="state_wrong"):
        desk.merge(ended, other)


def test_both_tickets_must_be_in_the_actors_scope(desk: Desk) -> None:
    west, east = desk.ticket(), desk.ticket(CELL_OF["210103"])
    with pytest.raises(BadInput, match="ticket_unknown"):
        desk.merge(west, east, "manager.210102")
    with pytest.raises(NotAllowed):
        desk.merge(west, east, attendant())
    desk.merge(west, east, "manager.2101")
    assert west.lead == east.number
    # The unit that works on the matter acts for a ticket that lies beyond its own region.
    desk.do(east, "sign_in", attendant(CELL_OF["210103"]))
    assert west.status == "SIGNED_IN"


def test_unmerge_is_offered_to_tickets_of_a_cluster_only(desk: Desk) -> None:
    lead, other, alone = desk.ticket(), desk.ticket(), desk.ticket()
    desk.merge(other, lead)
    agent = desk.actor("agent.2101")
    offered = [TABLE["unmerge"] in allowed_verbs(agent, each) for each in (lead, other, alone)]
    assert offered == [True, True, False]
    with pytest.raises(Conflict, match="not_merged"):
        desk.do(alone, "unmerge")


def test_what_was_worked_on_stays_as_it_is(desk: Desk) -> None:
    lead, other = desk.ticket(), desk.ticket(NEXT_CELL)
    desk.merge(other, lead)
    desk.do(lead, "sign_in", attendant())
    event = desk.do(other, "unmerge")
    assert (event.detail["restored"], other.status, other.holder_id) == (False, "SIGNED_IN", lead.holder_id)
    assert (other.lead, lead.repeats) == (None, 0)


def test_a_unit_is_not_blamed_for_the_time_while_another_had_it(desk: Desk) -> None:
    lead, other = desk.ticket(), desk.ticket(NEXT_CELL)
    desk.do(lead, "sign_in", attendant())
    desk.merge(other, lead)
    desk.now += timedelta(hours=3)  # more than half of the four to sign in
    event = desk.do(other, "unmerge")
    (sign_in,) = [clock for clock in other.clocks if clock.kind == "SIGN_IN" and clock.stopped_at is None]
    assert (event.detail["restored"], event.detail["afresh"], sign_in.started_at) == (True, "SIGN_IN", desk.now)
    assert (other.status, other.holder.code) == ("DISPATCHED", NEXT_CELL)


def test_what_was_due_on_the_leading_ticket_comes_first(desk: Desk) -> None:
    lead = desk.ticket(urgency="emergency")
    desk.now = MONDAY + timedelta(minutes=12)  # ten to sign in: the community's centre holds it by now
    other = desk.ticket()
    desk.merge(other, lead)
    times = list(desk.db.scalars(select(Event.at).where(Event.ticket_id == lead.id).order_by(Event.id)))
    assert times == sorted(times)
    assert other.holder_id == lead.holder_id and lead.holder.code == CELLS_WEST[:12]
