"""The rates: what makes a case, what corrects it, who answers for it, and that the past stays as it was known."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from dispatch.changes import number_events
from dispatch.commands import perform
from dispatch.config import shipped
from dispatch.counters import counters_of, day_of
from dispatch.errors import Conflict, NotAllowed, NotFound
from dispatch.escalation import advance
from dispatch.intake import Complaint, receive
from dispatch.models import Event
from dispatch.place import at_point
from dispatch.queries import allowed_verbs
from dispatch.rate_span import Asked
from dispatch.rate_table import lines_of, shares_of, tickets_of
from dispatch.rates import NAMES, THREE, read_rates
from grids.queries import centre_of, region_by_code, unit_by_code
from grids.scope import CITIZEN
from tests.rate_replay import replay
from tests.test_rates_properties import ledger
from tests.world import CELL_OF, CELLS_WEST, centre

pytestmark = pytest.mark.database

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
OTHER = CELL_OF["210103"]


class Desk:
    """Tickets in one transaction: received, worked on by whoever may, counted as of any moment."""

    def __init__(self, db, config, actor):
        self.db, self.config, self.actor, self.tickets = db, config, actor, []

    def receive(self, at=MONDAY, cell=CELLS_WEST, **more):
        complaint = Complaint("楼前垃圾没有清理", place=at_point(self.db, (*centre(cell), "wgs84")), **more)
        ticket = receive(self.db, complaint, centre_of(self.db, "2101"), self.actor("agent.2101"), at, self.config)
        self.tickets.append(ticket)
        return ticket

    def do(self, ticket, verb, at=MONDAY, login=None, **inputs):
        who = CITIZEN if login == "citizen" else self.actor(login or f"attendant.{CELLS_WEST}")
        perform(self.db, ticket, verb, who, at, self.config, **inputs)
        self.db.flush()

    def handle(self, ticket, at=MONDAY):
        self.do(ticket, "sign_in", at)
        self.do(ticket, "handle", at, note="已清理")

    def closed(self, at=MONDAY, resolved=True, satisfaction=5, **more):
        ticket = self.receive(at, **more)
        self.handle(ticket, at)
        self.do(ticket, "call_back", at, "agent.2101", resolved=resolved, satisfaction=satisfaction)
        return ticket

    def asked(self, as_of, region="21", **more):
        last = day_of(as_of)
        return Asked(region_by_code(self.db, region), last - timedelta(days=60), last, as_of, **more)

    def count(self, as_of, region="21", **more):
        """{rate: (met, cases)} of those that have cases; checked against the recount of the events."""
        self.db.flush()
        found: Counter = Counter()
        for ticket in self.tickets:
            query = select(Event).where(Event.ticket_id == ticket.id, Event.recorded_at <= as_of).order_by(Event.id)
            found.update(replay(ticket, self.db.scalars(query).all()))
        assert ledger(self.db, as_of) == found
        shares = shares_of(self.db, self.asked(as_of, region, **more), self.config.rates)
        return {name: (shares[name].met, shares[name].cases) for name in NAMES if shares[name].cases}


@pytest.fixture
def desk(db, config, actor):
    return Desk(db, config, actor)


def test_a_life_without_fault_is_a_case_of_every_rate(desk):
    desk.closed()
    assert desk.count(MONDAY) == {
        "response": (1, 1), "on_time": (1, 1), "redispatch": (0, 1), "first_call": (0, 1),
        "resolution": (1, 1), "satisfaction": (1, 1), "reopen": (0, 1),
    }  # fmt: skip


def test_a_deadline_that_passes_in_silence_is_a_case_at_that_moment(desk, db, config):
    ticket = desk.receive()
    due = max(clock.due_at for clock in ticket.clocks if clock.kind in ("CONTACT", "HANDLE"))
    assert desk.count(MONDAY) == {}
    advance(db, ticket, due, config)
    assert desk.count(due) == {"response": (0, 1), "on_time": (0, 1)}
    assert desk.count(due - timedelta(seconds=1)) == {"on_time": (0, 1)}  # rubbish: four working hours
    advance(db, ticket, due + HOUR, config)
    desk.do(ticket, "sign_in", due + HOUR, f"manager.{ticket.holder.code}")
    desk.do(ticket, "handle", due + HOUR, f"manager.{ticket.holder.code}", note="已清理")
    found = desk.count(due + HOUR)
    assert (found["response"], found["on_time"]) == ((0, 1), (0, 1))


def test_an_answer_on_the_call_is_the_desks_and_settles_it_at_once(desk, db):
    ticket = desk.receive()
    desk.do(ticket, "answer", MONDAY, "agent.2101", note="明天上门")
    assert desk.count(MONDAY)["first_call"] == (1, 1)
    assert desk.count(MONDAY, unit=unit_by_code(db, CELLS_WEST)) == {}
    assert desk.count(MONDAY, unit=unit_by_code(db, "2101"))["response"] == (1, 1)


def test_what_did_not_come_by_telephone_is_no_case_of_the_first_call(desk):
    desk.closed(channel="snap")
    assert "first_call" not in desk.count(MONDAY)


def test_a_rejected_ticket_is_a_case_of_none(desk):
    desk.do(desk.receive(), "reject", MONDAY, "agent.2101", reason="法院正在审理", turn_to="人民法院")
    assert desk.count(MONDAY) == {}


def test_what_was_given_back_was_not_well_dispatched(desk):
    ticket = desk.receive()
    desk.do(ticket, "give_back", MONDAY, reason="不归本网格")
    desk.do(ticket, "dispatch", MONDAY, "manager.210102", unit=CELLS_WEST)
    desk.handle(ticket)
    desk.closed()
    assert desk.count(MONDAY)["redispatch"] == (1, 2)


def test_a_reopened_ticket_is_said_of_the_day_of_its_closing(desk):
    ticket, later = desk.closed(), MONDAY + timedelta(days=3)
    desk.do(ticket, "reopen", later, "citizen", reason="又堆满了")
    assert (desk.count(later - HOUR)["reopen"], desk.count(later)["reopen"]) == ((0, 1), (1, 1))
    only_then = Asked(region_by_code(desk.db, "21"), day_of(later), day_of(later), later)
    assert shares_of(desk.db, only_then, desk.config.rates)["reopen"].cases == 0


def test_a_second_rating_corrects_the_first_and_the_past_still_tells_the_first(desk):
    ticket, later = desk.closed(), MONDAY + 2 * HOUR
    desk.do(ticket, "rate", later, "citizen", resolved=False, satisfaction=1)
    before, after = desk.count(later - HOUR), desk.count(later)
    assert (before["resolution"], before["satisfaction"]) == ((1, 1), (1, 1))
    assert (after["resolution"], after["satisfaction"]) == ((0, 1), (0, 1))


def test_cases_follow_a_ticket_whose_place_is_corrected(desk, db):
    ticket, later = desk.receive(), MONDAY + HOUR
    desk.do(ticket, "sign_in", MONDAY)
    desk.do(ticket, "contact", MONDAY)
    lon, lat = centre(OTHER)
    desk.do(ticket, "relocate", later, "manager.2101", lon=lon, lat=lat)
    assert desk.count(MONDAY, "210102") == {"response": (1, 1)}
    assert desk.count(later, "210102") == {}
    assert desk.count(later, "210103") == desk.count(later, "2101") == {"response": (1, 1)}
    same_as_live(desk, later, "21", "2101", "210102", "210103")


def test_a_missed_contact_that_an_unmerge_takes_away_is_taken_back(desk, db, config):
    lead = desk.receive()
    complaint = Complaint("楼道里有人堆放旧家具", urgency="ordinary", category="")
    other = receive(db, complaint, centre_of(db, "2101"), desk.actor("agent.2101"), MONDAY, config)
    desk.tickets.append(other)
    desk.do(lead, "sign_in", MONDAY)
    desk.do(lead, "contact", MONDAY)
    desk.do(other, "merge", MONDAY, "agent.2101", into=lead.number)
    due = next(clock.due_at for clock in other.clocks if clock.kind == "CONTACT")
    advance(db, other, due, config)
    assert desk.count(due)["response"] == (1, 2)
    desk.do(other, "unmerge", due, "agent.2101")
    assert other.status == "RECEIVED"
    assert desk.count(due)["response"] == (1, 1)
    same_as_live(desk, due, "21", "2101")


def same_as_live(desk, at, *codes):
    while number_events(desk.db):
        pass
    for code in codes:
        region = region_by_code(desk.db, code)
        today = day_of(at)
        shares = shares_of(desk.db, Asked(region, today.replace(day=1), today, at), desk.config.rates)
        live = counters_of(desk.db, region.path, today)["rates"]
        assert [shares[name].cases for name in THREE] == [live[name]["cases"] for name in THREE], code


def test_exclusion_is_asked_by_the_holder_and_approved_above(desk, actor):
    ticket, later = desk.closed(resolved=False, satisfaction=1), MONDAY + HOUR
    with pytest.raises(NotAllowed):
        desk.do(ticket, "exclude", MONDAY, "manager.2101", reason="不可抗力")
    desk.do(ticket, "exclude", MONDAY, reason="台风，全区停工")
    assert ticket.exclusion == "asked" and desk.count(MONDAY)["resolution"] == (0, 1)
    above, beside = actor("manager.210102001001"), actor(f"attendant.{CELLS_WEST}")
    assert (verbs_of(above, ticket), verbs_of(beside, ticket)) == ({"exclude_approve", "exclude_refuse"}, set())
    for who, refusal in ((f"attendant.{CELLS_WEST}", NotAllowed), ("manager.210103", NotFound)):
        with pytest.raises(refusal):
            desk.do(ticket, "exclude_approve", later, who)
    desk.do(ticket, "exclude_approve", later, "manager.210102001001")
    assert desk.count(later) == {} and desk.count(later - timedelta(minutes=1))["resolution"] == (0, 1)
    same_as_live(desk, later, "21", "2101", "210102")
    desk.do(ticket, "rate", later + HOUR, "citizen", resolved=True, satisfaction=5)
    desk.do(ticket, "reopen", later + HOUR, "citizen", reason="又来了")
    assert desk.count(later + HOUR) == {}
    with pytest.raises(Conflict, match="exclusion_approved"):
        desk.do(ticket, "exclude", later + HOUR, reason="再次申请")


def test_nobody_decides_for_their_own_rates(desk):
    ticket = desk.receive()
    desk.do(ticket, "dispatch", MONDAY, "manager.210102", unit="210102001")
    desk.do(ticket, "exclude", MONDAY, "manager.210102001", reason="不可抗力")
    with pytest.raises(NotAllowed, match="exclusion_above"):
        desk.do(ticket, "exclude_approve", MONDAY, "manager.210102001")
    desk.do(ticket, "dispatch", MONDAY, "manager.210102", unit=CELLS_WEST)
    with pytest.raises(Conflict, match="exclusion_above"):
        desk.do(ticket, "exclude_approve", MONDAY, "manager.210102001")
    desk.do(ticket, "exclude_approve", MONDAY, "manager.210102")


def verbs_of(who, ticket):
    return {row.name for row in allowed_verbs(who, ticket) if row.name.startswith("exclude_")}


def test_a_refused_exclusion_changes_no_rate_and_may_be_asked_again(desk):
    ticket = desk.closed()
    before = desk.count(MONDAY)
    desk.do(ticket, "exclude", MONDAY, reason="不可抗力")
    with pytest.raises(Conflict, match="exclusion_asked"):
        desk.do(ticket, "exclude", MONDAY, reason="不可抗力")
    desk.do(ticket, "exclude_refuse", MONDAY, "manager.210102", reason="当天没有停工")
    with pytest.raises(Conflict, match="exclusion_not_asked"):
        desk.do(ticket, "exclude_approve", MONDAY, "manager.210102")
    assert (ticket.exclusion, desk.count(MONDAY)) == ("refused", before)
    desk.do(ticket, "exclude", MONDAY, reason="补充证明")
    assert ticket.exclusion == "asked"


def test_tables_are_by_child_unit_and_category_and_never_lose_a_case(desk, db, config):
    for _ in range(2):
        desk.closed()
    desk.do(desk.receive(cell=OTHER, category="light"), "answer", MONDAY, "agent.2101", note="已答复")
    wanted = {
        "region": {"210102": 2, "210103": 1},
        "unit": {CELLS_WEST: 2, "2101": 1},
        "category": {(desk.tickets[0].category or "-").split(".")[0]: 2, "light": 1},
    }
    for by, lines in wanted.items():
        found = lines_of(db, desk.asked(MONDAY, "2101"), config.rates, by)
        assert {line.code: line.shares["response"].cases for line in found} == lines, by
        assert {line.rank for line in found} == {None}
    assert desk.count(MONDAY, category="light")["response"] == (1, 1)


def test_the_tickets_of_a_figure_are_exactly_those(desk, db, actor):
    good, bad = desk.closed(), desk.closed(resolved=False, satisfaction=2)
    asked = desk.asked(MONDAY, "2101")

    def numbers(met, who="manager.2101"):
        return [number for _, number, _, _ in tickets_of(db, actor(who), asked, "resolution", met)]

    assert (numbers(None), numbers(True), numbers(False)) == ([good.number, bad.number], [good.number], [bad.number])
    assert numbers(None, "manager.210103") == []


def test_the_definitions_that_ship_are_complete():
    rates = read_rates(shipped("rates"))
    assert list(rates.rates) == list(NAMES) and set(rates.weights) == set(THREE)
    assert sum(rates.weights.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("rate,response,many,high,a,b", "no number"),
        ("rate,luck,1,high,a,b", "cannot be read"),
        ("rate,response,1,best,a,b", "cannot be read"),
        ("rate,response,1,high,a,b", "no row for"),
    ],
)
def test_rows_that_make_no_sense_are_refused(row, fault):
    with pytest.raises(ValueError, match=fault):
        read_rates(f"what,name,value,better,definition,definition_en\n{row}\n")
