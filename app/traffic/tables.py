"""The tables of geodata/traffic: sentences, weights and hours, read once, and drawn from."""

import csv
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

from dispatch.working_time import SHANGHAI

FOLDER = Path(__file__).resolve().parents[2] / "geodata" / "traffic"
CLOCKS = ("清早五点", "早上七点", "上午九点", "中午十二点", "下午三点", "傍晚六点", "晚上八点")
NIGHTS = ("晚上十点", "晚上十点半", "夜里十一点", "半夜十二点", "凌晨一点", "凌晨两点")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡林郭何高罗于董梁宋"
PREFIX = "154"  # mobile numbers that begin so are given to nobody
FILLS = {"building": (1, 46), "unit": (1, 4), "floor": (2, 18), "days": (2, 12), "hours": (2, 9), "count": (2, 28)}
FILLS |= {"few": (2, 6), "age": (70, 92), "temp": (12, 17)}


class Template(NamedTuple):
    """A sentence with places to fill; `months` are those in which it comes."""

    category: str
    months: frozenset[int]
    weight: float
    text: str


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def templates() -> tuple[Template, ...]:
    """Raises ValueError for a row that cannot be read."""
    return tuple(
        Template(row["category"], months_of(row["months"]), float(row["weight"]), row["text"])
        for row in rows("complaints")
    )


def months_of(text: str) -> frozenset[int]:
    """ "11-3" is November to March, "" is every month."""
    if not text:
        return frozenset(range(1, 13))
    first, last = map(int, text.split("-"))
    if first <= last:
        return frozenset(range(first, last + 1))
    return frozenset(range(1, 13)) - frozenset(range(last + 1, first))


@cache
def weights() -> dict[str, float]:
    """Code of a city or district: its share among its siblings."""
    return {row["code"]: float(row["weight"]) for row in rows("weights")}


@cache
def hours() -> tuple[float, ...]:
    """How many calls come in each hour of a day, Asia/Shanghai."""
    return tuple(float(row["weight"]) for row in rows("hours"))


@cache
def notes(verb: str, group: str) -> tuple[str, ...]:
    """What somebody writes when doing this verb, for a group of categories; else what fits any."""
    own = [row["text"] for row in rows("notes") if row["verb"] == verb and row["group"] == group]
    return tuple(own or [row["text"] for row in rows("notes") if row["verb"] == verb and not row["group"]])


def note(rng: Random, verb: str, category: str | None) -> str:
    return rng.choice(notes(verb, (category or "").split(".")[0]) or ("",))


def in_season(rng: Random, at: datetime) -> Template:
    """A sentence for the month of `at`."""
    month = at.astimezone(SHANGHAI).month
    return pick(rng, [one for one in templates() if month in one.months])


def pick(rng: Random, choices: Sequence[Template]) -> Template:
    return rng.choices(choices, [one.weight for one in choices])[0]


def filled(rng: Random, template: Template, street: str, community: str) -> str:
    """The sentence with its places filled."""
    words = {name: rng.randint(*span) for name, span in FILLS.items()}
    times = {"clock": rng.choice(CLOCKS), "night": rng.choice(NIGHTS)}
    return template.text.format(**words, **times, street=street, community=community)


def caller(rng: Random) -> str:
    return rng.choice(SURNAMES) + rng.choice(("先生", "女士"))


def phone(rng: Random) -> str:
    return f"{PREFIX}{rng.randrange(10**8):08d}"
