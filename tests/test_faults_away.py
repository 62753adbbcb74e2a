"""A PostgreSQL that is cut off, restarted, or hangs, under load; `make faults` takes half a minute over each."""

import os
import time
from collections.abc import Iterator

import pytest

from app.patience import ANSWER_S
from tests.faults.away import HEALTHY_S, Cut, restartable
from tests.faults.load import Load, loaded, missing, wait_for
from tests.faults.product import clocks, product, wait_until_healthy
from tests.postgres import postgres

pytestmark = [
    pytest.mark.database,
    pytest.mark.skipif(os.environ.get("TEST_DATABASE") != "postgresql", reason="SQLite is a file: it does not go away"),
]
AWAY_S = float(os.environ.get("FAULT_SECONDS", "4"))
SETTLED_S = 0.5  # answers that were on their way when it happened


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with postgres() as url:
        yield url


def test_a_database_that_is_cut_off_is_told_as_503_and_loses_nothing(database, tmp_path):
    cut = Cut(database)
    with product(cut.url, tmp_path) as made, loaded(made.port, made.key) as load:
        wait_for(lambda: len(load.acknowledged) >= 5)
        cut.cut()
        gone = time.monotonic()
        time.sleep(AWAY_S)
        cut.mend()
        well_again(load, made.port, gone, time.monotonic())
    assert missing(database, load.acknowledged) == set()


def test_a_database_that_is_restarted_is_told_as_503_and_clocks_outlive_it(tmp_path):
    with restartable() as server:
        with product(server.url, tmp_path) as made, clocks(made, 1) as running, loaded(made.port, made.key) as load:
            wait_for(lambda: len(load.acknowledged) >= 5 and "clock: running" in made.log())
            gone = time.monotonic()
            server.stop()
            time.sleep(AWAY_S)
            server.start()
            well_again(load, made.port, gone, time.monotonic())
            assert [process.poll() for process in running] == [None]
        assert missing(server.url, load.acknowledged) == set()


def well_again(load: Load, port: int, gone: float, back: float) -> None:
    """Nothing but 503 with Retry-After meanwhile; healthy, and a ticket made, within HEALTHY_S."""
    assert wait_until_healthy(port, HEALTHY_S) <= HEALTHY_S
    wait_for(lambda: load.first_success(back) is not None)
    meanwhile = load.told(gone + SETTLED_S, back)
    assert set(meanwhile) == {(503, True)}, meanwhile
    first = load.first_success(back)
    assert first is not None and first <= HEALTHY_S
