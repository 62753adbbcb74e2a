"""/readyz and the metrics: red within two minutes when no process sweeps, or when the sweep falls behind."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete

from app.background import sign_of_life, tick
from app.database import transaction
from app.metrics import HEARTBEAT_LIMIT, SWEEP_LAG_LIMIT
from dispatch.aside import put_aside
from dispatch.config import current_config
from dispatch.heartbeat import SWEEP, age, beat
from dispatch.intake import Complaint, receive
from dispatch.place import at_point
from dispatch.sweep_models import Heartbeat
from grids.queries import centre_of
from grids.scope import SYSTEM
from tests.conftest import MONDAY
from tests.world import centre

pytestmark = pytest.mark.database
TWO_MINUTES = 120


@pytest.fixture(autouse=True)
def nobody_sweeps(app: Flask) -> None:
    app.extensions.pop("beaten_at", None)
    with transaction(write=True) as db:
        db.execute(delete(Heartbeat))


def swept(seconds_ago: float) -> None:
    with transaction(write=True) as db:
        beat(db, SWEEP, datetime.now(UTC) - timedelta(seconds=seconds_ago))


def emergency() -> int:
    with transaction(write=True) as db:
        complaint = Complaint("路面塌陷", urgency="emergency", place=at_point(db, (*centre(), "wgs84")))
        return receive(db, complaint, centre_of(db, "21"), SYSTEM, MONDAY, current_config(db)).id


def ready(app: Flask) -> tuple[int, dict[str, Any]]:
    answer = app.test_client().get("/readyz")
    return answer.status_code, answer.get_json()


def metric(app: Flask, name: str) -> float:
    lines = app.test_client().get("/metrics").get_data(as_text=True).splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))


def test_limits_are_within_two_minutes() -> None:
    assert HEARTBEAT_LIMIT < TWO_MINUTES and SWEEP_LAG_LIMIT < TWO_MINUTES


def test_red_while_no_process_ever_swept(app: Flask) -> None:
    code, told = ready(app)
    assert (code, told["status"], told["sweep_age_s"]) == (503, "sweep stands still", None)
    assert metric(app, "hotline_sweep_heartbeat_age_seconds") == float("inf")


def test_green_after_a_tick_of_any_process(app: Flask, clock: Any) -> None:
    tick(app)
    code, told = ready(app)
    assert (code, told["status"]) == (200, "ok")
    assert told["sweep_age_s"] < HEARTBEAT_LIMIT


def test_red_when_the_sweep_stands_still(app: Flask) -> None:
    swept(HEARTBEAT_LIMIT - 5)
    assert ready(app)[0] == 200
    swept(HEARTBEAT_LIMIT + 1)
    assert ready(app)[0] == 503
    assert metric(app, "hotline_sweep_heartbeat_age_seconds") > HEARTBEAT_LIMIT


def test_red_when_the_sweep_falls_behind(app: Flask, clock: Any) -> None:
    emergency()
    swept(0)
    clock.forward(seconds=300 + SWEEP_LAG_LIMIT - 1)  # half of the ten minutes in which it must be signed in
    assert ready(app)[0] == 200
    clock.forward(seconds=2)
    code, told = ready(app)
    assert (code, told["status"]) == (503, "behind")


def test_a_sweep_that_fails_gives_no_sign_of_life(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any, **__: Any) -> int:
        raise RuntimeError("broken")

    monkeypatch.setattr("app.background.sweep", failing)
    tick(app)
    assert ready(app)[0] == 503


def test_the_sign_is_written_every_few_seconds_only(app: Flask) -> None:
    sign_of_life()
    swept(50)
    sign_of_life()
    with transaction() as db:
        assert age(db, SWEEP, datetime.now(UTC)) >= 50


def test_tickets_aside_are_counted_and_leave_the_process_ready(app: Flask, clock: Any) -> None:
    one = emergency()
    swept(0)
    with transaction(write=True) as db:
        put_aside(db, one, MONDAY, ValueError("with words that nobody may read"))
    code, told = ready(app)
    assert (code, told["sweep_aside"]) == (200, 1)
    assert metric(app, "hotline_sweep_aside") == 1
