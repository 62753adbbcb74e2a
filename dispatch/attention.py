"""When a ticket deserves a manager's eye: how often it was told or urged, by thresholds that are data."""

import csv
from dataclasses import dataclass
from io import StringIO
from typing import Protocol

FACTS = ("repeats", "urges")
LEVELS = ("", "watch", "pressing")  # rising


class Told(Protocol):
    """What a ticket says about itself here."""

    repeats: int
    urges: int


@dataclass(frozen=True)
class Threshold:
    """One row of geodata/attention.csv: from `at_least` of a fact on, a ticket stands at this level."""

    fact: str
    at_least: int
    level: str


def read_thresholds(text: str) -> tuple[Threshold, ...]:
    """Reads the CSV; ValueError names the line that is wrong."""
    found = []
    for line, row in enumerate(csv.DictReader(StringIO(text)), start=2):
        if row["fact"] not in FACTS or row["level"] not in LEVELS[1:]:
            raise ValueError(f"attention thresholds, line {line}: unknown {row['fact']!r} or {row['level']!r}")
        found.append(Threshold(row["fact"], int(row["at_least"]), row["level"]))
    return tuple(found)


def attention_of(ticket: Told, thresholds: tuple[Threshold, ...]) -> str:
    """The highest level that the ticket has reached; "" for none. It moves no deadline and hides nothing."""
    reached = [each.level for each in thresholds if getattr(ticket, each.fact) >= each.at_least]
    return max(reached, key=LEVELS.index, default="")
