"""Intake through the whole HTTP path against a bare view that runs the same statements under the same server."""

import itertools
import pickle
from argparse import Namespace
from collections.abc import Callable, Iterator

from tests.bench import servers
from tests.bench.capture import BORDERS, record
from tests.bench.clients import Client, rate
from tests.bench.points import cells, complaint, points_in
from tests.bench.ratios import Line, in_turns
from tests.bench.servers import Server
from tests.bench.worlds import World

SECONDS = 3.0
CLIENTS = (1, 8)
LOGIN = "agent.21"


def lines(worlds: list[World], args: Namespace) -> Iterator[Line]:
    places = itertools.cycle(points_in(cells(worlds[0]), 5_000).tolist())
    for world in worlds:
        yield from lines_of(world, args.rounds, lambda: complaint(*next(places)))


def lines_of(world: World, rounds: int, body: Callable[[], dict[str, object]]) -> Iterator[Line]:
    steps, key = record(world, body(), LOGIN)
    note = f"{sum(step.sql not in BORDERS for step in steps)} statements"
    world.copy()
    kept = world.instance / "steps"
    kept.write_bytes(pickle.dumps(steps))
    env = {"BARE_URL": world.copy_url, "BARE_STEPS": str(kept)}
    product = servers.product(world)
    bare = servers.bare("bare_intake:app", env, world.instance / "bare.log")
    with product as ours, bare as reference:
        for server in (ours, reference):
            server.pause()
        for count in CLIENTS:
            mine = [Client(ours.port, "/api/v1/tickets", {"Authorization": f"Bearer {key}"}) for _ in range(count)]
            theirs = [Client(reference.port, "/", {}) for _ in range(count)]
            figures = in_turns(rounds, side(ours, mine, body), side(reference, theirs, body))
            name = f"intake on {world.name}, {count} client{'s' * (count > 1)}"
            yield Line(name, "a second", *figures, higher_is_better=True, note=note)


def side(server: Server, clients: list[Client], body: Callable[[], dict[str, object]]) -> Callable[[], float]:
    def run() -> float:
        server.resume()
        figure = rate(clients, body, SECONDS)
        server.pause()
        return figure

    return run
