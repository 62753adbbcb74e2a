"""The counters of a board against a primary-key read of its row: they cost the same however many tickets there are.

Each region gets a row for now and for each day of a month, as folding leaves them.
"""

import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from statistics import median

from sqlalchemy import insert, select

from app.database import Database
from dispatch.counters import counters_of
from dispatch.models import RegionDay, RegionNow
from grids.models import LEVELS, Region
from tests.bench.ratios import Line, in_turns
from tests.bench.worlds import World, without_tickets

TODAY = date(2026, 11, 30)
NOW = {"open": 1_250, "RECEIVED": 12, "DISPATCHED": 338, "SIGNED_IN": 700, "HANDLED": 200, "CLOSED": 998_750}
DAY = {"received": 123, "closed": 111} | {
    f"{rate}_{what}": 90 for rate in ("response", "resolution", "satisfaction") for what in ("cases", "met")
}
READS = 300  # in a turn
DEEPEST = 4


def lines(worlds: list[World], args: Namespace) -> Iterator[Line]:
    for world in worlds:
        database = Database(world.settings)
        without_tickets(database.engine)
        for level, path in fill(database).items():
            figures = in_turns(args.rounds, board(database, path), key_read(database, path))
            name = f"board of a {LEVELS[level - 1]} on {world.name}"
            yield Line(name, "µs", *figures, higher_is_better=False, note="against its row by the primary key")
        database.engine.dispose()


def fill(database: Database) -> dict[int, str]:
    """Rows for all regions down to the street; a path of each level."""
    with database.transaction(write=True) as db:
        found = db.execute(select(Region.level, Region.path).where(Region.level <= DEEPEST)).all()
        paths = [path for _, path in found]
        db.execute(insert(RegionNow), [{"path": path, "seq": 1, "counts": NOW} for path in paths])
        for back in range(TODAY.day):
            day = TODAY - timedelta(days=back)
            db.execute(insert(RegionDay), [{"path": path, "day": day, "counts": DAY} for path in paths])
    return {row.level: row.path for row in found}


def board(database: Database, path: str) -> Callable[[], float]:
    def read() -> None:
        with database.transaction() as db:
            counters_of(db, path, TODAY)

    return timed(read)


def key_read(database: Database, path: str) -> Callable[[], float]:
    def read() -> None:
        with database.transaction() as db:
            db.execute(select(RegionNow.path, RegionNow.counts).where(RegionNow.path == path)).one()

    return timed(read)


def timed(read: Callable[[], None]) -> Callable[[], float]:
    def run() -> float:
        times = []
        for _ in range(READS):
            began = time.perf_counter()
            read()
            times.append(time.perf_counter() - began)
        return median(times) * 1e6

    return run
