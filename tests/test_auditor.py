"""The auditor finds what the sweep forgot, did twice or did at another time, and nothing else."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.audit_steps import audit_steps
from app.database import transaction
from dispatch.auditor import Fault
from dispatch.commands import perform
from dispatch.config import current_config
from dispatch.intake import Complaint, receive
from dispatch.models import Clock, Event, Ticket
from dispatch.place import at_point
from dispatch.sweep import sweep
from grids.queries import centre_of
from tests.world import CELLS_WEST, centre

pytestmark = pytest.mark.database


def write():
    return transaction(write=True)


@pytest.fixture
def emergency(app, actor, clock) -> int:
    with write() as db:
        complaint = Complaint("路面塌陷", urgency="emergency", place=at_point(db, (*centre(), "wgs84")))
        return receive(db, complaint, centre_of(db, "21"), actor("agent.21"), clock(), current_config(db)).id


def faults(clock) -> list[tuple[str, str]]:
    return sorted((one.clock, one.fault) for one in audit_steps(clock()))


@pytest.mark.parametrize("hours", [0, 1, 3, 9, 24 * 40])
def test_after_a_sweep_there_is_no_fault(emergency, clock, hours):
    clock.forward(hours=hours)
    sweep(write, clock())
    assert audit_steps(clock()) == []


def test_handled_work_leaves_no_fault(emergency, actor, clock):
    with write() as db:
        ticket = db.get(Ticket, emergency)
        perform(db, ticket, "sign_in", actor(f"attendant.{CELLS_WEST}"), clock(), current_config(db))
    clock.forward(hours=5)
    sweep(write, clock())
    assert audit_steps(clock()) == []
    with write() as db:
        attendant = actor(f"attendant.{CELLS_WEST}")
        perform(db, db.get(Ticket, emergency), "handle", attendant, clock(), current_config(db), note="已修复")
    clock.forward(days=2)
    sweep(write, clock())
    assert audit_steps(clock()) == []


def test_a_step_that_is_a_minute_late_is_missing(emergency, clock):
    clock.forward(minutes=5, seconds=30)
    assert faults(clock) == []
    clock.forward(minutes=1)
    assert faults(clock) == [("SIGN_IN", "missing")]


def test_a_clock_that_the_sweep_lost_is_found(emergency, clock):
    with write() as db:
        db.execute(update(Clock).values(next_at=None))
    clock.forward(hours=3)
    assert sweep(write, clock()) == 0
    found = faults(clock)
    assert ("SIGN_IN", "missing") in found and ("HANDLE", "missing") in found and ("CONTACT", "missing") in found


def test_a_step_taken_twice_is_found(emergency, clock):
    clock.forward(minutes=6)
    sweep(write, clock())
    with write() as db:
        event = db.scalars(select(Event).where(Event.verb == "warn")).first()
        columns = {column.key: getattr(event, column.key) for column in Event.__table__.columns}
        db.add(Event(**columns | {"id": None, "seq": None, "digest": None}))
    assert faults(clock) == [("SIGN_IN", "double")]


def test_a_step_at_another_time_is_found(emergency, clock):
    clock.forward(minutes=5, seconds=30)
    sweep(write, clock())
    with write() as db:
        db.execute(update(Event).where(Event.verb == "warn").values(at=clock() - timedelta(minutes=2)))
    assert faults(clock) == [("SIGN_IN", "early")]
    clock.forward(minutes=1)
    assert faults(clock) == [("SIGN_IN", "early"), ("SIGN_IN", "missing")]


def test_a_deadline_that_its_policy_does_not_give_is_found(emergency, clock):
    with write() as db:
        db.execute(update(Clock).where(Clock.kind == "HANDLE").values(due_at=clock() + timedelta(days=9)))
    assert faults(clock) == [("HANDLE", "times")]


def test_pages_make_no_difference(emergency, clock, monkeypatch):
    with write() as db:
        db.execute(update(Clock).values(next_at=None))
    clock.forward(hours=9)
    whole = audit_steps(clock())
    monkeypatch.setattr("dispatch.auditor.PAGE", 1)
    assert audit_steps(clock()) == whole
    assert all(isinstance(one, Fault) for one in whole) and len(whole) > 3


def test_doctor_and_metrics_tell(emergency, app, caller, clock):
    runner = app.test_cli_runner()
    clock.forward(minutes=8)
    assert "1 steps of clocks are wrong" in runner.invoke(args=["doctor"]).output
    sweep(write, clock())
    assert "every open clock took its steps" in runner.invoke(args=["doctor"]).output
