"""Calls for tests of bulk intake: as many different ones as are asked for, in words of our own."""

import random

from app.database import transaction
from dispatch.batches import new_batch
from grids.scope import Actor
from tests.conftest import MONDAY

MATTERS = (
    "路灯不亮，好几天了",
    "暖气不热，屋里只有十四度",
    "垃圾堆在楼道口没人清",
    "井盖松了，车一过就响",
    "小区停水一天了",
)
PLACES = (
    "沈阳市和平区南湖街道文安路社区",
    "沈阳市沈河区新华街道",
    "沈阳市和平区太原街街道",
    "大连市中山区桃源街道",
    "",
)


def call(number: int) -> str:
    """The text of call `number`; each of them is another one. One in five names no place, and becomes a draft."""
    chosen = random.Random(number)
    place, matter = PLACES[number % len(PLACES)], chosen.choice(MATTERS)
    return f"坐席：您好，请讲\n市民：{place}{matter}，这是第{number}回打电话\n坐席：好的，马上派人"


def files(numbers: range) -> list[tuple[str, bytes]]:
    return [(f"call-{number}.txt", call(number).encode()) for number in numbers]


def empty_batch() -> int:
    """A batch of the city's agent that concerns the western district."""
    owner = Actor("agent.2101", "agent", path="21.2101.210102.")
    with transaction(write=True) as db:
        return new_batch(db, "a key", "a digest", [("a.txt", 0, 0)], {"mode": "auto"}, owner, MONDAY).id
