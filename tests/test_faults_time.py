"""The machine's clock is set forward and back, and processes run in other time zones: deadlines stay the true ones."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.background import go_on, mind_the_clock
from dispatch.auditor import audit_page
from dispatch.commands import perform
from dispatch.errors import DispatchError
from dispatch.intake import Complaint, receive
from dispatch.models import Event
from dispatch.place import at_point
from dispatch.sweep import sweep_batch
from grids.queries import centre_of
from tests.conftest import MONDAY
from tests.faults.checks import half, twice
from tests.faults.form import EXAMPLES
from tests.tree import ROOT
from tests.world import CELLS_WEST, centre

ZONES = ("America/New_York", "Asia/Kathmandu")
VERBS = ("receive", "sweep", "sign_in", "note", "report_up", "give_back")
minutes = st.one_of(st.sampled_from([-61, -60, -11, 60, 120]), st.integers(-90, 200))
acts = st.lists(st.tuples(st.sampled_from(VERBS), minutes, st.integers(0, 3)), min_size=2, max_size=15)


class Jumps:
    """Acts in one transaction, each by a clock that was set forward or back before it."""

    def __init__(self, db, config, actor) -> None:
        self.db, self.config = db, config
        self.people = [actor("agent.21"), actor("manager.210102"), actor(f"attendant.{CELLS_WEST}")]
        self.now = self.latest = MONDAY
        self.tickets: list = []

    def jump(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.latest = max(self.latest, self.now)

    def act(self, verb: str, which: int) -> None:
        if verb == "receive":
            complaint = Complaint("路面塌陷", urgency="emergency", place=at_point(self.db, (*centre(), "wgs84")))
            receiver = centre_of(self.db, "21")
            self.tickets.append(receive(self.db, complaint, receiver, self.people[0], self.now, self.config))
        elif verb == "sweep":
            sweep_batch(self.db, self.now)
        elif self.tickets:
            self.try_verb(self.tickets[which % len(self.tickets)], verb)

    def try_verb(self, ticket, verb: str) -> None:
        for person in self.people:
            try:
                inputs = {"note": "说明"} if verb == "note" else {"reason": "不归我们管"}
                perform(self.db, ticket, verb, person, self.now, self.config, **(inputs if verb != "sign_in" else {}))
                return
            except DispatchError:
                continue

    def faults(self) -> list[str]:
        """Half tickets, steps taken twice, early or never, and events that stand before what was recorded earlier."""
        while sweep_batch(self.db, self.latest):
            pass
        self.db.flush()
        steps = [f"{one.clock} {one.fault}" for one in audit_page(self.db, self.latest, self.config)[0]]
        return half(self.db) + twice(self.db) + steps + [f"back: {number}" for number in self.backwards()]

    def backwards(self) -> list[str]:
        found = []
        for ticket in self.tickets:
            times = self.db.scalars(select(Event.at).where(Event.ticket_id == ticket.id).order_by(Event.id)).all()
            if list(times) != sorted(times):
                found.append(ticket.number)
        return found


@pytest.mark.database
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=acts)
def test_no_step_is_lost_or_taken_twice_however_the_clock_is_set(db, config, actor, steps):
    jumps = Jumps(db, config, actor)
    try:
        jumps.act("receive", 0)
        for verb, by, which in steps:
            jumps.jump(by)
            jumps.act(verb, which)
        assert jumps.faults() == []
    finally:
        db.rollback()


@pytest.mark.database
def test_an_act_after_the_clock_was_set_back_stands_behind_what_was_recorded(db, config, actor):
    jumps = Jumps(db, config, actor)
    jumps.act("receive", 0)
    jumps.jump(60)
    jumps.act("sweep", 0)
    recorded = jumps.tickets[0].updated_at
    jumps.jump(-60)
    jumps.act("note", 0)
    noted = db.scalars(select(Event).where(Event.verb == "note")).one()
    assert recorded > jumps.now and noted.at == recorded
    assert jumps.faults() == []


def test_the_timer_goes_on_when_the_machine_was_set_back():
    scheduler = BackgroundScheduler(timezone="UTC")
    hour_ahead = datetime.now(UTC) + timedelta(hours=1)  # where the next run stands after a jump back
    job = scheduler.add_job(print, "interval", seconds=0.5, next_run_time=hour_ahead)
    scheduler.start(paused=True)
    try:
        go_on(scheduler)
        assert scheduler.get_job(job.id).next_run_time <= datetime.now(UTC)
    finally:
        scheduler.shutdown(wait=False)


def test_a_clock_that_is_set_back_is_noticed_and_one_that_is_set_forward_is_no_matter(monkeypatch):
    looks = iter([(100.0, 0.0), (102.0, 2.0), (3704.0, 4.0), (106.0, 6.0), (108.0, 8.0)])  # wall clock, steady clock
    wall, steady, begun = 0.0, 0.0, []

    def look(_: float = 0.0) -> None:
        nonlocal wall, steady
        wall, steady = next(looks)

    look()
    monkeypatch.setattr("app.background.time", SimpleNamespace(time=lambda: wall, monotonic=lambda: steady, sleep=look))
    monkeypatch.setattr("app.background.go_on", lambda scheduler: begun.append(steady))
    with pytest.raises(StopIteration):
        mind_the_clock(BackgroundScheduler())
    assert begun == [6.0]


@pytest.mark.database
def test_deadlines_are_the_same_in_processes_of_any_time_zone():
    database = "postgresql" if os.environ.get("TEST_DATABASE") == "postgresql" else "sqlite"
    command = [sys.executable, "-m", "tests.faults.zones", database]
    running = [
        subprocess.Popen(command, cwd=ROOT, env=os.environ | {"TZ": zone, "PGTZ": zone}, stdout=subprocess.PIPE)
        for zone in ZONES
    ]
    told = [json.loads(process.communicate(timeout=120)[0]) for process in running]
    assert [one.pop("offset_s") for one in told] == [-18_000, 20_700]
    assert told[0] == told[1] and len(told[0]["tickets"]) == 4
