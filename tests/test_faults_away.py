"""A PostgreSQL that is cut off, hangs, or is restarted, under load; `make faults` takes half a minute over each."""

import os
import signal
import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from app.patience import ANSWER_S, CONNECT_S
from tests.faults.away import HEALTHY_S, Cut, Restartable, restartable
from tests.faults.form import AWAY_S, KILLS
from tests.faults.killing import killed_while_serving
from tests.faults.load import Load, loaded, missing, wait_for
from tests.faults.product import CLOCK, Product, end, get, product, wait_until_healthy

pytestmark = [
    pytest.mark.database,
    pytest.mark.skipif(os.environ.get("TEST_DATABASE") != "postgresql", reason="SQLite is a file: it does not go away"),
]
SETTLED_S = 0.5  # answers that were on their way when it happened
LONGEST_S = ANSWER_S + CONNECT_S + 2  # a statement that is given up, and a new connection that is tried once


class Served(NamedTuple):
    """The product, which reaches its database by a line that can be cut."""

    database: Restartable
    line: Cut
    product: Product


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with restartable() as database:
        line = Cut(database.url)
        with product(line.url, tmp_path_factory.mktemp("instance")) as made:
            yield Served(database, line, made)


@pytest.fixture
def load(served: Served) -> Iterator[Load]:
    """Clients at work before the fault; after it nothing that they were promised is missing."""
    with loaded(served.product.port, served.product.key) as clients:
        wait_for(lambda: len(clients.acknowledged) >= 5)
        yield clients
    assert missing(served.database.url, clients.acknowledged) == set()


def test_a_database_that_is_cut_off_is_told_as_503(served, load):
    gone = time.monotonic()
    served.line.cut()
    time.sleep(AWAY_S)
    served.line.mend()
    well_again(load, served.product.port, gone, time.monotonic())


def test_a_database_that_is_restarted_is_told_as_503_and_clocks_outlive_it(served, load):
    processes = served.product.processes
    clock = processes.run(*CLOCK)
    wait_for(lambda: "clock: running" in processes.log(), 60)
    gone = time.monotonic()
    served.database.stop()
    time.sleep(AWAY_S)
    served.database.start()
    well_again(load, served.product.port, gone, time.monotonic())
    assert clock.poll() is None
    end(clock, signal.SIGKILL)


def test_a_database_that_hangs_is_told_as_503_in_bounded_time(served, load):
    silent = time.monotonic()
    served.line.silence()
    time.sleep(max(AWAY_S, LONGEST_S + 1))
    assert get(served.product.port, "/healthz") == 200
    spoken = time.monotonic()
    served.line.speak()
    well_again(load, served.product.port, silent, spoken)
    assert load.longest() <= LONGEST_S


def test_a_server_that_is_killed_has_lost_nothing(served):
    acknowledged = killed_while_serving(served.product, KILLS)
    assert len(acknowledged) > 5 * KILLS and missing(served.database.url, acknowledged) == set()


def well_again(load: Load, port: int, gone: float, back: float) -> None:
    """Nothing but 503 with Retry-After meanwhile; healthy, and a ticket made, within HEALTHY_S."""
    assert wait_until_healthy(port, HEALTHY_S) <= HEALTHY_S
    wait_for(lambda: load.first_success(back) is not None)
    meanwhile = load.told(gone + SETTLED_S, back)
    assert set(meanwhile) == {(503, True)}, meanwhile
    first = load.first_success(back)
    assert first is not None and first <= HEALTHY_S
