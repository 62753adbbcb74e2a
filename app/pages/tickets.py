"""The list of tickets that a person sees, with its filters in the address, so that it can be sent to a colleague."""

from dataclasses import fields
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth import current_actor
from app.babel import locale
from app.database import transaction
from app.pages.options import category_names, options
from dispatch.config import current_config
from dispatch.queries import SORTS, TicketFilter, list_tickets
from grids.queries import code_of, region_by_code

pages = Blueprint("tickets", __name__)

ZONE = ZoneInfo("Asia/Shanghai")
FLAGS = {"1": True, "true": True, "0": False, "false": False}
NAMES = tuple(field.name for field in fields(TicketFilter))


@pages.get("/tickets")
def index() -> ResponseReturnValue:
    actor = current_actor()
    given: dict[str, Any] = {name: value for name in NAMES if (value := request.args.get(name, "").strip())}
    with transaction() as db:
        wanted = TicketFilter(**{name: read(name, value) for name, value in given.items()})
        sort = request.args.get("sort", "")
        sort = sort if sort in SORTS else "due_at"
        found, cursor = list_tickets(db, actor, wanted, request.args.get("cursor"), sort=sort)
        if only_number(given, found):
            return redirect(url_for("ticket.show", number=found[0].number))
        region = region_by_code(db, given["region"]) if "region" in given else None
        return render_template(
            "tickets.html",
            tickets=found,
            given=given,
            region=region,
            watched=watched_region(given, actor.path),
            older=url_for("tickets.index", **given, sort=sort, cursor=cursor) if cursor else None,
            sort=sort,
            category_names=category_names(current_config(db).taxonomy, locale()),
            options=options(current_config(db).taxonomy, locale()),
        )


def read(name: str, value: str) -> Any:
    """A filter's value from its text; a day begins and ends at midnight in Beijing. Unreadable ones narrow nothing."""
    if name in ("overdue", "open", "here", "on_hold"):
        return FLAGS.get(value.lower())
    if name.endswith(("_from", "_to")):
        return moment(value)
    if name == "repeats_min":
        return int(value) if value.isdecimal() and len(value) < 7 else None
    return value


def moment(value: str) -> datetime | None:
    try:
        if len(value) == len("2026-11-23"):
            return datetime.combine(date.fromisoformat(value), time(), ZONE)
        read_at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return read_at if read_at.tzinfo else read_at.replace(tzinfo=ZONE)


def only_number(given: dict[str, str], found: list[Any]) -> bool:
    """Whether somebody looked for a ticket's number and it was found: then the ticket itself is what they want."""
    return set(given) == {"q"} and len(found) == 1 and found[0].number == given["q"].replace(" ", "")


def watched_region(given: dict[str, str], path: str | None) -> str | None:
    """The region whose changes concern this list: the filter's, else all that the actor sees."""
    return given.get("region") or (code_of(path) if path else None)
