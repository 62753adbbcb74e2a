"""How late a due step is taken, by the real `flask clock`, among a million open tickets: p99, against one second."""

import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, select

from app.database import Database
from dispatch.models import Event
from tests.bench.due import SPREAD, fill
from tests.bench.ratios import Line
from tests.bench.worlds import ROOT, World, among, without_tickets

A_SECOND = 20  # clocks that come due
FILLING = timedelta(seconds=240)  # more than it takes to store the tickets
WINDOW = 30.0  # seconds that are measured
LOOK = 0.02  # seconds between two looks at the events


def lines(worlds: list[World], args: Namespace) -> Iterator[Line]:
    for world in worlds:
        others = among(world, args.open)
        lags = sorted(lags_of(world, others))
        p99 = lags[int(len(lags) * 0.99)]
        note = f"{len(lags)} deadlines in {WINDOW:.0f} s among {others:,} open tickets; the longest {lags[-1]:.2f} s"
        yield Line(f"p99 from deadline to step on {world.name}", "s", [p99], [1.0], higher_is_better=False, note=note)


def lags_of(world: World, others: int) -> list[float]:
    """Seconds between the deadline that an event stands for and the first look that saw the event."""
    database = Database(world.settings)
    without_tickets(database.engine)
    fill(database, A_SECOND * SPREAD, others, ending=datetime.now(UTC) + FILLING + timedelta(seconds=SPREAD))
    clock = [sys.executable, "-m", "flask", "--app", "wsgi", "clock"]
    with subprocess.Popen(clock, cwd=ROOT, env=world.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as one:
        try:
            begin_at(database.engine)
            return list(seen(database.engine))
        finally:
            one.terminate()
            database.engine.dispose()


def begin_at(engine: Engine) -> None:
    """Waits until the clock process has taken a step."""
    while newest(engine, 0) == []:
        time.sleep(0.5)


def seen(engine: Engine) -> Iterator[float]:
    last = max(key for key, _ in newest(engine, 0))
    end = time.monotonic() + WINDOW
    while time.monotonic() < end:
        for key, at in newest(engine, last):
            last = max(last, key)
            yield (datetime.now(UTC) - at).total_seconds()
        time.sleep(LOOK)


def newest(engine: Engine, after: int) -> list[tuple[int, datetime]]:
    with engine.connect() as db:
        return [(row.id, row.at) for row in db.execute(select(Event.id, Event.at).where(Event.id > after))]
