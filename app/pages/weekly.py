"""The weekly report of a region: a page that prints well, with plots; complete days only unless a day is asked for."""

from datetime import timedelta

from flask import Blueprint, render_template, request

from app.auth import current_actor
from app.clock import today
from app.database import transaction
from app.pages.plot import daily
from app.relay import number_all
from dispatch.config import current_config
from dispatch.queries import region_in_scope
from dispatch.rates import THREE
from dispatch.trend import COUNTED, WEEK, last_day, trends
from grids.models import LEVELS
from grids.queries import children, path_regions

pages = Blueprint("weekly", __name__)


@pages.get("/board/<code>/weekly")
def show(code: str) -> str:
    last = last_day(request.args.get("to", ""), today())
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
            enough=current_config(db).rates.thresholds["enough_cases"],
            earlier=last - timedelta(days=WEEK),
            later=last + timedelta(days=WEEK) if last + timedelta(days=WEEK) <= today() else None,
        )
