"""Processes that are killed with SIGKILL at a random moment, at work; what they had acknowledged is known."""

import os
import random
import select
import signal
import time
from collections.abc import Callable

from flask import Flask

from tests.faults.load import loaded, wait_for
from tests.faults.product import Product

Work = Callable[[Flask, random.Random, Callable[[str], None]], None]
LONGEST_S = 0.25
WARM_SHARE = 0.8  # of the children are killed at work, the others perhaps before they have begun
START_S = 5


def killed_at_work(app: Flask, work: Work, rng: random.Random) -> list[str]:
    """Runs `work` in a forked child until it is killed; the lines that it had acknowledged by then.

    A line is written after the commit that it tells of: whatever is in the pipe has been promised to somebody.
    """
    app.extensions["database"].engine.dispose()
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        run_child(app, work, rng.random(), write_end)
    os.close(write_end)
    if rng.random() < WARM_SHARE:
        select.select([read_end], [], [], START_S)  # until it has acknowledged something
    time.sleep(rng.uniform(0.0, LONGEST_S))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(read_end, encoding="utf-8") as pipe:
        return [line.strip() for line in pipe if line.endswith("\n")]


def run_child(app: Flask, work: Work, seed: float, write_end: int) -> None:
    """Never returns: a child that comes to an end by itself ends without the parent's clean-up."""

    def acknowledge(line: str) -> None:
        os.write(write_end, f"{line}\n".encode())

    try:
        with app.app_context():
            work(app, random.Random(seed), acknowledge)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(0)


def killed_while_serving(product: Product, rounds: int) -> list[str]:
    """Kills the server under load and starts it again on its port, so many times; the numbers that were told."""
    acknowledged: list[str] = []
    for _ in range(rounds):
        with loaded(product.port, product.key) as load:
            wait_for(lambda load=load: len(load.acknowledged) > 5)
            time.sleep(random.uniform(0.0, LONGEST_S))
            product.kill()
            gone = time.monotonic()
            product.start()
            wait_for(lambda load=load, gone=gone: load.first_success(gone) is not None)
        acknowledged += load.acknowledged
    return acknowledged
