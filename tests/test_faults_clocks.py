"""Several `flask clock` on PostgreSQL, one of them stopped and resumed: every step once, at its true time."""

import os
import re
import subprocess
import sys

import pytest

from tests.faults.form import CLOCKS
from tests.tree import ROOT

pytestmark = [
    pytest.mark.database,
    pytest.mark.skipif(os.environ.get("TEST_DATABASE") != "postgresql", reason="SQLite has one process at a time"),
]


@pytest.mark.parametrize(("processes", "seconds", "stopped"), CLOCKS)
def test_every_step_is_taken_once_while_one_clock_is_stopped(processes, seconds, stopped):
    words = ["--processes", str(processes), "--seconds", str(seconds), "--stopped", str(stopped)]
    command = [sys.executable, "-m", "tests.faults.clocks", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=seconds + 240)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    told = re.search(r"(\d+) warnings, (\d+) escalations, 0 faults", done.stdout)
    assert told is not None and int(told[1]) > 0 and int(told[2]) > 0, done.stdout
