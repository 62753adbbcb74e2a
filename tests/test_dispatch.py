"""The life of a ticket, from receiving to closing, and every refusal on the way."""

from datetime import timedelta

import pytest

from dispatch.clocks import latest
from dispatch.commands import perform
from dispatch.errors import BadInput, Conflict, NotAllowed, NotFound
from dispatch.intake import Complaint, receive
from dispatch.models import Ticket
from dispatch.place import at_point, in_region
from dispatch.queries import allowed_verbs, timeline
from grids.queries import centre_of
from grids.scope import CITIZEN
from tests.world import CELLS_WEST, centre

pytestmark = pytest.mark.database


@pytest.fixture
def ticket(db, config, actor, clock) -> Ticket:
    """An ordinary matter in the western cell, received by the city's agent and dispatched to the cell."""
    complaint = Complaint("楼前垃圾没有清理", kind="complaint", place=at_point(db, (*centre(), "wgs84")))
    return receive(db, complaint, centre_of(db, "2101"), actor("agent.2101"), clock(), config)


@pytest.fixture
def do(db, ticket, config, actor, clock):
    def doing(verb, login, **inputs):
        who = CITIZEN if login == "citizen" else actor(login)
        event = perform(db, ticket, verb, who, clock(), config, **inputs)
        db.flush()
        return event

    return doing


def test_ordinary_matter_goes_straight_to_the_cell(db, ticket):
    assert ticket.status == "DISPATCHED"
    assert ticket.holder.code == CELLS_WEST
    assert [event.verb for event in timeline(db, ticket)] == ["receive", "dispatch"]
    assert [step["code"] for step in timeline(db, ticket)[1].detail["path"]] == [
        "21", "2101", "210102", "210102001", "210102001001", CELLS_WEST,
    ]  # fmt: skip
    assert {clock.kind: clock.state for clock in latest(ticket)} == {
        "DISPATCH": "met", "SIGN_IN": "running", "CONTACT": "running", "HANDLE": "running",
    }  # fmt: skip


def test_whole_life(db, ticket, do, clock):
    do("sign_in", f"attendant.{CELLS_WEST}")
    do("contact", f"attendant.{CELLS_WEST}", note="已通话")
    clock.forward(hours=3)
    lon, lat = centre()
    event = do("handle", f"attendant.{CELLS_WEST}", note="已清理", lon=lon, lat=lat)
    assert ticket.status == "HANDLED"
    assert event.detail["distance_m"] == 0
    do("call_back", "agent.2101", resolved=True, satisfaction=5)
    assert ticket.status == "CLOSED"
    assert {clock.kind: clock.state for clock in latest(ticket)} == dict.fromkeys(
        ("DISPATCH", "SIGN_IN", "CONTACT", "HANDLE", "CALL_BACK"), "met"
    )
    assert all(clock.next_at is None for clock in ticket.clocks)


def test_only_the_holder_signs_in(do, ticket):
    with pytest.raises(NotFound):
        do("sign_in", "attendant.210102001001002")
    with pytest.raises(NotAllowed):
        do("sign_in", "manager.210102")
    with pytest.raises(NotAllowed):
        do("sign_in", "agent.2101")


def test_sibling_districts_see_nothing(do):
    with pytest.raises(NotFound):
        do("note", "manager.210103", note="?")


def test_wrong_state_and_stale_version(do, ticket):
    with pytest.raises(Conflict) as wrong:
        do("handle", f"attendant.{CELLS_WEST}", note="x")
    assert wrong.value.code == "state_wrong"
    seen = ticket.version
    do("sign_in", f"attendant.{CELLS_WEST}", version=seen)
    with pytest.raises(Conflict) as stale:
        do("contact", f"attendant.{CELLS_WEST}", version=seen)
    assert stale.value.code == "version_stale"


def test_missing_and_unknown_inputs(do):
    do("sign_in", f"attendant.{CELLS_WEST}")
    with pytest.raises(BadInput) as missing:
        do("handle", f"attendant.{CELLS_WEST}")
    assert missing.value.fields == {"note": "missing"}
    with pytest.raises(BadInput):
        do("handle", f"attendant.{CELLS_WEST}", note="x", status="CLOSED")


