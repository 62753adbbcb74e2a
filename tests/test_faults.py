"""Processes killed at random points, in a shortened form: `make faults` runs 1,000 of them."""

import os
import re
import subprocess
import sys

import pytest

from tests.faults.form import POINTS
from tests.faults.works import WORKS
from tests.tree import ROOT

pytestmark = pytest.mark.database
POSTGRESQL = os.environ.get("TEST_DATABASE") == "postgresql"


@pytest.mark.parametrize("kind", WORKS)
def test_nothing_is_lost_half_or_double_when_processes_are_killed(kind):
    database = "postgresql" if POSTGRESQL else "sqlite"
    command = [sys.executable, "-m", "tests.faults", kind, "--points", str(POINTS), "--database", database]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300 + 10 * POINTS)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    told = re.search(r"(\d+) points, +(\d+) acknowledged, +(\d+) tickets, 0 faults", done.stdout)
    assert told is not None and int(told[1]) == POINTS and int(told[3]) > 0, done.stdout
