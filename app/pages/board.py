"""The board of a region: its figures, its children on a map and in a table, its open tickets, the three rates."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.auth import current_actor
from app.babel import locale
from app.clock import now
from app.database import transaction
from app.pages.options import category_names
from app.pages.plot import daily
from app.relay import number_all
from dispatch.config import current_config
from dispatch.counters import children_counters, counters_of, day_of
from dispatch.decisions import decisions
from dispatch.draft_queue import waiting
from dispatch.league import FEW, against
from dispatch.queries import TicketFilter, list_tickets, region_in_scope
from dispatch.trend import trend
from dispatch.trouble import SHOWN, most_overdue, most_repeated
from grids.cells import region_version
from grids.models import LEVELS, Region
from grids.queries import code_of, path_regions

pages = Blueprint("board", __name__)

ROWS = 40  # of the open tickets, by due time; the rest is in the list
TREND_DAYS = 14
FIGURES = ("open", "overdue", "due_soon", "received", "closed")
ENOUGH = 30  # cases, below which a rate is not ranked or coloured


@pages.get("/board")
def mine() -> ResponseReturnValue:
    """The board of the person's own region."""
    path = current_actor().path
    if not path:
        abort(404)
    return redirect(url_for("board.show", code=code_of(path)))


@pages.get("/board/<code>")
def show(code: str) -> str:
    actor, settings = current_actor(), current_app.extensions["settings"]
    number_all()
    with transaction() as db:
        region = region_in_scope(db, actor, code)
        tickets, more = list_tickets(db, actor, TicketFilter(region=code, open=True), limit=ROWS)
        return render_template(
            "board.html",
            wall=request.args.get("wall") == "1",
            region=region,
            path=path_regions(db, region.path),
            figures=figures_of(db, region),
            drafts=waiting(db, region.path, current_config(db).draft_waits, now()),
            links=links_of(code),
            links_of=links_of,
            tickets=tickets,
            more=bool(more),
            levels=LEVELS,
            **trend_of(db, region),
            tiles=tiles_of(db, code),
            map_tiles=settings.map_tiles,
            map_attribution=settings.map_attribution,
            today=day_of(now()).isoformat(),
            enough=ENOUGH,
            rows=ROWS,
            category_names=category_names(current_config(db).taxonomy, locale()),
            **asides_of(db, region),
        )


@pages.get("/board/<code>/asides")
def asides(code: str) -> str:
    """The cards below the board alone, which the page fetches anew after changes."""
    with transaction() as db:
        region = region_in_scope(db, current_actor(), code)
        return render_template("board/asides.html", region=region, **asides_of(db, region))


@pages.get("/board/<code>/trend")
def trend_card(code: str) -> str:
    """The card of the trend alone."""
    number_all()
    with transaction() as db:
        region = region_in_scope(db, current_actor(), code)
        return render_template("board/trend.html", region=region, **trend_of(db, region))


def trend_of(db: Session, region: Region) -> dict[str, Any]:
    found = trend(db, region.path, day_of(now()), TREND_DAYS)
    return {"trend": found, "received": daily(found, "received", every=2)}


def asides_of(db: Session, region: Region) -> dict[str, Any]:
    """What waits for the manager's decision, the units with the most overdue tickets, and what is told again."""
    actor = current_actor()
    config = current_config(db)
    waits, more = decisions(db, actor, config.limits.give_backs) if actor.role == "manager" else ([], False)
    return {
        "decisions": waits[:SHOWN],
        "decisions_number": f"{len(waits)}{'+' if more else ''}",
        "behind": most_overdue(db, region.path),
        "repeated": most_repeated(db, region.path),
        "names": category_names(config.taxonomy, locale()),
    }


@pages.get("/board/<code>/figures")
def figures(code: str) -> ResponseReturnValue:
    """The same figures as JSON, read in one transaction, so that the rows always add up to the total."""
    number_all()
    with transaction() as db:
        return jsonify(figures_of(db, region_in_scope(db, current_actor(), code)))


def figures_of(db: Session, region: Region) -> dict[str, Any]:
    """{total, children, here}: figures of the region, of each child, and of what lies at this level only."""
    today: date = day_of(now())
    total = row_of(region, counters_of(db, region.path, today))
    whole = total["rates"]["response"]["value"]
    children = [row_of(child, counters, whole) for child, counters in children_counters(db, region, today)]
    here = {name: total[name] - sum(child[name] for child in children) for name in FIGURES}
    return {"total": total, "children": children, "here": here}


def row_of(region: Region, counters: dict[str, Any], whole: float | None = None) -> dict[str, Any]:
    """`rate_class`: how its response rate stands to `whole`, that of the region above; see dispatch.league.against."""
    response = counters["rates"]["response"]
    return {
        "code": region.code,
        "name": region.name,
        "open": counters["open"],
        "overdue": counters["overdue"],
        "due_soon": counters["due_soon"],
        "received": counters["today"]["received"],
        "closed": counters["today"]["closed"],
        "on_hold": counters["on_hold"],
        "rates": counters["rates"],
        "rate_words": rate_words(response),
        "rate_class": against(response, whole, ENOUGH),
        "rate_short": "–" if against(response, whole, ENOUGH) == FEW else f"{response['value']:.1%}",
    }


def tiles_of(db: Session, code: str) -> str:
    """The address of the vector tiles of a region's cells, "" where the database makes none."""
    if db.get_bind().dialect.name != "postgresql":
        return ""
    address = url_for("maps.cells", code=code)
    return f"{address}/{{z}}/{{x}}/{{y}}?v={region_version(db)}"


def links_of(code: str, **more: Any) -> dict[str, str]:
    """The lists of tickets that stand behind the figures of a region; `here=1` for those at its own level only."""
    today = day_of(now()).isoformat()
    narrowed: dict[str, dict[str, Any]] = {
        "open": {"open": 1},
        "overdue": {"open": 1, "overdue": 1},
        "due_soon": {"open": 1, "light": "near"},
        "received": {"created_from": today},
        "closed": {"open": 0, "closed_from": today},
    }
    return {name: url_for("tickets.index", region=code, **given, **more) for name, given in narrowed.items()}


def rate_words(rate: dict[str, Any]) -> str:
    """A rate in words, as in 93.8% 92.0–95.2, or that there are too few cases to say."""
    if rate["value"] is None or rate["cases"] < ENOUGH:
        return _("样本不足（%(n)s 件）", n=rate["cases"])
    return f"{rate['value']:.1%} {rate['low'] * 100:.1f}–{rate['high'] * 100:.1f}"