def test_report_up_makes_the_parent_the_holder(do, ticket):
    do("sign_in", f"attendant.{CELLS_WEST}")
    event = do("report_up", f"attendant.{CELLS_WEST}", reason="需要车辆")
    assert (ticket.status, ticket.holder.code) == ("DISPATCHED", "210102001001")
    assert event.detail["region"] == "210102001001"
    assert next(clock for clock in latest(ticket) if clock.kind == "SIGN_IN").state == "running"


def test_give_back_twice_then_the_district_decides(do, ticket):
    do("give_back", f"attendant.{CELLS_WEST}", reason="不归我管")
    assert ticket.holder.code == "210102001001"
    do("give_back", "manager.210102001001", reason="也不归我管")
    assert ticket.holder.code == "210102"
    do("dispatch", "manager.210102", unit="210102002")
    with pytest.raises(Conflict) as spent:
        do("give_back", "manager.210102002", reason="还是不归我管")
    assert spent.value.code == "give_back_spent"


def test_give_back_is_refused_after_two_working_days(do, clock):
    clock.forward(days=3)
    with pytest.raises((Conflict, NotFound, NotAllowed)) as late:
        do("give_back", f"attendant.{CELLS_WEST}", reason="不归我管")
    assert late.value.code in ("give_back_late", "not_the_holder")


def test_dispatch_stays_in_the_actors_own_subtree(do):
    with pytest.raises(BadInput):
        do("dispatch", "manager.210102", unit="210103")
    with pytest.raises(BadInput):
        do("dispatch", "manager.210102", unit="no such unit")


def test_redo_gives_a_fresh_handling_clock(do, ticket, clock):
    do("sign_in", f"attendant.{CELLS_WEST}")
    do("handle", f"attendant.{CELLS_WEST}", note="已清理")
    first = ticket.due_at
    clock.forward(hours=1)
    do("redo", "agent.2101", reason="没有清理干净")
    assert ticket.status == "DISPATCHED"
    handle = next(clock for clock in latest(ticket) if clock.kind == "HANDLE")
    assert handle.state == "running" and handle.started_at == clock()
    assert ticket.due_at != first


def test_citizen_rates_reopens_and_is_refused_after_fifteen_days(do, ticket, clock):
    do("sign_in", f"attendant.{CELLS_WEST}")
    do("handle", f"attendant.{CELLS_WEST}", note="已清理")
    do("rate", "citizen", resolved=True, satisfaction=4)
    assert ticket.status == "CLOSED"
    clock.forward(days=14)
    do("reopen", "citizen", reason="又堆了")
    assert (ticket.status, ticket.reopens) == ("DISPATCHED", 1)


def test_reopen_after_fifteen_days_is_refused(do, clock):
    do("sign_in", f"attendant.{CELLS_WEST}")
    do("handle", f"attendant.{CELLS_WEST}", note="已清理")
    do("rate", "citizen", resolved=True)
    clock.forward(days=15, seconds=1)
    with pytest.raises(Conflict) as late:
        do("reopen", "citizen", reason="又堆了")
    assert late.value.code == "reopen_late"


def test_satisfaction_is_one_of_five_grades(do):
    do("sign_in", f"attendant.{CELLS_WEST}")
    do("handle", f"attendant.{CELLS_WEST}", note="已清理")
    with pytest.raises(BadInput) as wrong:
        do("call_back", "agent.2101", resolved=True, satisfaction=6)
    assert wrong.value.fields == {"satisfaction": "one_to_five"}


def test_relocate_routes_anew_and_keeps_the_promise(db, do, ticket):
    promised, contact = ticket.due_at, [clock for clock in ticket.clocks if clock.kind == "CONTACT"]
    do("sign_in", f"attendant.{CELLS_WEST}")
    lon, lat = centre("210102002001002")
    event = do("relocate", "manager.210102", lon=lon, lat=lat, reason="地点报错")
    assert (ticket.region.code, ticket.holder.code, ticket.status) == (
        "210102002001002", "210102002001002", "DISPATCHED",
    )  # fmt: skip
    assert ticket.due_at == promised
    assert [clock for clock in ticket.clocks if clock.kind == "CONTACT"] == contact
    assert event.from_path == "21.2101.210102.210102001.210102001001.210102001001001."


