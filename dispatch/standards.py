"""The classes of city management (GB/T 30428.2: parts 部件 and events 事件) that the categories stand for."""

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

CLASSES_FILE = Path(__file__).resolve().parent.parent / "geodata" / "standards" / "city_management.csv"


class StandardClass(NamedTuple):
    """`kind`: 部件 (a thing that stands somewhere) or 事件 (something that happens); its large and its small class."""

    kind: str
    large_class: str
    small_class: str
    category: str


@cache
def standard_classes() -> tuple[StandardClass, ...]:
    """All of them, in the order of the standard's large classes."""
    with CLASSES_FILE.open(encoding="utf-8") as file:
        return tuple(StandardClass(**row) for row in csv.DictReader(file))


def classes_of(category: str) -> list[StandardClass]:
    """The small classes that a category covers, its own and, for a group, those of its members."""
    return [one for one in standard_classes() if one.category == category or one.category.startswith(category + ".")]
