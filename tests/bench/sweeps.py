"""The sweep of due clocks through `perform` against bare SQL that writes the same rows in batches of 1,000."""

import gc
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from datetime import datetime

from app.database import Database
from dispatch.sweep import sweep
from tests.bench.bare_sweep import bare_sweep
from tests.bench.due import fill
from tests.bench.ratios import Line, in_turns
from tests.bench.worlds import World, without_tickets


def lines(worlds: list[World], args: Namespace) -> Iterator[Line]:
    for world in worlds:
        yield from lines_of(world, args.rounds, args.due, args.open)


def lines_of(world: World, rounds: int, due: int, others: int) -> Iterator[Line]:
    """Each round takes as many due clocks: the product in the database, the reference in the copy."""
    database = Database(world.settings)
    without_tickets(database.engine)
    now = fill(database, (rounds + 1) * due, others)  # a turn ends with a whole batch, a little late
    database.engine.dispose()
    world.copy()
    gc.freeze()  # as the product does when it starts
    figures = in_turns(rounds, swept(database, now, due), bare_swept(world, now, due))
    database.engine.dispose()
    note = f"{due:,} due, half SIGN_IN, half HANDLE, among {others:,} open tickets"
    yield Line(f"sweep on {world.name}", "a second", *figures, higher_is_better=True, note=note)


def swept(database: Database, now: datetime, share: int) -> Callable[[], float]:
    def run() -> float:
        began = time.perf_counter()
        steps = sweep(lambda: database.transaction(write=True), now, share)
        assert steps >= share - 1, f"{steps} steps of {share}"
        return steps / (time.perf_counter() - began)

    return run


def bare_swept(world: World, now: datetime, share: int) -> Callable[[], float]:
    def run() -> float:
        began = time.perf_counter()
        steps = bare_sweep(world.copy_url, now, share)
        assert steps >= share, f"{steps} steps of {share}"
        return steps / (time.perf_counter() - began)

    return run
