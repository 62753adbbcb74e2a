"""The sweep of due clocks through `perform` against bare SQL that writes the same rows; two sweepers against one."""

import gc
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from app.database import Database
from dispatch.sweep import sweep
from tests.bench.bare_sweep import bare_sweep
from tests.bench.due import fill
from tests.bench.ratios import Line, in_turns
from tests.bench.worlds import ROOT, World, among, without_tickets


def lines(worlds: list[World], args: Namespace) -> Iterator[Line]:
    for world in worlds:
        yield from lines_of(world, args.rounds, args.due, among(world, args.open))


def lines_of(world: World, rounds: int, due: int, others: int) -> Iterator[Line]:
    """Each round takes as many due clocks: the product in the database, the reference in the copy."""
    database = Database(world.settings)
    without_tickets(database.engine)
    now = fill(database, 3 * (rounds + 1) * due, others)  # a turn ends with a whole batch, a little late
    database.engine.dispose()
    world.copy()
    gc.freeze()  # as the product does when it starts
    one = swept(database, now, due)
    note = f"{due:,} due, half SIGN_IN, half HANDLE, among {others:,} open tickets"
    figures = in_turns(rounds, one, bare_swept(world, now, due))
    yield Line(f"sweep on {world.name}", "a second", *figures, higher_is_better=True, note=note)
    with second_sweeper(world, now) as other:
        figures = in_turns(rounds, both_swept(database, now, due, other), one)
    yield Line(f"two sweepers on {world.name} against one", "a second", *figures, higher_is_better=True, note=note)
    database.engine.dispose()


def swept(database: Database, now: datetime, share: int) -> Callable[[], float]:
    def run() -> float:
        began = time.perf_counter()
        steps = sweep(lambda: database.transaction(write=True), now, share)
        assert steps >= share - 1, f"{steps} steps of {share}"
        return steps / (time.perf_counter() - began)

    return run


def both_swept(database: Database, now: datetime, share: int, other: subprocess.Popen[str]) -> Callable[[], float]:
    """Each of two processes takes half."""
    assert other.stdin is not None and other.stdout is not None
    told, heard = other.stdin, other.stdout

    def run() -> float:
        began = time.perf_counter()
        told.write(f"{share // 2}\n")
        told.flush()
        steps = sweep(lambda: database.transaction(write=True), now, share // 2)
        steps += int(heard.readline())
        assert steps >= share - 1, f"{steps} steps of {share}"
        return steps / (time.perf_counter() - began)

    return run


@contextmanager
def second_sweeper(world: World, now: datetime) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.bench.second_sweeper", world.url, now.isoformat()]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=world.env, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None and process.stdin is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.stdin.close()


def bare_swept(world: World, now: datetime, share: int) -> Callable[[], float]:
    def run() -> float:
        began = time.perf_counter()
        steps = bare_sweep(world.copy_url, now, share)
        assert steps >= share, f"{steps} steps of {share}"
        return steps / (time.perf_counter() - began)

    return run
