"""Counters: rates with their interval, and what a new day and a new month begin anew."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.changes import number_events
from dispatch.commands import perform
from dispatch.counters import children_counters, counters_of, day_of, rate
from dispatch.intake import Complaint, receive
from dispatch.place import at_point, in_region
from grids.queries import centre_of, region_by_code
from grids.scope import CITIZEN
from tests.world import CELL_OF, CELLS_WEST, centre

HEPING = "21.2101.210102."
LAST_MINUTE = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)  # 23:59 in Beijing, the last day of the month


@pytest.mark.parametrize(
    ("met", "cases", "low", "high"),
    # Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_interval_equals_the_published_values(met, cases, low, high):
    found = rate(met, cases)
    assert (found["value"], found["cases"]) == (round(met / cases, 4), cases)
    assert (found["low"], found["high"]) == (pytest.approx(low, abs=6e-5), pytest.approx(high, abs=6e-5))


def test_three_of_three_does_not_outrank_950_of_1000():
    assert rate(3, 3)["value"] > rate(950, 1000)["value"]
    assert rate(3, 3)["low"] < rate(950, 1000)["low"]


def test_no_cases_have_no_rate():
    assert rate(0, 0) == {"value": None, "cases": 0, "low": None, "high": None}


@given(st.integers(1, 100_000).flatmap(lambda cases: st.tuples(st.integers(0, cases), st.just(cases))))
def test_interval_lies_around_the_rate_within_zero_and_one(case):
    found = rate(*case)
    assert 0 <= found["low"] <= found["value"] <= found["high"] <= 1


def test_a_day_begins_at_midnight_in_beijing():
    assert day_of(LAST_MINUTE) == date(2026, 11, 30)
    assert day_of(LAST_MINUTE + timedelta(minutes=1)) == date(2026, 12, 1)


@pytest.fixture
def case(db, config, actor):
    """case(at) -> a ticket in the western cell, received then; case.do(ticket, verb, login, at, **inputs)."""

    def make(at, place=None):
        complaint = Complaint("楼前垃圾没有清理", place=place or at_point(db, (*centre(), "wgs84")))
        return receive(db, complaint, centre_of(db, "2101"), actor("agent.2101"), at, config)

    def do(ticket, verb, login, at, **inputs):
        perform(db, ticket, verb, CITIZEN if login == "citizen" else actor(login), at, config, **inputs)
        db.flush()

    make.do = do
    return make


@pytest.fixture
def handled(case):
    """A ticket received, signed in, contacted and handled at one moment."""

    def make(at):
        ticket = case(at)
        for verb, inputs in (("sign_in", {}), ("contact", {}), ("handle", {"note": "已清理"})):
            case.do(ticket, verb, f"attendant.{CELLS_WEST}", at, **inputs)
        return ticket

    return make


@pytest.fixture
def counters(db):
    def read(at, path=HEPING):
        db.flush()
        while number_events(db):
            pass
        return counters_of(db, path, day_of(at))

    return read


@pytest.mark.database
def test_every_level_counts_its_subtree_and_no_sibling(db, case, counters):
    at = LAST_MINUTE
    for cell in CELL_OF.values():
        case(at, at_point(db, (*centre(cell), "wgs84")))
    case(at, in_region(db, "210102"))
    wanted = {"21.": 4, "21.2101.": 3, HEPING: 2, "21.2101.210103.": 1, "21.2102.": 1}
    assert {path: counters(at, path)["open"] for path in wanted} == wanted
    below = {
        child.code: found["open"] for child, found in children_counters(db, region_by_code(db, "2101"), day_of(at))
    }
    assert below == {"210102": 2, "210103": 1}


@pytest.mark.database
def test_a_region_without_tickets_counts_zero(counters):
    found = counters(LAST_MINUTE)
    assert (found["open"], found["overdue"], found["due_soon"]) == (0, 0, 0)
    assert set(found["by_status"].values()) == {0}
    assert found["rates"]["response"]["cases"] == 0


@pytest.mark.database
def test_the_day_begins_anew_and_what_is_open_stays(case, handled, counters):
    case(LAST_MINUTE)
    case.do(handled(LAST_MINUTE), "call_back", "agent.2101", LAST_MINUTE, resolved=True)
    assert counters(LAST_MINUTE)["today"] == {"received": 2, "closed": 1}
    tomorrow = counters(LAST_MINUTE + timedelta(minutes=1))
    assert (tomorrow["today"], tomorrow["open"]) == ({"received": 0, "closed": 0}, 1)


@pytest.mark.database
def test_rates_are_those_of_the_month_so_far(handled, case, counters):
    first = LAST_MINUTE - timedelta(days=29)
    case.do(handled(first), "call_back", "agent.2101", first, resolved=True, satisfaction=5)
    case.do(handled(LAST_MINUTE), "call_back", "agent.2101", LAST_MINUTE, resolved=False, satisfaction=2)
    told = {name: (one["value"], one["cases"]) for name, one in counters(LAST_MINUTE)["rates"].items()}
    assert told == {"response": (1.0, 2), "resolution": (0.5, 2), "satisfaction": (0.5, 2)}
    assert {one["cases"] for one in counters(first)["rates"].values()} == {1}
    assert {one["cases"] for one in counters(LAST_MINUTE + timedelta(minutes=1))["rates"].values()} == {0}


@pytest.mark.database
def test_a_late_contact_misses_the_response_rate(case, counters):
    ticket, late = case(LAST_MINUTE), LAST_MINUTE + timedelta(hours=24, minutes=1)
    case.do(ticket, "dispatch", "agent.2101", late, unit=CELLS_WEST)
    case.do(ticket, "sign_in", f"attendant.{CELLS_WEST}", late)
    case.do(ticket, "contact", f"attendant.{CELLS_WEST}", late)
    assert counters(late)["rates"]["response"] == rate(0, 1)


@pytest.mark.database
def test_a_second_rating_replaces_the_first(handled, case, counters):
    ticket = handled(LAST_MINUTE)
    case.do(ticket, "call_back", "agent.2101", LAST_MINUTE, resolved=True)
    case.do(ticket, "rate", "citizen", LAST_MINUTE, resolved=False, satisfaction=1)
    found = counters(LAST_MINUTE)
    assert (found["rates"]["resolution"], found["rates"]["satisfaction"]) == (rate(0, 1), rate(0, 1))
    assert found["today"]["closed"] == 1


@pytest.mark.database
def test_a_rating_of_the_next_month_corrects_the_month_of_the_first(handled, case, counters):
    ticket, other, next_month = handled(LAST_MINUTE), handled(LAST_MINUTE), LAST_MINUTE + timedelta(hours=1)
    case.do(ticket, "call_back", "agent.2101", LAST_MINUTE, resolved=True)
    case.do(other, "call_back", "agent.2101", next_month, resolved=False)
    case.do(ticket, "rate", "citizen", next_month, resolved=False, satisfaction=5)
    november, december = counters(LAST_MINUTE)["rates"], counters(next_month)["rates"]
    assert (november["resolution"], december["resolution"]) == (rate(0, 1), rate(0, 1))
    assert (november["satisfaction"]["cases"], december["satisfaction"]["cases"]) == (0, 1)


@pytest.mark.database
def test_what_happens_to_a_closed_ticket_closes_nothing_again(handled, case, counters):
    ticket = handled(LAST_MINUTE)
    case.do(ticket, "call_back", "agent.2101", LAST_MINUTE, resolved=True)
    case.do(ticket, "reveal", "agent.2101", LAST_MINUTE, reason="回访")
    assert counters(LAST_MINUTE)["today"]["closed"] == 1


@pytest.mark.database
def test_a_ticket_that_moves_leaves_its_old_district(db, case, counters):
    ticket = case(LAST_MINUTE)
    lon, lat = centre(CELL_OF["210202"])
    case.do(ticket, "relocate", "agent.21", LAST_MINUTE, lon=lon, lat=lat)
    assert [counters(LAST_MINUTE, path)["open"] for path in (HEPING, "21.2101.", "21.2102.", "21.")] == [0, 0, 1, 1]
