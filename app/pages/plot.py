"""Plots that stand in a page without a script: figures per day as paths of an SVG of WIDTH by HEIGHT."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask_babel import format_date

from dispatch.trend import Trend

WIDTH, HEIGHT = 440, 150
LEFT, RIGHT, TOP, BOTTOM = 40, 8, 10, 22  # margins
LINES = 4  # at most, across


def daily(found: Trend, name: str, every: int = 1) -> dict[str, Any]:
    """The plot of one figure: these days, the week before, the last year where it was counted; named is every nth."""
    spans = {"now": found.now, "week": found.week} | ({"year": found.year} if found.year.known else {})
    days = [found.now.first + timedelta(days=after) for after in range(len(found.now.days[name]))]
    heads = ["" if (len(days) - at) % every else format_date(day, "M/d") for at, day in enumerate(days, 1)]
    return plot({key: one.days[name] for key, one in spans.items()}, heads)


def plot(series: dict[str, Sequence[int]], heads: Sequence[str]) -> dict[str, Any]:
    """{width, height, left, right, lines: [(y, figure)], ticks: [(x, head)], paths: {name: d}}, its ground zero."""
    most = max((figure for figures in series.values() for figure in figures), default=0)
    step = round_step(most)
    top = step * max(1, -(-most // step))
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(at: int) -> float:
        return round(LEFT + wide * at / max(1, len(heads) - 1), 1)

    def y(figure: int) -> float:
        return round(TOP + tall * (1 - figure / top), 1)

    return {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "lines": [(y(figure), figure) for figure in range(0, top + 1, step)],
        "ticks": [(x(at), head) for at, head in enumerate(heads)],
        "paths": {
            name: "M" + "L".join(f"{x(at)} {y(figure)}" for at, figure in enumerate(figures))
            for name, figures in series.items()
        },
    }


def round_step(most: int) -> int:
    """1, 2 or 5 times a power of ten, so that at most LINES steps reach `most`."""
    power = 1
    while True:
        for times in (1, 2, 5):
            if times * power * LINES >= most:
                return times * power
        power *= 10
