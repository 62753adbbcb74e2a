"""The weekly report of a region: a page that prints well, with plots; complete days only unless a day is asked for."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import format_date

from app.auth import current_actor
from app.clock import today
from app.database import transaction
from app.pages.plot import plot
from app.relay import number_all
from dispatch.errors import BadInput
from dispatch.queries import region_in_scope
from dispatch.rates import THREE
from dispatch.trend import COUNTED, WEEK, Trend, trends
from grids.models import LEVELS
from grids.queries import children, path_regions

pages = Blueprint("weekly", __name__)


@pages.get("/board/<code>/weekly")
def show(code: str) -> str:
    last = last_day(request.args.get("to", ""))
    number_all()
    with transaction() as db:
        region = region_in_scope(db, current_actor(), code)
        below = children(db, region)
        found = trends(db, [region.path, *(child.path for child in below)], last)
        whole = found[region.path]
        return render_template(
            "weekly.html",
            region=region,
            path=path_regions(db, region.path),
            levels=LEVELS,
            whole=whole,
            parts=[(child, found[child.path]) for child in below],
            plots={name: daily(whole, name) for name in COUNTED},
            rates=THREE,
            earlier=last - timedelta(days=WEEK),
            later=last + timedelta(days=WEEK) if last + timedelta(days=WEEK) <= today() else None,
        )


def last_day(given: str) -> date:
    """The day that was asked for, else the last Sunday that is over; BadInput for no day or one that is to come."""
    if not given:
        return today() - timedelta(days=today().isoweekday())
    try:
        day = date.fromisoformat(given)
    except ValueError as problem:
        raise BadInput("day_wrong") from problem
    if day > today():
        raise BadInput("day_wrong")
    return day


def daily(found: Trend, name: str, every: int = 1) -> dict[str, Any]:
    """The plot of one figure: these days, the week before, the last year where it was counted; named is every nth."""
    spans = {"now": found.now, "week": found.week} | ({"year": found.year} if found.year.known else {})
    days = [found.now.first + timedelta(days=after) for after in range(len(found.now.days[name]))]
    heads = ["" if (len(days) - at) % every else format_date(day, "M/d") for at, day in enumerate(days, 1)]
    return plot({key: one.days[name] for key, one in spans.items()}, heads)
