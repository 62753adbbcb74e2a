"""flask policies: the time that each clock gives, as data; tried on past tickets before it is put in force."""

from datetime import timedelta
from pathlib import Path

import click
from flask.cli import AppGroup

from app.acts import at_the_console, note
from app.clock import now
from app.database import transaction
from dispatch.config import current_config, newest_setting, put_setting
from dispatch.errors import BadInput
from dispatch.policies import COLUMNS, Policies, read_policies
from dispatch.what_if import Figures, Outcome, simulate
from grids.scope import Actor

policies_cli = AppGroup("policies", help="How much time each clock gives.")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
EVERYWHERE = Actor("console", "admin", "console", path="", unit_id=0)
HEAD = f"{'':<14}{'clocks':>9}{'late':>9}{'late then':>11}{'newly late':>12}{'no more late':>14}"
SENTENCES = {
    "policy_columns": "line {line}: the columns must be " + ", ".join(COLUMNS),
    "policy_value": "line {line}: {column} cannot be {value!r}",
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
def simulate_command(file: Path, days: int) -> None:
    """How many clocks of past tickets would have been late under the policies of FILE; nothing is changed."""
    policies = read(file)
    with transaction() as db:
        since, until = now() - timedelta(days=days), now()
        tell(simulate(db, EVERYWHERE, since, until, policies, current_config(db).calendars))


@policies_cli.command("load")
@click.argument("file", type=FILE)
def load(file: Path) -> None:
    """Put the policies of FILE in force for clocks that start from now on; clocks that run keep their deadline."""
    read(file)
    with transaction(write=True) as db:
        made = put_setting(db, "policies", file.read_text(encoding="utf-8-sig"), now())
        if made is None:
            click.echo("nothing new")
            return
        note(db, at_the_console(), "policies_load", f"file:{file.name}", version=made.version)
    click.echo(f"policies are at version {made.version}")


def read(file: Path) -> Policies:
    try:
        return read_policies(file.read_text(encoding="utf-8-sig"))
    except BadInput as problem:
        raise click.ClickException(SENTENCES[problem.code].format(**problem.params)) from None
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
