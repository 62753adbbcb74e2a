"""The rates by name: their definitions, weights and thresholds as data, and what a case adds to the day's counts."""

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import TYPE_CHECKING

from dispatch.workflow import ENDED

if TYPE_CHECKING:
    from dispatch.commands import Act
    from dispatch.rate_cases import RateCase

# Five grades of good and bad reviews: 3 to 5 count as satisfied (General Office of the State Council, 2019, no. 51).
SATISFIED_FROM = 3
THREE = ("response", "resolution", "satisfaction")  # 三率, kept by the live counters too
NAMES = (*THREE, "on_time", "redispatch", "reopen", "first_call")
ANSWER_RATES = {"resolved": "resolution", "satisfaction": "satisfaction"}
HIGH, LOW = "high", "low"


@dataclass(frozen=True)
class Rate:
    """One row of geodata/rates.csv: `weight` in the total (0: not part of it), `better` high or low."""

    name: str
    weight: float
    better: str
    definition: str
    definition_en: str


@dataclass(frozen=True)
class Rates:
    """The rates in the order of the file, and the thresholds by name."""

    rates: dict[str, Rate]
    thresholds: dict[str, float]

    @property
    def weights(self) -> dict[str, float]:
        """Of the rates that make up the total; they add up to 1."""
        parts = {name: rate.weight for name, rate in self.rates.items() if rate.weight}
        return {name: weight / sum(parts.values()) for name, weight in parts.items()}


def read_rates(text: str) -> Rates:
    """Reads the CSV; ValueError names the line that is wrong, or the rate that is missing."""
    rates: dict[str, Rate] = {}
    thresholds: dict[str, float] = {}
    for line, row in enumerate(csv.DictReader(StringIO(text)), start=2):
        what, name = row["what"], row["name"]
        try:
            value = float(row["value"])
        except (TypeError, ValueError) as problem:
            raise ValueError(f"rates, line {line}: {row['value']!r} is no number") from problem
        if what == "threshold" and value >= 0:
            thresholds[name] = value
        elif what == "rate" and name in NAMES and row["better"] in (HIGH, LOW) and value >= 0:
            rates[name] = Rate(name, value, row["better"], row["definition"], row["definition_en"])
        else:
            raise ValueError(f"rates, line {line}: cannot be read: {what!r}, {name!r}, {row['better']!r}, {value}")
    complete(rates)
    return Rates(rates, thresholds)


def complete(rates: dict[str, Rate]) -> None:
    missing = [name for name in NAMES if name not in rates]
    if missing:
        raise ValueError(f"rates: no row for {', '.join(missing)}")
    weighted = [rate for rate in rates.values() if rate.weight]
    if not weighted or any(rate.better != HIGH for rate in weighted):
        raise ValueError("rates: the total needs weights, and only rates of which more is better can have one")


def day_deltas(act: "Act", status: str | None) -> dict[str, int]:
    """Received and closed on the day of the act, by the counters' names; `status` was the state before."""
    counts: dict[str, int] = {}
    if act.verb.name == "receive":
        counts["day.received"] = 1
    if act.ticket.status in ENDED and status not in ENDED:
        counts["day.closed"] = 1
    return counts


def case_deltas(cases: Iterable["RateCase"], path: str, today: date) -> dict[str, int]:
    """What new lines of the ledger at this path change in the counters of the three rates."""
    counts: Counter[str] = Counter()
    for line in cases:
        if line.path == path and line.rate in THREE:
            day = "" if line.day == today else f"@{line.day.isoformat()}"
            counts[f"day.{line.rate}_cases{day}"] += line.cases
            counts[f"day.{line.rate}_met{day}"] += line.met
    return {name: change for name, change in counts.items() if change}


def satisfied(grade: int | None) -> bool | None:
    return None if grade is None else grade >= SATISFIED_FROM
