"""flask doctor: one line a check; what is broken on purpose is found, and only that."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from app.cli import doctor
from app.database import transaction
from app.relay import number_all
from dispatch.commands import perform
from dispatch.config import current_config
from dispatch.intake import Complaint, receive
from dispatch.models import RegionNow, Ticket
from dispatch.place import at_point
from dispatch.recount import differences
from grids.models import Unit
from grids.queries import centre_of
from grids.scope import SYSTEM, Actor
from tests import world
from tests.conftest import MONDAY, TestClock

pytestmark = pytest.mark.database
MANAGER = Actor("manager.21", "manager", path="21.", unit_id=1)
# What the small world is made without: migrations, browser libraries, translations.
WORLD = tuple(name for name in doctor.CHECKS if name not in ("migrations", "frontend", "translations"))


@pytest.fixture
def run(app: Flask, clock: TestClock, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, dict[str, str]]]:
    """run() -> (exit code, the line of each check)."""

    def running(*names: str) -> tuple[int, dict[str, str]]:
        chosen = {name: doctor.CHECKS[name] for name in names or WORLD}
        with monkeypatch.context() as patch:
            patch.setattr(doctor, "CHECKS", chosen)
            done = app.test_cli_runner().invoke(args=["doctor"])
        return done.exit_code, {line.split()[1]: line for line in done.output.splitlines()[:-1]}

    return running


def tickets() -> None:
    """One in each district, one of them relocated to its neighbour."""
    with transaction(write=True) as db:
        config = current_config(db)
        for cell in world.CELL_OF.values():
            complaint = Complaint("路灯不亮", place=at_point(db, (*world.centre(cell), "wgs84")))
            ticket = receive(db, complaint, centre_of(db, "21"), SYSTEM, MONDAY, config)
        lon, lat = world.centre()
        perform(db, ticket, "relocate", MANAGER, MONDAY, config, lon=lon, lat=lat)


def faulty(lines: dict[str, str]) -> list[str]:
    return [name for name, line in lines.items() if line.startswith("FAULT")]


def test_a_sound_installation_passes(run: Any) -> None:
    tickets()
    code, lines = run()
    assert (code, faulty(lines), tuple(lines)) == (0, [], WORLD)


def test_a_broken_counter_is_found_at_its_region(run: Any) -> None:
    tickets()
    number_all()
    with transaction(write=True) as db:
        row = db.get_one(RegionNow, "21.2101.")
        row.counts = row.counts | {"open": row.counts["open"] + 1}
    code, lines = run()
    assert (code, faulty(lines)) == (1, ["counters"])
    assert "1 regions differ" in lines["counters"] and "21.2101. counts" in lines["counters"]


def test_a_lost_counter_row_and_one_without_tickets_are_found(app: Flask, clock: TestClock) -> None:
    tickets()
    number_all()
    with transaction(write=True) as db:
        db.execute(delete(RegionNow).where(RegionNow.path == "21.2101.210103."))
        db.add(RegionNow(path="21.2109.", counts={"open": 1}))
    with transaction() as db:
        assert sorted(differences(db)) == ["21.2101.210103.", "21.2109."]


def test_events_without_a_number_are_part_of_the_counters(app: Flask, clock: TestClock) -> None:
    tickets()
    with transaction() as db:
        assert db.scalars(select(RegionNow)).all() == []
        assert differences(db) == {}


def test_old_events_without_a_number(run: Any, clock: TestClock) -> None:
    tickets()
    clock.forward(minutes=2)
    code, lines = run("events")
    assert code == 1 and "wait for a number" in lines["events"]


def test_a_clock_that_nobody_sweeps(run: Any, clock: TestClock) -> None:
    tickets()
    clock.forward(days=1)
    assert faulty(run("sweep")[1]) == ["sweep"]


def test_a_ticket_that_is_not_what_its_events_say(run: Any) -> None:
    tickets()
    with transaction(write=True) as db:
        db.scalars(select(Ticket)).first().escalation_level = 3  # type: ignore[union-attr]
    code, lines = run()
    assert (code, faulty(lines)) == (1, ["replay"]) and "escalation_level" in lines["replay"]


def test_a_region_without_a_centre_unit(run: Any) -> None:
    cell = world.CELL_OF["210202"]
    with transaction(write=True) as db:
        db.execute(update(Unit).where(Unit.code == cell).values(code="lost"))
    try:
        code, lines = run()
    finally:
        with transaction(write=True) as db:
            db.execute(update(Unit).where(Unit.code == "lost").values(code=cell))
    assert (code, faulty(lines)) == (1, ["centres"]) and cell in lines["centres"]


def test_a_schema_without_migrations_is_not_at_head(run: Any) -> None:
    code, lines = run("migrations")
    assert code == 1 and "nothing" in lines["migrations"]


def test_a_check_that_breaks_is_told_and_stops_no_other(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(doctor.CHECKS, "media", lambda: str(1 / 0))
    code, lines = run("media", "redis")
    assert (code, faulty(lines)) == (1, ["media"]) and "ZeroDivisionError" in lines["media"]


def test_redis_that_does_not_answer(run: Any, monkeypatch: pytest.MonkeyPatch, app: Flask) -> None:
    settings = replace(app.extensions["settings"], redis_url="redis://127.0.0.1:9/0")
    monkeypatch.setattr(doctor, "settings", lambda: settings)
    assert faulty(run("redis")[1]) == ["redis"]
