"""flask calendars: working time by year, region and unit; a plan that becomes known settles provisional deadlines."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from app.acts import at_the_console, note
from app.calendars import held, planned, settle_provisional, store
from app.clock import now
from app.database import transaction
from dispatch.calendars import COLUMNS, read_calendar_rules
from dispatch.config import current_config, newest_setting, put_setting
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
    with in_words():
        with file.open(encoding="utf-8-sig", newline="") as lines:
            days = read_days(code, lines)
        with transaction(write=True) as db:
            made = store(db, at_the_console(), planned(held(db, code), year, days), "calendar_plan", year=year)
            told = f"{code} is at version {made.version}" if made else "nothing new"
    click.echo(told)
    click.echo(f"{settle_provisional()} running deadlines computed anew")


@calendars_cli.command("show")
@click.argument("code")
def show(code: str) -> None:
    """Print calendar CODE as JSON, to be edited and tried (policies simulate --calendar)."""
    with transaction() as db, in_words():
        click.echo(json.dumps(held(db, code), ensure_ascii=False))


@calendars_cli.command("add")
@click.argument("code")
@click.option("--base", default="CN", show_default=True, help="The calendar whose holidays it takes over.")
@click.option("--name", required=True)
@click.option("--intervals", required=True, help="Working time of a day, as 08:30-12:00,13:30-17:30.")
def add(code: str, base: str, name: str, intervals: str) -> None:
    """A calendar CODE with hours of its own, or other hours for one that exists."""
    with in_words():
        parse_intervals(intervals)
        with transaction(write=True) as db:
            calendar = held(db, base) | {"code": code, "name": name, "intervals": intervals}
            made = store(db, at_the_console(), calendar, "calendar_add")
            told = f"{code} is at version {made.version}" if made else "nothing new"
    click.echo(told)


@contextmanager
def in_words() -> Iterator[None]:
    try:
        yield
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
