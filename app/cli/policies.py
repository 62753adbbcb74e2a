"""flask policies: the time that each clock gives, as data; tried on past tickets before it is put in force."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import click
from flask.cli import AppGroup

from app.acts import at_the_console
from app.clock import now
from app.database import transaction
from app.policies_door import enact, tried
from dispatch.config import newest_setting
from dispatch.errors import BadInput
from dispatch.policies import COLUMNS
from dispatch.what_if import Figures, Outcome
from geodata.holidays import CalendarError
from grids.scope import Actor

policies_cli = AppGroup("policies", help="How much time each clock gives.")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
EVERYWHERE = Actor("console", "admin", "console", path="", unit_id=0)
HEAD = f"{'':<14}{'clocks':>9}{'late':>9}{'late then':>11}{'newly late':>12}{'no more late':>14}"
SENTENCES = {
    "policy_columns": "line {line}: the columns must be " + ", ".join(COLUMNS),
    "policy_value": "line {line}: {column} cannot be {value!r}",
    "staffing_wrong": "{value!r} is not a unit's code, = and a number, as 210102=+2",
    "policy_twice": "line {line}: the same policy stands there twice: {value}",
}


@policies_cli.command("show")
def show() -> None:
    """Print the policies in force as CSV, to be edited and loaded again."""
    with transaction() as db:
        setting = newest_setting(db, "policies")
    click.echo(setting.value if setting else "", nl=False)


@policies_cli.command("simulate")
@click.argument("file", type=FILE)
@click.option("--days", default=30, show_default=True, help="Tickets received in so many days up to now.")
@click.option("--calendar", type=FILE, help="A calendar as JSON (calendars show CODE) in place of the one in force.")
@click.option("--staff", multiple=True, metavar="UNIT=+N", help="People more or fewer in a unit; may be repeated.")
def simulate_command(file: Path, days: int, calendar: Path | None, staff: tuple[str, ...]) -> None:
    """How many clocks of past tickets would have been late under the policies of FILE; nothing is changed."""
    text, plan = read(file), calendar.read_text(encoding="utf-8-sig") if calendar else ""
    with transaction() as db, in_words():
        since, until = now() - timedelta(days=days), now()
        trial = tried(db, EVERYWHERE, text, since, until, plan, ",".join(staff))
    tell(trial.outcome)
    for one in trial.queues:
        people = f"{one.people} -> {one.people_then} people"
        click.echo(f"{one.unit}: {people}, {one.tickets} tickets, late {one.late} -> {one.late_then}, ", nl=False)
        click.echo(f"waiting {one.waited:.0f} -> {one.waited_then:.0f} working minutes each")


@policies_cli.command("load")
@click.argument("file", type=FILE)
@click.option("--reason", default="", help="Why: it stands in the audit log.")
def load(file: Path, reason: str) -> None:
    """Put the policies of FILE in force for clocks that start from now on; clocks that run keep their deadline."""
    text = read(file)
    with transaction(write=True) as db, in_words():
        made = enact(db, at_the_console(), text, reason or f"file:{file.name}")
        told = f"policies are at version {made.version}" if made else "nothing new"
    click.echo(told)


@contextmanager
def in_words() -> Iterator[None]:
    try:
        yield
    except BadInput as problem:
        raise click.ClickException(SENTENCES[problem.code].format(**problem.params)) from None
    except CalendarError as problem:
        raise click.ClickException(str(problem)) from None


def read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise click.ClickException(f"{file.name} is not UTF-8") from None


def tell(outcome: Outcome) -> None:
    click.echo(HEAD)
    for kind, figures in sorted(outcome.kinds.items()):
        click.echo(line(kind, figures))
    if outcome.districts:
        click.echo("HANDLE by district:")
    for code, figures in sorted(outcome.districts.items(), key=lambda one: -one[1].newly_late):
        click.echo(line(code, figures))
    missing = sum(figures.without_policy for figures in outcome.kinds.values())
    if missing:
        click.echo(f"{missing} clocks have no policy there: the file answers for too little")


def line(name: str, figures: Figures) -> str:
    return (
        f"{name:<14}{figures.clocks:>9}{figures.late:>9}{figures.late_then:>11}"
        f"{figures.newly_late:>12}{figures.no_more_late:>14}"
    )
