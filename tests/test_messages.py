"""Messages for several regions at once say what each alone would say, however their tickets are read."""

import pytest
from sqlalchemy import select

from dispatch.changes import messages, number_events
from dispatch.intake import Complaint, receive
from dispatch.models import Ticket
from dispatch.place import in_region
from grids.models import Region
from grids.queries import centre_of, region_by_code
from tests.conftest import MONDAY
from tests.world import CELLS_WEST

pytestmark = pytest.mark.database


@pytest.fixture
def regions(db, config, actor) -> list[Region]:
    for code in (CELLS_WEST, CELLS_WEST, "210102", "210103"):
        complaint = Complaint("楼前垃圾没有清理", place=in_region(db, code))
        receive(db, complaint, centre_of(db, "21"), actor("agent.21"), MONDAY, config)
    number_events(db)
    return [region for code in ("21", "210102", "210103") if (region := region_by_code(db, code))]


def test_together_they_say_what_each_says_alone(db, regions, monkeypatch):
    ids = set(db.scalars(select(Ticket.id)))
    alone = [messages(db, [(region, ids)], MONDAY.date())[0] for region in regions]
    monkeypatch.setattr("dispatch.changes.BATCH", 3)  # the tickets are read in two parts
    assert messages(db, [(region, ids) for region in regions], MONDAY.date()) == alone
    assert [message["counters"]["open"] for message in alone] == [4, 3, 1]
    assert [sum("removed" in row for row in message["tickets"]) for message in alone] == [0, 1, 3]
