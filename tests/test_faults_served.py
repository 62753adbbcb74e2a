"""The product as `make run` serves it, on SQLite: killed under load, its disk full, its Redis gone."""

import os
import signal
import time
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.faults.away import HEALTHY_S
from tests.faults.disk import MAY_MOUNT, fill, relieve, small_disk
from tests.faults.form import AWAY_S, KILLS
from tests.faults.killing import killed_while_serving
from tests.faults.load import loaded, missing, wait_for
from tests.faults.product import Product, get, product, wait_until_healthy
from tests.faults.redis import Redis, redis

pytestmark = [
    pytest.mark.database,
    pytest.mark.skipif(os.environ.get("TEST_DATABASE") == "postgresql", reason="test_faults_away.py has PostgreSQL"),
]
DISK_MB = 48
TRACK, LIMIT = "/api/v1/track/LN0000000000?token=none", 120  # a minute, of app/api/track.py
LONG = {"description": "井盖缺失" * 200}  # fills what is left of the pages soon


class Served(NamedTuple):
    """The product with everything that it writes on one small disk, if this account may mount one."""

    product: Product
    url: str
    redis: Redis
    disk: Path


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    if MAY_MOUNT:
        with small_disk(DISK_MB) as folder:
            yield folder
    else:
        yield tmp_path_factory.mktemp("disk")


@pytest.fixture(scope="module")
def served(disk: Path) -> Iterator[Served]:
    url = f"sqlite:///{disk / 'hotline.db'}"
    with redis() as store, product(url, disk, REDIS_URL=store.url) as made:
        yield Served(made, url, store, disk)


def test_a_server_that_is_killed_has_lost_nothing(served):
    acknowledged = killed_while_serving(served.product, KILLS)
    assert len(acknowledged) > 5 * KILLS and missing(served.url, acknowledged) == set()


@pytest.mark.skipif(not MAY_MOUNT, reason="only root may mount a small disk")
def test_a_full_disk_is_told_as_503_and_people_can_still_read(served):
    port = served.product.port
    with loaded(port, served.product.key, **LONG) as load:
        wait_for(lambda: len(load.acknowledged) >= 5)
        fill(served.disk)
        wait_for(lambda: 503 in [status for _, _, status, _ in load.answers])
        full = time.monotonic()
        assert get(port, "/login") == 200 and get(port, "/snap") == 200
        time.sleep(AWAY_S)
        relieve(served.disk)
        free = time.monotonic()
        assert wait_until_healthy(port, HEALTHY_S) <= HEALTHY_S
        wait_for(lambda: load.first_success(free) is not None)
        assert set(load.told(0, free)) <= {(201, False), (503, True)}, load.told(0, free)
        assert load.told(full, free)[503, True] > 0 and load.first_success(free) <= HEALTHY_S
    assert missing(served.url, load.acknowledged) == set()


def test_without_redis_limits_are_counted_in_the_process(served):
    port, store = served.product.port, served.redis
    assert asked(port, 3) == [404] * 3 and counted(store)
    store.end()
    told = asked(port, LIMIT + 5)
    assert set(told) == {404, 429} and told.count(404) <= LIMIT
    store.start()
    wait_for(lambda: asked(port, 1) and counted(store), HEALTHY_S * 4)
    store.hang()
    began = time.monotonic()
    assert set(asked(port, 5)) <= {404, 429} and time.monotonic() - began < HEALTHY_S
    store.process.send_signal(signal.SIGCONT)


def asked(port: int, times: int) -> list[int]:
    """What a citizen is answered who follows a ticket that does not exist; 0 for no answer."""
    return [answered(port) for _ in range(times)]


def answered(port: int) -> int:
    try:
        return get(port, TRACK)
    except (OSError, HTTPException):
        return 0


def counted(store: Redis) -> bool:
    return any(b"LIMIT" in key for key in store.counts())
