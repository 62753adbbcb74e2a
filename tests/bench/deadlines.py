"""Deadlines a second of one core, by `dispatch.sla.due_at`, against the 100,000 that are asked for.

Starts are spread over a year and never the same twice, so that nothing is remembered from one to the next.
"""

import random
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from dispatch.sla import Allowance, Calendar, Pause, due_at, load_calendar
from tests.bench.ratios import Line, in_turns
from tests.bench.worlds import World

ASKED = 100_000.0  # a second
NUMBER, YEAR = 50_000, 360 * 86_400
ALLOWANCES = ((2, "hours"), (4, "working_hours"), (5, "working_days"), (15, "whole_working_days"))


def lines(worlds: list[World], args: Namespace) -> Iterator[Line]:
    calendar = load_calendar("CN")
    for pauses in (0, 2):
        for amount, unit in ALLOWANCES:
            counted = rate(Allowance(amount, unit), calendar, pauses)
            ours, asked = in_turns(args.rounds, counted, lambda: ASKED)
            yield Line(
                f"deadlines of {amount} {unit}, {pauses} pauses", "a second", ours, asked, True, "processor time"
            )


def rate(allowance: Allowance, calendar: Calendar, pauses: int) -> Callable[[], float]:
    def run() -> float:
        chosen = random.Random(allowance.amount)
        origin = datetime(2026, 1, 5, tzinfo=UTC)
        starts = [origin + timedelta(seconds=chosen.randrange(YEAR)) for _ in range(NUMBER)]
        spans = [spans_from(start, pauses) for start in starts]
        began = time.process_time()
        for start, own in zip(starts, spans, strict=True):
            due_at(start, allowance, calendar, [Pause(*span) for span in own])
        return NUMBER / (time.process_time() - began)

    return run


def spans_from(start: datetime, number: int) -> list[tuple[datetime, datetime]]:
    """Holds of three hours, the first one an hour after the start."""
    begins = [start + timedelta(hours=1 + 24 * one) for one in range(number)]
    return [(begin, begin + timedelta(hours=3)) for begin in begins]
