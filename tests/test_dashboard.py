"""The Grafana dashboard asks for figures that /metrics has, and for all that an operator has to watch."""

import json
import re
from typing import Any

import pytest
from flask import Flask

from tests.deployed import DEPLOY
from tests.web import Caller

pytestmark = pytest.mark.database
WATCHED = (
    "sweep_lag",
    "sweep_heartbeat",
    "sweep_aside",
    "relay_queue",
    "relay_behind",
    "sockets",
    "clock_drift",
    "step_faults",
)


def test_every_figure_of_the_dashboard_is_there(app: Flask, clock: Any, sweeper: None) -> None:
    board = json.loads((DEPLOY / "grafana.json").read_text("utf-8"))
    asked = set(re.findall(r"hotline_\w+", json.dumps([panel["targets"] for panel in board["panels"]])))
    told = Caller(app).get("/metrics").text
    families = set(re.findall(r"^# TYPE (hotline_\w+)", told, re.MULTILINE))
    assert {name.removesuffix("_bucket") for name in asked} <= families
    assert all(any(word in name for name in asked) for word in WATCHED)


def test_figures_of_this_process_are_numbers(app: Flask, clock: Any, sweeper: None) -> None:
    told = Caller(app).get("/metrics").text
    for name in ("hotline_sockets", "hotline_relay_behind", "hotline_clock_drift_seconds"):
        (value,) = re.findall(rf"^{name} (\S+)$", told, re.MULTILINE)
        assert abs(float(value)) < 5
