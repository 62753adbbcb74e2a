"""The units of the demo: centres, departments and made-up enterprises, by the tables in geodata/units/."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

from shapely.geometry.base import BaseGeometry

from grids.bulk import Row
from grids.load import Node, union
from grids.models import CITY, DISTRICT, LEVELS, STREET
from grids.units import centre_name

UNITS_FOLDER = Path(__file__).resolve().parent.parent / "geodata" / "units"
SUFFIXES = ("区", "县", "市")


@cache
def table(name: str) -> list[dict[str, str]]:
    """The rows of geodata/units/{name}.csv. Do not change the list."""
    with open(UNITS_FOLDER / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def centre_row(node: Node) -> Row:
    """The centre unit has the id and the code of its region."""
    name = centre_name(node.names, node.level)
    return unit_row(node, node.code, name, "centre", None) | {"id": node.id}


def unit_row(node: Node, code: str, name: str, kind: str, trade: str | None, area: BaseGeometry | None = None) -> Row:
    return {"code": code, "name": name, "kind": kind, "trade": trade, "region_id": node.id, "service_area": area}


def department_rows(node: Node) -> Iterator[Row]:
    """The departments that stand at a city or district; none at other levels."""
    if node.level not in (CITY, DISTRICT):
        return
    words = {"place": node.name, "city": node.names[1], "short": short(node.name)}
    for row in table("departments"):
        name = row[office(node)].format(**words)
        yield unit_row(node, f"{node.code}-{row['trade']}", name, "department", row["trade"])


def office(node: Node) -> str:
    """Which column names the office: city, district (市辖区) or county (县, 县级市)."""
    if node.level == CITY:
        return "city"
    return "district" if node.name.endswith("区") else "county"


def short(name: str) -> str:
    """和平区 is 和平; a name of two characters such as 义县 stays whole."""
    return name[:-1] if len(name) > 2 and name.endswith(SUFFIXES) else name


def enterprise_rows(nodes: Sequence[Node]) -> Iterator[Row]:
    """The enterprises that stand at the first of `nodes`; their service areas together cover all of it."""
    place = nodes[0]
    streets = [node.shape for node in nodes if node.level == STREET]
    for row in table("enterprises"):
        if row["stands"] == LEVELS[place.level - 1]:
            for serial, area in enumerate(areas(place, streets, row), start=1):
                name = row["name"].format(place=place.name, serial=f"{serial:02}")
                yield unit_row(place, f"{place.code}-{row['word']}-{serial:02}", name, "enterprise", row["trade"], area)


def areas(place: Node, streets: Sequence[BaseGeometry], row: dict[str, str]) -> Iterable[BaseGeometry]:
    """Neighbouring streets in runs of equal length, or the whole place. Streets that follow in code are neighbours."""
    if not row["streets"]:
        return [place.shape]
    number = max(1, min(int(row["most"]), len(streets) // int(row["streets"])))
    cuts = [round(i * len(streets) / number) for i in range(number + 1)]
    return [union(streets[first:last]) for first, last in pairwise(cuts)]
