"""How long a draft may wait before the manager sees it as waiting: a table by urgency."""

import csv
from datetime import timedelta
from io import StringIO

from dispatch.workflow import URGENCIES


def read_waits(text: str) -> dict[str, timedelta]:
    """Urgency -> time, from the CSV `urgency,minutes,source`. ValueError names what is wrong or missing."""
    waits = {}
    for line, row in enumerate(csv.DictReader(StringIO(text)), start=2):
        try:
            waits[row["urgency"]] = timedelta(minutes=int(row["minutes"]))
        except (KeyError, TypeError, ValueError, OverflowError) as problem:
            raise ValueError(f"waits of drafts, line {line}: {problem}") from problem
        if waits[row["urgency"]] <= timedelta(0):
            raise ValueError(f"waits of drafts, line {line}: minutes must be 1 or more")
    if waits.keys() != set(URGENCIES):
        raise ValueError(f"waits of drafts: one row for each of {', '.join(URGENCIES)}")
    return waits
