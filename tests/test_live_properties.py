"""A snapshot of any moment with all changes since then equals a fresh one, whatever happened in between."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.changes import changes_since, number_events, snapshot
from dispatch.commands import perform
from dispatch.counters import day_of
from dispatch.errors import DispatchError
from dispatch.intake import Complaint, receive
from dispatch.place import at_point
from dispatch.sweep import sweep_batch
from grids.queries import centre_of, region_by_code
from grids.scope import CITIZEN
from tests.conftest import MONDAY
from tests.world import CELL_OF, CELLS_WEST, centre

pytestmark = pytest.mark.database

CELLS = [*CELL_OF.values(), "210102001001002"]
WATCHED = ["21", "2101", "210102", "210103", "210102001001", CELLS_WEST]
acts = st.one_of(
    st.tuples(st.just("receive"), st.sampled_from(CELLS)),
    st.tuples(st.just("relocate"), st.sampled_from(CELLS)),
    st.tuples(st.sampled_from(["answer", "dispatch", "note", "reopen", "unmerge"]), st.none()),
    st.tuples(st.just("merge"), st.integers(0, 3)),
    st.tuples(st.just("time"), st.sampled_from([5, 60, 24 * 60])),
)


class History:
    """Random acts in one transaction, and what each region looked like in between."""

    def __init__(self, db: Any, config: Any, actor: Any) -> None:
        self.db, self.config, self.actor = db, config, actor
        self.now, self.tickets = MONDAY, []
        self.seen: list[tuple[str, dict[str, Any]]] = []

    def act(self, verb: str, value: Any, which: int) -> None:
        lon, lat = centre(value) if verb in ("receive", "relocate") else (None, None)
        if verb == "receive":
            complaint = Complaint("路灯不亮", urgency="emergency", place=at_point(self.db, (lon, lat, "wgs84")))
            receiver = centre_of(self.db, "21")
            self.tickets.append(receive(self.db, complaint, receiver, self.actor, self.now, self.config))
        elif verb == "time":
            self.now += timedelta(minutes=value)
            sweep_batch(self.db, self.now)
        elif self.tickets:
            inputs = {"lon": lon, "lat": lat, "note": "x", "reason": "x", "unit": "210103"}
            if verb == "merge":
                inputs["into"] = self.tickets[value % len(self.tickets)].number
            who = CITIZEN if verb == "reopen" else self.actor
            try:
                ticket = self.tickets[which % len(self.tickets)]
                perform(self.db, ticket, verb, who, self.now, self.config, **inputs)
            except DispatchError:
                pass

    def number(self) -> None:
        self.db.flush()
        while number_events(self.db):
            pass

    def look(self) -> None:
        self.seen += [(code, self.fresh(code)) for code in WATCHED]

    def fresh(self, code: str) -> dict[str, Any]:
        return snapshot(self.db, region_by_code(self.db, code), day_of(self.now))

    def told(self, code: str, seq: int) -> dict[str, Any]:
        return changes_since(self.db, region_by_code(self.db, code), seq, day_of(self.now))

    def caught_up(self, code: str, old: dict[str, Any]) -> dict[str, Any]:
        return self.merged(old, self.told(code, old["seq"]))

    @staticmethod
    def merged(old: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
        """An old snapshot with the changes since then, as a page merges them."""
        rows = {} if told.get("snapshot") else {row["number"]: row for row in old["tickets"]}
        rows |= {row["number"]: row for row in told["tickets"]}
        return told | {"tickets": [row for row in rows.values() if not row.get("removed")]}


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.tuples(acts, st.integers(0, 3), st.booleans()), min_size=1, max_size=12))
def test_any_snapshot_and_the_changes_since_equal_a_fresh_one(db, config, actor, steps):
    history = History(db, config, actor("agent.21"))
    try:
        for (verb, value), which, numbered in steps:
            history.act(verb, value, which)
            if numbered:
                history.number()
            history.look()
        history.number()
        fresh = {code: history.fresh(code) for code in WATCHED}
        for code, old in history.seen:
            now = history.caught_up(code, old)
            assert by_number(now["tickets"]) == by_number(fresh[code]["tickets"])
            assert (now["counters"], now["seq"]) == (fresh[code]["counters"], fresh[code]["seq"])
            assert fresh[code]["counters"]["open"] == len(fresh[code]["tickets"])
    finally:
        db.rollback()


def by_number(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["number"]: row for row in rows}
