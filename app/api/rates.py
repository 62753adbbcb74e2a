"""The rates that managers answer for: figures and leagues, the tickets behind a figure, and alarms."""

from typing import Any

from app.api import answers, api
from app.api.schemas import AlarmQuery, RatesQuery, RateTicketsQuery
from app.auth import current_actor
from app.database import transaction
from app.rates_door import LAST_DAYS, alarm_json, asked_of, table, told
from dispatch.alarms import alarms
from dispatch.config import current_config
from dispatch.errors import BadInput
from dispatch.rate_table import tickets_of


@api.get("/rates")
@api.input(RatesQuery, location="query", arg_name="query")
@answers("Object")
def rates(query: dict[str, Any]) -> Any:
    """{rates, definitions, items: [{code, name, rank, here, rates}]}; each rate {value, cases, met, low, high}."""
    with transaction() as db:
        return table(db, current_actor(), query)


@api.get("/rates/tickets")
@api.input(RateTicketsQuery, location="query", arg_name="query")
@answers("Items")
def rate_tickets(query: dict[str, Any]) -> Any:
    """Exactly the tickets of one figure: {number, cases, met}."""
    actor, limit = current_actor(), query["limit"]
    with transaction() as db:
        asked = asked_of(db, actor, query)
        found = tickets_of(db, actor, asked, query["rate"], query.get("met"), place(query), limit)
    items = [{"number": number, "cases": cases, "met": met} for _, number, cases, met in found]
    return {"items": items, "next": str(found[-1][0]) if len(found) == limit else None}


@api.get("/rates/alarms")
@api.input(AlarmQuery, location="query", arg_name="query")
@answers("Items")
def rate_alarms(query: dict[str, Any]) -> Any:
    """Units that close at the limit, copy replies, or reach nobody when they call back; each with its tickets."""
    with transaction() as db:
        asked = asked_of(db, current_actor(), query, LAST_DAYS)
        found = alarms(db, asked, current_config(db).rates.thresholds)
        return told(asked) | {"items": [alarm_json(one) for one in found], "next": None}


def place(query: dict[str, Any]) -> int:
    """Where the last answer ended. Raises BadInput for a cursor that is none of ours."""
    cursor = query.get("cursor") or "0"
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 19):
        raise BadInput("inputs_wrong", fields={"cursor": "unknown"}, verb="")
    return int(cursor)
