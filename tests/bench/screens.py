"""From the commit to the screen: tickets are posted, watchers on all levels note when they hear of each.

The product coalesces, four messages a second for a region at most; the reference sends each at once. Both times begin
with the answer to the POST and end in the watcher's process.
"""

import itertools
import json
import random
import subprocess
import sys
import threading
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from statistics import median, quantiles
from typing import Any

from sqlalchemy import create_engine, select

from grids.models import CELL, Region
from tests.bench import servers
from tests.bench.clients import Client, together
from tests.bench.points import complaint
from tests.bench.ratios import Line
from tests.bench.worlds import ROOT, World

WATCHERS, PROCESSES = 200, 2
CELLS = 10  # where the tickets are; the watchers look at these and at the regions above them
RATE, SECONDS, SENDERS = 20, 8, 4
LOGIN = "agent.21"
Place = dict[str, Any]  # of a cell: path of codes, lon, lat
Delays = tuple[float, float, float]  # in ms: p50 and p99 of all, p50 of those who watch a cell
Sent = dict[str, tuple[float, list[str]]]  # number -> when it was answered, codes of its regions
Arrivals = list[tuple[int, float, int, list[str]]]  # watcher, moment, bytes, numbers


def lines(worlds: list[World], args: Namespace) -> Iterator[Line]:
    for world in worlds:
        yield from lines_of(world, args.rounds)


def lines_of(world: World, rounds: int) -> Iterator[Line]:
    places, key = drawn(world), world.flask("keys", "create", LOGIN)
    regions = watched(places)
    pairs: list[tuple[Delays, Delays]] = []
    bare = servers.bare("bare_broadcast:app", {}, world.instance / "broadcast.log")
    with servers.product(world) as product, bare as reference:
        poster = [Client(product.port, "/api/v1/tickets", {"Authorization": f"Bearer {key}"}) for _ in range(SENDERS)]
        sayer = [Client(reference.port, "/", {}) for _ in range(SENDERS)]
        for _ in range(rounds):
            sent, told = round_of(product.port, key, regions, lambda: send(poster, places, file_ticket))
            size = int(median(size for _, _, size, _ in told))
            say = broadcasting(size)
            theirs = round_of(reference.port, "", regions, lambda say=say: send(sayer, places, say))  # type: ignore[misc]
            pairs.append((delays(sent, told, regions), delays(*theirs, regions)))
    note = f"{WATCHERS} watchers, {RATE} tickets a second, messages of {size:,} bytes"
    for place, name in enumerate(("p50", "p99", "p50 at a cell")):
        figures = [[pair[side][place] for pair in pairs] for side in (0, 1)]
        yield Line(f"commit to screen on {world.name}, {name}", "ms", *figures, higher_is_better=False, note=note)


def drawn(world: World) -> list[Place]:
    """Cells of the world, always the same ones."""
    engine = create_engine(world.url)
    with engine.connect() as db:
        query = select(Region.path, Region.lon, Region.lat).where(Region.level == CELL).order_by(Region.id)
        rows = random.Random(1).sample(db.execute(query).all(), CELLS)
    engine.dispose()
    return [{"codes": row.path.strip(".").split("."), "lon": row.lon, "lat": row.lat} for row in rows]


def watched(places: list[Place]) -> list[str]:
    """A region for each watcher: every level has as many watchers, spread over the regions of the places."""
    levels = [sorted({place["codes"][level] for place in places}) for level in range(CELL)]
    turns = [itertools.cycle(codes) for codes in levels]
    return [next(turns[number % CELL]) for number in range(WATCHERS)]


def round_of(port: int, token: str, regions: list[str], sending: Callable[[], Sent]) -> tuple[Sent, Arrivals]:
    """What was sent, and what watchers in their own processes heard of it."""
    shares = [range(number, len(regions), PROCESSES) for number in range(PROCESSES)]
    crowd = [crowd_of(port, token, [regions[watcher] for watcher in share]) for share in shares]
    try:
        for process in crowd:
            assert process.stdout is not None and process.stdout.readline() == "ready\n", "watchers did not connect"
        sent, heard = sending(), Arrivals()
        time.sleep(1)  # the last message is still on its way
        for process, share in zip(crowd, shares, strict=True):
            told, _ = process.communicate("end\n")
            heard += [(share[watcher], *what) for watcher, *what in json.loads(told)]
    finally:
        for process in crowd:
            process.kill()
            process.wait()
    return sent, heard


def crowd_of(port: int, token: str, regions: list[str]) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.bench.watchers"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    process.stdin.write(json.dumps({"port": port, "token": token, "regions": regions}) + "\n")
    process.stdin.flush()
    return process


def send(clients: list[Client], places: list[Place], say: Callable[[Client, Place, int], str]) -> Sent:
    """RATE tickets a second for SECONDS, each at its own moment, however long the answers take."""
    began, sent, lock, counted = time.monotonic(), Sent(), threading.Lock(), itertools.count()

    def run(sender: int) -> None:
        while (nth := next(counted)) < RATE * SECONDS:
            time.sleep(max(0.0, began + nth / RATE - time.monotonic()))
            place = places[nth % CELLS]
            number = say(clients[sender], place, nth)
            with lock:
                sent[number] = (time.monotonic(), place["codes"])

    together(run, len(clients))
    return sent


def file_ticket(client: Client, place: Place, nth: int) -> str:
    return str(client.post(complaint(place["lon"], place["lat"]))["number"])


def broadcasting(size: int) -> Callable[[Client, Place, int], str]:
    def say(client: Client, place: Place, nth: int) -> str:
        client.post({"rooms": place["codes"], "number": str(nth), "size": size})
        return str(nth)

    return say


def delays(sent: Sent, arrivals: Arrivals, regions: list[str]) -> Delays:
    """Over every watcher and every ticket in its region. Fails when one of them was never heard of."""
    first: dict[tuple[int, str], float] = {}
    for watcher, at, _, numbers in arrivals:
        for number in numbers:
            first.setdefault((watcher, number), at)
    waits = [
        (max(0.0, first[watcher, number] - answered) * 1000, region == codes[-1])
        for number, (answered, codes) in sent.items()
        for watcher, region in enumerate(regions)
        if region in codes
    ]
    shares = quantiles([wait for wait, _ in waits], n=100)
    return shares[49], shares[98], median(wait for wait, at_cell in waits if at_cell)
