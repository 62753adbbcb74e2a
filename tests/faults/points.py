"""Kill points: children of one kind are killed one after the other, and what they leave behind is checked."""

import random
from dataclasses import dataclass, field
from datetime import timedelta

from flask import Flask

from app.database import transaction
from dispatch.config import current_config
from dispatch.place import at_point
from grids.cells import cell_index
from tests.faults.checks import all_is_well, how_many, lost
from tests.faults.killing import killed_at_work
from tests.faults.works import WORKS, latest
from tests.world import centre

CHECKED_EVERY = 25


@dataclass
class Outcome:
    """How many points, what was acknowledged, and every fault in words."""

    points: int = 0
    acknowledged: int = 0
    tickets: int = 0
    faults: list[str] = field(default_factory=list)


def run_points(app: Flask, kind: str, points: int, seed: int) -> Outcome:
    """`points` children of this kind, each killed at a random moment."""
    rng, outcome = random.Random(f"{kind} {seed}"), Outcome()
    with app.app_context():
        warm()
        for point in range(1, points + 1):
            lines = killed_at_work(app, WORKS[kind], rng)
            outcome.points = point
            outcome.acknowledged += len(lines)
            outcome.faults += [f"lost: {line}" for line in lost(newest(lines))]
            if point % CHECKED_EVERY == 0 or point == points:
                outcome.faults += all_is_well(latest() + timedelta(hours=3))
            if outcome.faults:
                break
        with transaction() as db:
            outcome.tickets = how_many(db)
    return outcome


def warm() -> None:
    """What every child would read anew: cells, configuration, and the code of an intake."""
    with transaction() as db:
        cell_index(db)
        current_config(db)
        at_point(db, (*centre(), "wgs84"))


def newest(lines: list[str]) -> list[str]:
    """Of several acknowledgements of a ticket the last one."""
    return list({line.partition(" ")[0]: line for line in lines}.values())
