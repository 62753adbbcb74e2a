"""Live intake beside a batch: POST /tickets of one client while thousands of calls are worked off, against idle."""

import http.client
import itertools
import json
import time
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from flask import Flask
from sqlalchemy import text

from app import create_app
from app.auth import create_key
from app.clock import now
from app.database import transaction
from dispatch import batches
from tests.bench import servers
from tests.bench.bulk import calls
from tests.bench.clients import Client
from tests.bench.points import cells, complaint, points_in
from tests.bench.ratios import Line
from tests.bench.worlds import World, without_tickets

LOGIN = "agent.21"
MEASURED, EVERY = 150, 0.05  # requests of the live client, and the seconds between two of them


def lines(worlds: list[World], args: Namespace) -> Iterator[Line]:
    for world in worlds:
        yield from beside(world, args.rounds)


def beside(world: World, rounds: int) -> Iterator[Line]:
    """p50 and p99 of POST /tickets of one client: while thousands of calls are worked off, against idle."""
    places = itertools.cycle(points_in(cells(world), 2_000).tolist())
    app = create_app(world.settings)
    with app.app_context(), transaction(write=True) as db:
        key = create_key(db, LOGIN, now())
    without_tickets(app.extensions["database"].engine)
    app.extensions["database"].engine.dispose()
    with servers.product(world) as product:
        client = Client(product.port, "/api/v1/tickets", {"Authorization": f"Bearer {key}"})
        latencies(client, places, 30)
        idle = [latencies(client, places, MEASURED) for _ in range(rounds)]
        bring(product.port, key, calls(4_000, 99))
        until_it_works(app)
        busy = [latencies(client, places, MEASURED) for _ in range(rounds)]
        left = waiting(app)
        assert left > 0, "the batch was over before the measurement was"
    note = f"{left} of 4,000 calls still waited at the end"
    for share in (50, 99):
        figures = [[at(share, one) for one in side] for side in (busy, idle)]
        yield Line(
            f"POST /tickets beside a batch, {world.name}, p{share}", "ms", *figures, higher_is_better=False, note=note
        )


def latencies(client: Client, places: Iterator[Any], number: int) -> list[float]:
    """Milliseconds of so many requests, one after the other with a breath in between."""
    found = []
    for _ in range(number):
        began = time.perf_counter()
        client.post(complaint(*next(places)))
        found.append((time.perf_counter() - began) * 1000)
        time.sleep(EVERY)
    return found


def at(percent: int, values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def bring(port: int, key: str, sent: list[tuple[str, bytes]]) -> None:
    """One multipart request with all the files."""
    mark = "hotline-bench"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode() + data + b"\r\n"
        for name, data in sent
    ]
    headers = {"Authorization": f"Bearer {key}", "Content-Type": f"multipart/form-data; boundary={mark}"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/api/v1/batches", b"".join(parts) + f"--{mark}--\r\n".encode(), headers)
    answer = connection.getresponse()
    told = json.loads(answer.read())
    assert answer.status == 202, told


def until_it_works(app: Flask) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with app.app_context(), transaction() as db:
            if db.scalar(text("SELECT count(*) FROM transcript")):
                return
        time.sleep(0.2)
    raise SystemExit("no worker began")


def waiting(app: Flask) -> int:
    with app.app_context(), transaction() as db:
        counts = batches.counts_of(db, batches.open_batches(db)).values()
        return sum(one["waiting"] + one["files_waiting"] for one in counts)
