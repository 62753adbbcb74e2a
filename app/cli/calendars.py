"""flask calendars: working time by year, region and unit; a plan that becomes known settles provisional deadlines."""

import json
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from app.acts import at_the_console, note
from app.calendars import settle_provisional
from app.clock import now
from app.database import transaction
from dispatch.calendars import COLUMNS, parsed, read_calendar_rules
from dispatch.config import CALENDAR, current_config, newest_setting, put_setting
from geodata.holidays import CalendarError, parse_intervals, read_days
from grids.models import Unit
from grids.queries import region_by_code, unit_by_code

calendars_cli = AppGroup("calendars", help="Working time, holidays and make-up days.")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@calendars_cli.command("list")
def list_command() -> None:
    """Every calendar in its newest version, and for whom it counts."""
    with transaction() as db:
        calendars = current_config(db).calendars
    for code in calendars.codes():
        one = calendars.newest(code)
        hours = ",".join(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in one.intervals)
        years = sorted(one.planned_years)
        planned = f"planned {years[0]}-{years[-1]}" if years else "no year planned"
        click.echo(f"{code} version {one.version} {one.name} {hours} {planned}")
    for rule in calendars.rules:
        whom = f"unit {rule.unit}" if rule.unit else f"region {rule.region}" if rule.region else "everybody else"
        click.echo(f"{whom}: {rule.calendar}")


@calendars_cli.command("plan")
@click.argument("code")
@click.argument("file", type=FILE)
@click.option("--year", type=int, required=True, help="The year whose official plan this is.")
def plan(code: str, file: Path, year: int) -> None:
    """Load the official plan of YEAR into calendar CODE from a CSV: date, kind (holiday or makeup), name.

    What the calendar held of that year is replaced. Running deadlines that reach into the year are computed anew.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            days = read_days(code, lines)
        store(code, planned(code, year, days), "calendar_plan", year=year)
    except CalendarError as problem:
        raise click.ClickException(str(problem)) from None
    click.echo(f"{settle_provisional()} running deadlines computed anew")


def planned(code: str, year: int, days: list[tuple[str, str, str]]) -> dict[str, Any]:
    """The calendar with this year's days. A plan names days of its own year only, one time each."""
    strangers = [day for day, _, _ in days if not day.startswith(f"{year}-")]
    if not days:
        raise click.ClickException("the plan names no day: nothing is changed")
    if strangers:
        raise click.ClickException(f"{strangers[0]} is not in {year}: nothing is changed")
    if len({day for day, _, _ in days}) < len(days):
        raise click.ClickException("a day stands twice in the plan: nothing is changed")
    held = held_calendar(code)
    kept = [row for row in held["days"] if not row[0].startswith(f"{year}-")]
    return held | {
        "days": sorted([*kept, *map(list, days)]),
        "planned_years": sorted({*held["planned_years"], year}),
    }


@calendars_cli.command("add")
@click.argument("code")
@click.option("--base", default="CN", show_default=True, help="The calendar whose holidays it takes over.")
@click.option("--name", required=True)
@click.option("--intervals", required=True, help="Working time of a day, as 08:30-12:00,13:30-17:30.")
def add(code: str, base: str, name: str, intervals: str) -> None:
    """A calendar CODE with hours of its own, or other hours for one that exists."""
    try:
        parse_intervals(intervals)
        store(code, held_calendar(base) | {"code": code, "name": name, "intervals": intervals}, "calendar_add")
    except CalendarError as problem:
        raise click.ClickException(str(problem)) from None


@calendars_cli.command("assign")
@click.argument("code")
@click.option("--region", default="", help="Code of the region for which it counts, with all below it.")
@click.option("--unit", default="", help="Code of the unit for which it counts.")
def assign(code: str, region: str, unit: str) -> None:
    """Let calendar CODE count for a region or a unit from now on; clocks that run keep theirs."""
    with transaction(write=True) as db:
        if code not in current_config(db).calendars.codes():
            raise click.ClickException(f"there is no calendar {code}")
        rule = {"unit": known_unit(db, unit), "region": path_of(db, region), "calendar": code, "source": "deployment"}
        setting = newest_setting(db, "calendar_rules")
        assert setting is not None
        kept = [line for line in setting.value.splitlines() if not line.startswith(f"{rule['unit']},{rule['region']},")]
        text = "\n".join([*kept, ",".join(rule[column] for column in COLUMNS)]) + "\n"
        read_calendar_rules(text)
        put_setting(db, "calendar_rules", text, now())
        note(db, at_the_console(), "calendar_assign", f"calendar:{code}", unit=rule["unit"], region=rule["region"])


def known_unit(db: Session, code: str) -> str:
    unit: Unit | None = unit_by_code(db, code) if code else None
    if code and unit is None:
        raise click.ClickException(f"there is no unit {code}")
    return code


def path_of(db: Session, code: str) -> str:
    region = region_by_code(db, code) if code else None
    if code and region is None:
        raise click.ClickException(f"there is no region {code}")
    return region.path if region else ""


def held_calendar(code: str) -> dict[str, Any]:
    with transaction() as db:
        setting = newest_setting(db, CALENDAR + code)
    if setting is None:
        raise click.ClickException(f"there is no calendar {code}")
    held: dict[str, Any] = json.loads(setting.value)
    return held


def store(code: str, calendar: dict[str, Any], action: str, **detail: Any) -> None:
    text = json.dumps(calendar, ensure_ascii=False)
    parsed(text, 0)
    with transaction(write=True) as db:
        made = put_setting(db, CALENDAR + code, text, now())
        if made is None:
            click.echo("nothing new")
            return
        note(db, at_the_console(), action, f"calendar:{code}", version=made.version, **detail)
    click.echo(f"{code} is at version {made.version}")