def test_relocate_outside_the_province_is_refused(do, ticket):
    with pytest.raises(BadInput) as outside:
        do("relocate", "manager.210102", lon=116.4, lat=39.9)
    assert outside.value.code == "outside_province"
    assert ticket.region.code == CELLS_WEST


def test_answer_and_reject(db, config, actor, clock):
    for verb, inputs, status in (
        ("answer", {"note": "按规定可以退费", "article": "0112"}, "CLOSED"),
        ("reject", {"reason": "法院正在审理", "turn_to": "人民法院"}, "REJECTED"),
    ):
        complaint = Complaint("咨询供热费怎么退", kind="consultation", place=in_region(db, "210102"))
        ticket = receive(db, complaint, centre_of(db, "2101"), actor("agent.2101"), clock(), config)
        perform(db, ticket, verb, actor("agent.2101"), clock(), config, **inputs)
        assert ticket.status == status
        assert allowed_verbs(actor("agent.2101"), ticket) == [
            row for row in allowed_verbs(actor("agent.2101"), ticket) if row.name in ("reveal", "blur")
        ]


def test_coarse_place_is_held_by_its_own_centre(db, config, actor, clock):
    complaint = Complaint("路上有积水", place=in_region(db, "210102"))
    ticket = receive(db, complaint, centre_of(db, "2101"), actor("agent.2101"), clock(), config)
    assert (ticket.holder.code, ticket.status) == ("210102", "DISPATCHED")
    assert ticket.lon is None


def test_unknown_place_stays_with_the_receiving_centre(db, config, actor, clock):
    ticket = receive(db, Complaint("楼前垃圾没有清理"), centre_of(db, "2101"), actor("agent.2101"), clock(), config)
    assert (ticket.holder.code, ticket.status) == ("2101", "RECEIVED")
    lon, lat = centre()
    perform(db, ticket, "relocate", actor("agent.2101"), clock(), config, lon=lon, lat=lat)
    assert (ticket.holder.code, ticket.status) == (CELLS_WEST, "DISPATCHED")


def test_heating_goes_to_the_supplier_whose_area_covers_the_point(db, config, actor, clock):
    complaint = Complaint("暖气不热", category="heat.indoor", place=at_point(db, (*centre(), "wgs84")))
    ticket = receive(db, complaint, centre_of(db, "2101"), actor("agent.2101"), clock(), config)
    assert ticket.holder.code == "210102-heat"
    assert ticket.route["rule"] == "direct_heat" and "和平区供热单位" in ticket.route["reason"]
    other = Complaint("暖气不热", category="heat.indoor", place=at_point(db, (*centre("210102002001001"), "wgs84")))
    elsewhere = receive(db, other, centre_of(db, "2101"), actor("agent.2101"), clock(), config)
    assert elsewhere.holder.code != "210102-heat"


def test_held_tickets_are_seen_beyond_the_own_region(db, config, actor, clock):
    complaint = Complaint("暖气不热", category="heat.indoor", place=at_point(db, (*centre(), "wgs84")))
    ticket = receive(db, complaint, centre_of(db, "2101"), actor("agent.2101"), clock(), config)
    perform(db, ticket, "sign_in", actor("attendant.210102-heat"), clock() + timedelta(minutes=1), config)
    assert ticket.status == "SIGNED_IN"


def test_heating_known_only_to_the_community_goes_to_the_supplier_that_covers_all_of_it(db, config, actor, clock):
    for code, holder in (("210102001001", "210102-heat"), ("210102001", "210102-heat"), ("210102002001", "210102")):
        complaint = Complaint("暖气不热", category="heat.indoor", place=in_region(db, code))
        ticket = receive(db, complaint, centre_of(db, "2101"), actor("agent.2101"), clock(), config)
        assert ticket.holder.code == holder


def test_a_unit_is_named_by_its_code_or_by_its_id(db, do, ticket):
    street = centre_of(db, "210102001")
    do("dispatch", "manager.210102", unit=street.id)
    assert ticket.holder.code == "210102001"
    do("dispatch", "manager.210102", unit=CELLS_WEST)
    assert ticket.holder.code == CELLS_WEST
