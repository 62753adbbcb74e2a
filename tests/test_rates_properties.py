"""Random histories: the ledger says what a recount of the events says, as of any moment; so do the live counters."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test
from sqlalchemy import func, select

from dispatch.changes import number_events
from dispatch.commands import perform
from dispatch.config import Config
from dispatch.counters import counters_of, day_of
from dispatch.errors import DispatchError
from dispatch.escalation import advance
from dispatch.models import Event
from dispatch.rate_cases import RateCase
from dispatch.rate_span import Asked
from dispatch.rate_table import lines_of, shares_of
from dispatch.rates import NAMES, THREE
from dispatch.workflow import TABLE
from grids.queries import region_by_code
from grids.scope import CITIZEN, Actor
from tests.rate_replay import Count, replay
from tests.test_workflow_properties import SPANS, Acts, World
from tests.world import CELL_OF, CELLS_WEST, centre

pytestmark = pytest.mark.database


ELSEWHERE = dict(zip(("lon", "lat"), centre(CELL_OF["210103"]), strict=True)) | {"datum": "wgs84"}
OUT = [("exclude", {"reason": "不可抗力"}), ("exclude_approve", {}), ("exclude_refuse", {"reason": "不成立"})]
NEXT: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "RECEIVED": [("dispatch", {"unit": CELLS_WEST}), ("answer", {"note": "已答复"})],
    "DISPATCHED": [("sign_in", {}), ("give_back", {"reason": "不归我管"}), ("dispatch", {"unit": "210102"}), *OUT],
    "SIGNED_IN": [
        ("contact", {}),
        ("handle", {"note": "已清理"}),
        ("handle", {"note": "已修"}),
        ("relocate", ELSEWHERE),
    ],
    "HANDLED": [
        ("call_back", {"resolved": True, "satisfaction": 5}),
        ("rate", {"resolved": False, "satisfaction": 1}),
        ("redo", {"reason": "没有解决"}),
        *OUT,
    ],
    "CLOSED": [("reopen", {"reason": "又来了"}), ("rate", {"resolved": False, "satisfaction": 2}), *OUT],
}


class Counted(Acts):
    """The acts of the workflow's machine; at the end the rates are counted in every way."""

    @rule(data=st.data(), span=st.sampled_from(SPANS))
    def goes_on(self, data: st.DataObject, span: timedelta) -> None:
        """What people who may do it would do next: so that lives are long enough to be counted."""
        ticket = data.draw(st.sampled_from(self.tickets), label="ticket")
        self.now += span
        advance(self.db, ticket, self.now, self.world.config)
        verb, inputs = data.draw(
            st.sampled_from(NEXT.get(ticket.status, [("reveal", {"reason": "核对"})])), label="next"
        )
        holder = Actor("holder", "manager", "holder", "21.", ticket.holder_id, ticket.holder.code)
        if "citizen" in TABLE[verb].roles:
            holder = CITIZEN
        elif "manager" not in TABLE[verb].roles or verb.startswith("exclude_"):
            holder = self.world.who("manager.21")
        part = self.db.begin_nested()
        try:
            perform(self.db, ticket, verb, holder, self.now, self.world.config, **inputs)
            part.commit()
        except DispatchError:
            part.rollback()

    def teardown(self) -> None:
        try:
            self.db.flush()
            moments = sorted({event.recorded_at for ticket in self.tickets for event in self.events(ticket)})
            for moment in {*moments[:: max(1, len(moments) // 4)], *moments[-1:]}:
                assert ledger(self.db, moment) == self.recount(moment)
            while number_events(self.db):
                pass
            self.check_tables()
        finally:
            self.db.rollback()
            self.db.expunge_all()

    def recount(self, moment: Any) -> Count:
        found: Count = Counter()
        for ticket in self.tickets:
            found.update(replay(ticket, [event for event in self.events(ticket) if event.recorded_at <= moment]))
        return found

    def check_tables(self) -> None:
        """As of now the three rates of every region are the live ones, and the parts of a region add up to it."""
        today, config = day_of(self.now), self.world.config
        for code in ("21", "2101", "210102", "210103", "210102001"):
            region = region_by_code(self.db, code)
            assert region is not None
            asked = Asked(region, today.replace(day=1), today, self.now)
            shares = shares_of(self.db, asked, config.rates)
            live = counters_of(self.db, region.path, today)["rates"]
            assert {name: (shares[name].cases, told(shares[name].value)) for name in THREE} == {
                name: (live[name]["cases"], live[name]["value"]) for name in THREE
            }
            for by in ("region", "unit", "category"):
                check_sums(self.db, asked, config, by, shares)


def check_sums(db: Any, asked: Asked, config: Config, by: str, shares: Any) -> None:
    lines = lines_of(db, asked, config.rates, by)
    for name in NAMES:
        assert sum(line.shares[name].cases for line in lines) == shares[name].cases, (by, name)
        assert sum(line.shares[name].met or 0 for line in lines) == (shares[name].met or 0), (by, name)


def told(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def ledger(db: Any, moment: Any) -> Count:
    found: Count = Counter()
    key = RateCase.path, RateCase.rate, RateCase.day
    sums = func.sum(RateCase.cases), func.sum(RateCase.met)
    for path, rate, day, cases, met in db.execute(
        select(*key, *sums).where(RateCase.known_at <= moment).group_by(*key)
    ):
        assert 0 <= met <= cases, (path, rate, day)
        found[path, rate, day, "cases"] += cases
        found[path, rate, day, "met"] += met
    return +found


def test_random_histories_are_counted_as_their_events_say(db, config, actor) -> None:
    class Bound(Counted):
        world = World(db, config, actor)

    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        Bound, settings=settings(max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=slow)
    )
    assert db.scalar(select(func.count()).select_from(Event)) == 0  # every example is rolled back
