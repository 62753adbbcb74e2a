"""flask sla simulate: deadlines of made-up cases, without a ticket and without a database."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, TextIO

import click
from flask.cli import AppGroup

from dispatch.errors import BadInput
from dispatch.sla import UNITS, Allowance, Calendar, Pause, Segment, deadline, load_calendar
from dispatch.working_time import SHANGHAI
from geodata.holidays import parse_intervals

SENTENCES = {
    "missing": "{field} is missing",
    "not_an_object": "a case must be a JSON object with start, amount and unit",
    "bad_time": "{value!r} is not an ISO 8601 time",
    "bad_amount": "amount must be a whole number of 1 or more, not {value!r}",
    "bad_pauses": "pauses must be a list of [from, to], where to may be null",
    "unknown_measure": "unit {value!r} is none of " + ", ".join(UNITS),
    "bad_text": "{field} must be a text, not {value!r}",
    "pause_order": "the pause from {start} ends before it begins, at {end}",
    "time_out_of_range": "deadlines can be computed for the years {first} to {last} only",
}

sla_cli = AppGroup("sla", help="Deadlines of tickets, and why they are where they are.")


@sla_cli.command("simulate", with_appcontext=False)
@click.option("--start", help="ISO 8601; without offset it is Asia/Shanghai.")
@click.option("--amount", type=int, help="A whole number of units.")
@click.option("--unit", type=click.Choice(list(UNITS)))
@click.option("--intervals", help="Working time of a day, as 08:30-12:00,13:30-17:30; else the calendar's.")
@click.option("--pauses", help='JSON: [["from","to"],…]; null as "to" is a pause that still lasts.')
@click.option("--calendar", default="CN", show_default=True, help="Code of a calendar in geodata/calendars.")
@click.option("--file", "cases", type=click.File(encoding="utf-8-sig", errors="replace"), help="One JSON case a line.")
def simulate(cases: TextIO | None, **options: Any) -> None:
    """Print {due_at, provisional, segments} as JSON; with --file one such line for each case.

    A line of FILE has the fields start, amount, unit, intervals, pauses, calendar; the options fill in what it
    lacks. A bad line is answered with {error}, the others go on, and the exit code is 1.
    """
    given = {name: value for name, value in options.items() if value is not None}
    failed = False
    for each in simulate_lines(cases, given) if cases else [answer(given)]:
        failed |= "error" in each
        click.echo(json.dumps(each, ensure_ascii=False))
    sys.exit(failed)


def simulate_lines(lines: Iterable[str], defaults: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """An answer for each line that is not blank, in order; what a case lacks is taken from `defaults`."""
    for line in lines:
        if not line.strip():
            continue
        try:
            case = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield {"error": f"not JSON: {error}"}
            continue
        yield answer({**defaults, **case} if isinstance(case, dict) else case)


def answer(case: Any) -> dict[str, Any]:
    """The deadline of one case as JSON values, or {error: a sentence}."""
    try:
        return _compute(case)
    except BadInput as error:
        return {"error": SENTENCES[error.code].format(**error.params)}
    except ValueError as error:
        return {"error": str(error)}


def _compute(case: Any) -> dict[str, Any]:
    if not isinstance(case, dict):
        raise BadInput("not_an_object")
    for field in ("start", "amount", "unit"):
        if case.get(field) is None:
            raise BadInput("missing", field=field)
    allowance = Allowance(case["amount"], _text(case, "unit"))
    calendar = _calendar(_text(case, "calendar") or "CN", _text(case, "intervals"))
    found = deadline(_when(case["start"]), allowance, calendar, _pauses(case.get("pauses")))
    return {
        "due_at": found.due_at and found.due_at.isoformat(),
        "provisional": found.provisional,
        "minutes": found.minutes,
        "calendar": {"code": found.calendar, "version": found.calendar_version},
        "segments": [_segment(segment) for segment in found.segments],
    }


def _text(case: Mapping[str, Any], field: str) -> str:
    value = case.get(field) or ""
    if not isinstance(value, str):
        raise BadInput("bad_text", field=field, value=value)
    return value


@lru_cache(maxsize=64)
def _calendar(code: str, intervals: str) -> Calendar:
    calendar = load_calendar(code)
    return replace(calendar, intervals=parse_intervals(intervals)) if intervals else calendar


def _pauses(value: Any) -> list[Pause]:
    """Pauses from a list, or from its JSON text."""
    try:
        rows = json.loads(value) if isinstance(value, str) else value or []
        pairs = [(begin, end) for begin, end in rows]
    except (TypeError, ValueError, RecursionError) as error:
        raise BadInput("bad_pauses") from error
    return [Pause(_when(begin), None if end is None else _when(end)) for begin, end in pairs]


def _when(value: Any) -> datetime:
    try:
        when = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise BadInput("bad_time", value=value) from error
    return when if when.tzinfo else when.replace(tzinfo=SHANGHAI)


def _segment(segment: Segment) -> dict[str, Any]:
    return {
        "from": segment.starts_at.isoformat(),
        "to": segment.ends_at and segment.ends_at.isoformat(),
        "kind": segment.kind,
        "minutes": segment.minutes,
        "total": segment.total,
        "reason": segment.reason,
    }
