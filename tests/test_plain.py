"""Steps taken on plain rows leave what steps taken on mapped objects leave: tickets, clocks, events, rates."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import select

from dispatch.intake import Complaint, receive
from dispatch.models import Clock, Event, Ticket
from dispatch.place import at_point
from dispatch.plain import PlainTicket
from dispatch.rate_cases import RateCase
from dispatch.sweep import sweep_batch
from dispatch.sweep_models import Aside
from grids.queries import centre_of
from grids.rows import table_of
from tests.test_rates_properties import Counted
from tests.test_workflow_properties import World
from tests.world import centre

pytestmark = pytest.mark.database
LATER = timedelta(days=45)  # every clock has gone all its way


class SweptTwice(Counted):
    """Random lives, and then nobody touches a ticket any more."""

    def teardown(self) -> None:
        try:
            self.db.flush()
            assert swept(self.db, self.now + LATER, plain=True) == swept(self.db, self.now + LATER, plain=False)
        finally:
            self.db.rollback()
            self.db.expunge_all()


def swept(db: Any, now: Any, plain: bool) -> tuple[int, list[Any]]:
    """How many steps were taken, and all rows afterwards but for the keys that the database gave; undone again."""
    part, usual, total = db.begin_nested(), PlainTicket.usual, 0
    if not plain:
        PlainTicket.usual = False  # type: ignore[assignment, method-assign]
    try:
        while steps := sweep_batch(db, now):
            total += steps
        db.flush()
        return total, [rows_of(db, model) for model in (Ticket, Clock, Event, RateCase, Aside)]
    finally:
        PlainTicket.usual = usual  # type: ignore[method-assign]
        part.rollback()


def rows_of(db: Any, model: Any) -> list[Any]:
    table = table_of(model)
    order = [table.c[name] for name in ("ticket_id", "id") if name in table.c]
    kept = [column for column in table.columns if model is Ticket or column.name != "id"]
    return [tuple(row) for row in db.execute(select(*kept).order_by(*order))]


def test_random_lives_are_swept_alike(db: Any, config: Any, actor: Any) -> None:
    class Bound(SweptTwice):
        world = World(db, config, actor)

    limits = settings(max_examples=20, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Bound, settings=limits)


def test_a_usual_ticket_is_not_read_as_an_object(
    db: Any, config: Any, actor: Any, clock: Any, monkeypatch: Any
) -> None:
    """Otherwise the two ways above would be one."""
    complaint = Complaint("路面塌陷", urgency="emergency", place=at_point(db, (*centre(), "wgs84")))
    receive(db, complaint, centre_of(db, "21"), actor("agent.21"), clock(), config)
    monkeypatch.setattr("dispatch.sweep.advance_alone", None)
    clock.forward(hours=9)
    assert sweep_batch(db, clock()) > 10
