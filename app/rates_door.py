"""The door to the rates: page, API and command line ask here with plain words, and tell the answers alike."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.babel import locale
from app.clock import now
from app.export import Sheet
from dispatch.alarms import Alarm
from dispatch.changes import iso
from dispatch.config import Config, current_config
from dispatch.counters import day_of
from dispatch.errors import BadInput
from dispatch.queries import region_in_scope
from dispatch.rate_span import Asked
from dispatch.rate_table import BY, NO_CATEGORY, TOTAL, Line, Shares, lines_of, shares_of
from dispatch.rates import NAMES
from dispatch.working_time import SHANGHAI, in_shanghai
from grids.models import Region
from grids.queries import code_of, unit_by_code
from grids.scope import Actor

FIGURES = (TOTAL, *NAMES)
LAST_DAYS = 30  # of the alarms, where no day is given
YEARS = range(1990, 2200)
PARTS = ("value", "low", "high", "cases", "met")


def asked_of(db: Session, actor: Actor, given: Mapping[str, Any], days: int | None = None) -> Asked:
    """What the words ask for. `from` and `to` are days, both included; without them the month so far, or the last
    `days`. `as_of` is a moment, or a day: its end.

    Raises BadInput for words that are none of these, NotFound for a region outside the actor's scope.
    """
    as_of = moment(given)
    last = day(given, "to") or day_of(as_of)
    first = day(given, "from") or (last - timedelta(days=days - 1) if days else last.replace(day=1))
    code = str(given.get("unit") or "")
    unit = unit_by_code(db, code) if code else None
    if code and unit is None:
        raise wrong("unit", "unknown")
    return Asked(region_of(db, actor, given), first, last, as_of, unit, given.get("category") or None)


def region_of(db: Session, actor: Actor, given: Mapping[str, Any]) -> Region:
    """The one that is named, else all that the actor sees."""
    code = str(given.get("region") or "") or (code_of(actor.path) if actor.path else "")
    if not code:
        code = db.scalars(select(Region.code).where(Region.parent_id.is_(None)).order_by(Region.code).limit(1)).one()
    return region_in_scope(db, actor, code)


def day(given: Mapping[str, Any], name: str) -> date | None:
    if not given.get(name):
        return None
    try:
        found = date.fromisoformat(str(given[name]))
    except ValueError as problem:
        raise wrong(name, "no_day") from problem
    if found.year not in YEARS:
        raise wrong(name, "no_day")
    return found


def moment(given: Mapping[str, Any]) -> datetime:
    text = str(given.get("as_of") or "")
    if not text:
        return now()
    try:
        if len(text) == len("2026-11-23"):
            found = datetime.combine(date.fromisoformat(text), time.max, SHANGHAI)
        else:
            found = datetime.fromisoformat(text)
    except ValueError as problem:
        raise wrong("as_of", "no_time") from problem
    if found.year not in YEARS:
        raise wrong("as_of", "no_time")
    return in_shanghai(found if found.tzinfo else found.replace(tzinfo=SHANGHAI))


def chosen(given: Mapping[str, Any], name: str, choices: Sequence[str], default: str) -> str:
    """One of the choices. Raises BadInput."""
    found = str(given.get(name) or default)
    if found not in choices:
        raise wrong(name, "unknown")
    return found


def wrong(name: str, fault: str) -> BadInput:
    return BadInput("inputs_wrong", fields={name: fault}, verb="")


def table(db: Session, actor: Actor, given: Mapping[str, Any]) -> dict[str, Any]:
    """The rates of what is asked, and its lines by region (default), unit or category, ranked by one of FIGURES."""
    config = current_config(db)
    asked = asked_of(db, actor, given)
    by, rank_by = chosen(given, "by", BY, "region"), chosen(given, "rank_by", FIGURES, TOTAL)
    lines = lines_of(db, asked, config.rates, by, rank_by)
    return told(asked) | {
        "by": by,
        "rank_by": rank_by,
        "enough_cases": int(config.rates.thresholds["enough_cases"]),
        "rates": shares_json(shares_of(db, asked, config.rates)),
        "definitions": definitions(config),
        "items": [line_json(line, by, config) for line in lines],
        "next": None,
    }


def told(asked: Asked) -> dict[str, Any]:
    return {
        "region": {"code": asked.region.code, "name": asked.region.name},
        "unit": {"code": asked.unit.code, "name": asked.unit.name} if asked.unit else None,
        "category": asked.category,
        "from": asked.first.isoformat(),
        "to": asked.last.isoformat(),
        "as_of": iso(asked.as_of),
    }


def shares_json(shares: Shares) -> dict[str, Any]:
    return {name: shares[name].told() for name in FIGURES}


def line_json(line: Line, by: str, config: Config) -> dict[str, Any]:
    name = config.taxonomy.name(line.code, locale()) if by == "category" and line.code != NO_CATEGORY else line.name
    found = {"code": line.code, "name": name, "rank": line.rank, "here": line.here}
    return found | {"rates": shares_json(line.shares)}


def definitions(config: Config) -> dict[str, Any]:
    english = locale() == "en"
    return {
        name: {
            "definition": rate.definition_en if english else rate.definition,
            "weight": config.rates.weights.get(name, 0.0),
            "better": rate.better,
        }
        for name, rate in config.rates.rates.items()
    }


def alarm_json(alarm: Alarm) -> dict[str, Any]:
    return {
        "kind": alarm.kind,
        "unit": {"code": alarm.unit.code, "name": alarm.unit.name},
        "cases": alarm.cases,
        "hits": alarm.hits,
        "share": round(alarm.share, 4),
        "expected": None if alarm.expected is None else round(alarm.expected, 4),
        "chance": alarm.chance,
        "tickets": alarm.numbers,
    }


def sheet_of(found: dict[str, Any]) -> Sheet:
    """The table for a spreadsheet: a line for the whole and one for each item."""
    whole = found["region"] | {"rank": None, "rates": found["rates"]}
    rows = [
        [item["rank"], item["code"], item["name"], *(item["rates"][name][part] for name in FIGURES for part in PARTS)]
        for item in (whole, *found["items"])
    ]
    heads = ["rank", "code", "name", *(f"{name}_{part}" for name in FIGURES for part in PARTS)]
    return Sheet(f"rates-{found['from']}-{found['to']}", heads, rows)
