"""A client that missed thousands of events is brought up to date in bounded time and size; `make faults`: 10,000.

In the short form the product's limits, 500 rows and 1,000 tickets, are a tenth of that.
"""

import json
import time
from datetime import timedelta

import pytest

from dispatch import changes
from dispatch.changes import last_number
from dispatch.commands import perform
from dispatch.intake import Complaint, receive
from dispatch.place import at_point
from dispatch.sweep import sweep_batch
from grids.queries import centre_of
from tests.faults.form import EVENTS, FULL
from tests.test_live_properties import WATCHED, History, by_number
from tests.world import CELL_OF, centre

pytestmark = pytest.mark.database
FEW = 40  # tickets
ANSWER_S, ANSWER_BYTES = 5.0, 1_000_000  # of one region, on a busy machine


@pytest.fixture
def history(db, config, actor, monkeypatch) -> History:
    if not FULL:
        monkeypatch.setattr(changes, "MAX_ROWS", changes.MAX_ROWS // 10)
        monkeypatch.setattr(changes, "MAX_CHANGES", changes.MAX_CHANGES // 10)
    return History(db, config, actor("agent.21"))


def arrive(history: History, tickets: int) -> None:
    """So many tickets more, over the cells of three districts."""
    db, cells, receiver = history.db, list(CELL_OF.values()), centre_of(history.db, "21")
    places = [at_point(db, (*centre(cell), "wgs84")) for cell in cells]
    for serial in range(tickets):
        complaint = Complaint("路灯不亮", urgency="emergency", place=places[serial % len(places)])
        history.tickets.append(receive(db, complaint, receiver, history.actor, history.now, history.config))


def miss(history: History) -> None:
    """Events on the tickets that there are: notes of people and steps of clocks, in all at least EVENTS."""
    history.number()
    begin = last_number(history.db)
    history.now += timedelta(hours=3)
    while sweep_batch(history.db, history.now):
        pass
    history.number()
    for serial in range(EVENTS - (last_number(history.db) - begin)):
        ticket = history.tickets[serial % len(history.tickets)]
        perform(history.db, ticket, "note", history.actor, history.now, history.config, note="催过一次")
    history.number()
    assert last_number(history.db) - begin >= EVENTS


def catch_up(history: History, seen: list) -> list[int]:
    """Every region from what was seen of it; the rows that each answer brought."""
    rows = []
    for code, old in seen:
        began = time.monotonic()
        told = history.told(code, old["seq"])
        assert time.monotonic() - began < ANSWER_S
        assert len(json.dumps(told, ensure_ascii=False).encode()) < ANSWER_BYTES
        now, fresh = history.merged(old, told), history.fresh(code)
        assert (now["counters"], now["seq"]) == (fresh["counters"], fresh["seq"])
        listed, true = by_number(now["tickets"]), by_number(fresh["tickets"])
        assert true.items() <= listed.items() and (fresh.get("truncated") or len(true) == len(listed))
        rows.append(len(told["tickets"]))
    return rows


def test_thousands_of_events_on_few_tickets_are_told_as_few_rows(history):
    arrive(history, FEW)
    history.number()
    history.look()
    miss(history)
    assert max(catch_up(history, history.seen)) == FEW


def test_events_on_more_tickets_than_a_list_holds_are_told_as_a_snapshot(history):
    arrive(history, FEW)
    history.number()
    history.look()
    arrive(history, changes.MAX_CHANGES + 20)
    miss(history)
    rows = dict(zip(WATCHED, catch_up(history, history.seen), strict=True))
    assert rows["21"] == changes.MAX_ROWS and all(0 < count <= changes.MAX_CHANGES for count in rows.values())
