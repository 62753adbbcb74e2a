"""Whatever was merged before: merge and unmerge leave every ticket of every cluster as it was."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.errors import DispatchError
from dispatch.models import Ticket
from dispatch.workflow import OPEN
from tests.desk import NEXT_CELL, Desk, attendant
from tests.world import CELLS_WEST

pytestmark = pytest.mark.database

acts = st.tuples(st.sampled_from(["merge", "unmerge"]), st.integers(0, 4), st.integers(0, 4))
PLACES = (CELLS_WEST, NEXT_CELL, "210102", None)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    places=st.lists(st.sampled_from(PLACES), min_size=5, max_size=5),
    signed=st.sets(st.integers(0, 4)),
    history=st.lists(acts, max_size=8),
    pair=st.tuples(st.integers(0, 4), st.integers(0, 4)),
    minutes=st.integers(0, 5),
)
def test_unmerge_gives_back_exactly_what_merge_found(db, config, actor, places, signed, history, pair, minutes):
    desk = Desk(db, config, actor)
    try:
        tickets = [desk.ticket(place) if place else desk.unplaced() for place in places]
        for one in signed:
            if tickets[one].status == "DISPATCHED":
                desk.do(
                    tickets[one],
                    "sign_in",
                    f"manager.{places[one]}" if len(places[one]) < 15 else attendant(places[one]),
                )
        for verb, one, other in history:
            attempt(desk, verb, tickets[one], tickets[other])
        ticket, into = (tickets[one] for one in pair)
        before = desk.state(*tickets)
        if attempt(desk, "merge", ticket, into):
            desk.now += timedelta(minutes=minutes)
            desk.do(ticket, "unmerge")
        assert desk.state(*tickets) == before
    finally:
        db.rollback()
        db.expunge_all()


def attempt(desk: Desk, verb: str, ticket: Ticket, into: Ticket) -> bool:
    try:
        desk.do(ticket, verb, **({"into": into.number} if verb == "merge" else {}))
    except DispatchError:
        return False
    assert all(each.status in OPEN for each in (ticket, into))
    return True
