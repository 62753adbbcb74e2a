"""Scope: the rule in Python and the rule in SQL say the same, for every pair of regions and every member of staff."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from dispatch.intake import Complaint, receive
from dispatch.models import Ticket
from dispatch.place import in_region
from grids.models import Region, Staff
from grids.queries import centre_of
from grids.scope import Actor, covers, seen_by, sees, within
from tests.world import planned

PATHS = sorted(str(row["path"]) for row in planned().regions)
codes = st.text("0129", min_size=1, max_size=4)
invented = st.lists(codes, min_size=1, max_size=4).map(lambda parts: ".".join(parts) + ".")
paths = st.one_of(st.sampled_from(PATHS), invented)


@pytest.mark.database
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(path=st.one_of(st.none(), st.just(""), paths))
def test_covers_and_within_agree(db, path):
    by_sql = set(db.scalars(select(Region.path).where(within(Region.path, path))))
    assert by_sql == {one for one in PATHS if covers(path, one)}


@given(above=paths, below=paths)
def test_a_subtree_holds_itself_and_what_is_below(above, below):
    assert covers(above, above)
    assert covers(above, above + below)
    assert covers(above, below) == (below[: len(above)] == above)


@pytest.mark.database
def test_lists_and_objects_agree_for_every_member_of_staff(db, config, actor, clock):
    for code in ("21", "2101", "210102", "210103", "210202", "210102001001001", "210102002"):
        complaint = Complaint("路灯不亮", place=in_region(db, code))
        receive(db, complaint, centre_of(db, "21"), actor("agent.21"), clock(), config)
    tickets = list(db.scalars(select(Ticket)))
    assert len(tickets) == 7
    for staff in db.scalars(select(Staff)):
        who = Actor(staff.login, staff.role, path=staff.region.path if staff.region else None, unit_id=staff.unit_id)
        listed = set(db.scalars(select(Ticket.id).where(seen_by(who, Ticket))))
        assert listed == {ticket.id for ticket in tickets if sees(who, ticket)}, staff.login
