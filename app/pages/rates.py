"""The rates for managers: the table with its league, the tickets behind a figure, alarms, a file for spreadsheets."""

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from app.api.rates import place
from app.auth import current_actor
from app.babel import locale
from app.database import transaction
from app.export import answer
from app.labels import label
from app.pages.options import category_names
from app.rates_door import FIGURES, LAST_DAYS, alarm_json, asked_of, chosen, sheet_of, table, told
from dispatch.alarms import alarms
from dispatch.config import current_config
from dispatch.rate_table import tickets_of
from dispatch.rates import NAMES

pages = Blueprint("rates", __name__, url_prefix="/rates")

ROWS = 100
NARROWS = ("region", "unit", "category", "from", "to", "as_of", "by", "rank_by")


@pages.get("")
def show() -> str:
    given = read()
    with transaction() as db:
        found = table(db, current_actor(), given)
        names = category_names(current_config(db).taxonomy, locale())
    return render_template(
        "rates.html",
        found=found,
        given=given,
        names=FIGURES,
        ranks=[(name, label("rate", name)) for name in FIGURES],
        link=link_of(given, found),
        category_names=names,
    )


@pages.get("/tickets")
def tickets() -> str:
    """Exactly the tickets of one figure."""
    actor, given = current_actor(), read()
    rate = chosen(request.args, "rate", NAMES, NAMES[0])
    met = {"1": True, "0": False}.get(request.args.get("met", ""))
    with transaction() as db:
        asked = asked_of(db, actor, given)
        found = tickets_of(db, actor, asked, rate, met, place(dict(request.args)), ROWS)
        head = told(asked)
    here = given | {"rate": rate} | ({} if met is None else {"met": int(met)})
    more = url_for("rates.tickets", **here, cursor=found[-1][0]) if len(found) == ROWS else None
    return render_template("rates/tickets.html", head=head, rate=rate, met=met, rows=found, here=here, more=more)


@pages.get("/alarms")
def alarm_list() -> str:
    given = read()
    with transaction() as db:
        config = current_config(db)
        asked = asked_of(db, current_actor(), given, LAST_DAYS)
        found = [alarm_json(one) for one in alarms(db, asked, config.rates.thresholds)]
        head = told(asked)
    return render_template("rates/alarms.html", head=head, given=given, alarms=found)


@pages.get("/table.<kind>")
def export(kind: str) -> Response:
    with transaction() as db:
        found = table(db, current_actor(), read())
    return answer(sheet_of(found), kind)


def read() -> dict[str, Any]:
    """What the address narrows the rates to, without the empty ones."""
    return {name: value for name in NARROWS if (value := request.args.get(name, "").strip())}


def link_of(given: dict[str, Any], found: dict[str, Any]) -> Any:
    """The address of the tickets of a figure in a line (None: the whole), where the line can be asked for by itself."""

    def link(rate: str, line: dict[str, Any] | None = None) -> str | None:
        if rate not in NAMES or (line is not None and (line["here"] or line["code"] == "-")):
            return None
        mine = {} if line is None else {found["by"]: line["code"]}
        return url_for("rates.tickets", **given | {"from": found["from"], "to": found["to"]} | mine, rate=rate)

    return link
