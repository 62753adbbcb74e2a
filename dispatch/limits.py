"""Limits of the workflow: how often, how long, which share; figures that a deployment edits."""

import csv
from dataclasses import dataclass, fields
from io import StringIO


@dataclass(frozen=True)
class Limits:
    """One row of geodata/limits.csv each; `give_back_days` are working days."""

    give_backs: int = 2  # then the common ancestor decides
    give_back_days: int = 2  # Shandong
    extensions: int = 2  # of one promise
    recheck_percent: int = 0  # of what was handled; a deployment sets its share


def read_limits(text: str) -> Limits:
    """Reads the CSV; what it does not name keeps its default. ValueError names the line that is wrong."""
    known, found = {field.name for field in fields(Limits)}, {}
    for line, row in enumerate(csv.DictReader(StringIO(text)), start=2):
        name, value = row["name"], row["value"]
        if name not in known or not value.isdecimal() or (name == "recheck_percent" and int(value) > 100):
            raise ValueError(f"limits, line {line}: {name!r} cannot be {value!r}")
        found[name] = int(value)
    return Limits(**found)
