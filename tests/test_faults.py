"""Faults, in their shortened form: `make faults` runs 1,000 kill points and cuts the database off for 30 s."""

import os
import re
import subprocess
import sys
import time

import pytest
from sqlalchemy import create_engine, text

from tests.faults.away import HEALTHY_S, Cut, loaded, product, wait_until_healthy
from tests.faults.works import WORKS
from tests.tree import ROOT

pytestmark = pytest.mark.database
POINTS = int(os.environ.get("FAULT_POINTS", "4"))
CUT_S = float(os.environ.get("FAULT_SECONDS", "4"))
POSTGRESQL = os.environ.get("TEST_DATABASE") == "postgresql"


@pytest.mark.parametrize("kind", WORKS)
def test_nothing_is_lost_half_or_double_when_processes_are_killed(kind):
    database = "postgresql" if POSTGRESQL else "sqlite"
    command = [sys.executable, "-m", "tests.faults", kind, "--points", str(POINTS), "--database", database]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300 + 10 * POINTS)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    told = re.search(r"(\d+) points, +(\d+) acknowledged, +(\d+) tickets, 0 faults", done.stdout)
    assert told is not None and int(told[1]) == POINTS and int(told[3]) > 0, done.stdout


@pytest.mark.skipif(not POSTGRESQL, reason="SQLite is a file: it does not go away")
def test_a_database_that_is_cut_off_is_told_as_503_and_loses_nothing(tmp_path):
    from tests.postgres import postgres

    with postgres() as url:
        home = url.rpartition("host=")[2]
        cut = Cut(type(tmp_path)(home) / ".s.PGSQL.5432")
        through = f"postgresql+psycopg://hotline@127.0.0.1:{cut.port}/hotline"
        with product(through, tmp_path) as (port, key), loaded(port, key) as load:
            wait_for(lambda: len(load.acknowledged) >= 5)
            cut.cut()
            gone = time.monotonic()
            time.sleep(CUT_S)
            cut.mend()
            back = time.monotonic()
            wait_until_healthy(port, HEALTHY_S)
            wait_for(lambda: load.first_success(back) is not None)
            meanwhile = load.told(gone + 0.5, back)
            assert set(meanwhile) == {(503, True)}, meanwhile
            assert load.first_success(back) <= HEALTHY_S
        with create_engine(url).connect() as db:
            held = set(db.scalars(text("SELECT number FROM ticket")))
            assert set(load.acknowledged) <= held and len(load.acknowledged) > 5


def wait_for(condition, limit: float = 30.0) -> None:
    until = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)
