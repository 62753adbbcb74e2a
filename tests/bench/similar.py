"""Likely duplicates of a matter among many tickets against bare SQL that only reads the candidates around the point."""

import itertools
import random
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, text

from app.database import Database
from dispatch.likeness import Matter
from dispatch.models import Ticket
from dispatch.similar import AROUND_M, DEGREE_M, EACH, WITHIN, similar
from grids.models import Region
from grids.scope import Actor
from tests.bench.due import CHUNK, MORNING, model
from tests.bench.points import Points, cells, points_in
from tests.bench.ratios import Line, in_turns
from tests.bench.worlds import World, without_tickets

CALLS, SPOTS, DAYS = 300, 5_000, 90
AGENT = Actor("agent.21", "agent", path="21.")
WORDS = (
    "楼前垃圾没有清走",
    "路灯不亮了好几天",
    "井盖丢失很危险",
    "下水道堵了往外冒水",
    "夜里施工吵得睡不着",
    "消防通道停满了车",
)
KINDS = ("cityscape.rubbish", "light.street", "road.manhole", "water.leak", "noise.construction", "traffic.parking")
BARE = text("""
    SELECT id, description, category, path, lon, lat, created_at FROM ticket
    WHERE lat BETWEEN :south AND :north AND lon BETWEEN :west AND :east AND created_at BETWEEN :since AND :until
    ORDER BY created_at DESC LIMIT :most
""")


def lines(worlds: list[World], args: Namespace) -> Iterator[Line]:
    index = cells(worlds[0])
    spots = points_in(index, SPOTS)
    codes = index.codes_at(spots[:, 0], spots[:, 1])
    for world in worlds:
        database = Database(world.settings)
        without_tickets(database.engine)
        fill(database, args.tickets, spots, list(codes))
        figures = in_turns(args.rounds, ranked(database, spots), bare(database, spots))
        database.engine.dispose()
        note = f"{args.tickets:,} tickets at {SPOTS:,} spots; the reference neither compares nor ranks"
        yield Line(f"likely duplicates on {world.name}", "a second", *figures, higher_is_better=True, note=note)


def fill(database: Database, count: int, spots: Points, codes: list[Any]) -> None:
    """Copies of one ticket within some 40 m of the spots, over DAYS days."""
    with database.transaction(write=True) as db:
        (row, _), _ = model(db, signed_in=False)
        db.rollback()
    chance = random.Random(1)
    with database.transaction(write=True) as db:
        found = db.execute(select(Region.code, Region.id, Region.path).where(Region.code.in_(set(codes))))
        regions = {region.code: {"region_id": region.id, "path": region.path} for region in found}
        places = [
            (lon, lat, regions[code]) for (lon, lat), code in zip(spots.tolist(), codes, strict=True) if code in regions
        ]
        numbers = iter(range(1, count + 1))
        while chunk := list(itertools.islice(numbers, CHUNK)):
            db.execute(
                insert(Ticket.__table__), [copied(row, number, chance.choice(places), chance) for number in chunk]
            )
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))


def copied(row: dict[str, Any], number: int, place: tuple[float, float, dict[str, Any]], chance: random.Random) -> Any:
    lon, lat, region = place
    which = chance.randrange(len(WORDS))
    return row | region | {
        "id": number,
        "number": f"bench{number}",
        "description": WORDS[which],
        "category": KINDS[which],
        "lon": lon + chance.gauss(0, 0.0004),
        "lat": lat + chance.gauss(0, 0.0004),
        "created_at": MORNING - timedelta(days=chance.uniform(0, DAYS)),
    }  # fmt: skip


def ranked(database: Database, spots: Points) -> Callable[[], float]:
    def run() -> float:
        asked, began = asked_points(spots), time.perf_counter()
        for lon, lat in asked:
            with database.transaction() as db:
                similar(db, AGENT, Matter(WORDS[0], KINDS[0], "21.", lon, lat, MORNING))
        return CALLS / (time.perf_counter() - began)

    return run


def bare(database: Database, spots: Points) -> Callable[[], float]:
    tall = AROUND_M / DEGREE_M
    wide = tall / 0.75
    span = {"since": MORNING - WITHIN, "until": MORNING + WITHIN, "most": EACH}

    def run() -> float:
        asked, began = asked_points(spots), time.perf_counter()
        for lon, lat in asked:
            with database.engine.connect() as connection:
                box = {"south": lat - tall, "north": lat + tall, "west": lon - wide, "east": lon + wide}
                connection.execute(BARE, box | span).all()
        return CALLS / (time.perf_counter() - began)

    return run


def asked_points(spots: Points) -> list[list[float]]:
    chosen: list[list[float]] = random.Random(2).choices(spots.tolist(), k=CALLS)
    return chosen
