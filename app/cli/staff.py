"""flask staff and flask units: who works where, by hand or from a CSV."""

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from app import staff_door
from app.acts import console, note
from app.cli.sentences import sentence
from app.database import rehearsal, transaction
from app.staff_door import SHORTEST_PASSWORD, Difference
from grids.models import ROLES
from grids.staff import StaffRow, read_staff, staff_named
from grids.units import BadRow, read_units

staff_cli = AppGroup("staff", help="Who logs in.")
units_cli = AppGroup("units", help="Departments and enterprises.")
DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")


@contextmanager
def told() -> Iterator[None]:
    """What is wrong with a row, as the command line says it."""
    try:
        yield
    except BadRow as problem:
        raise click.ClickException(sentence(problem)) from None


@staff_cli.command("add")
@click.argument("login")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--region", default="", help="Code of the region they see; none: only what their unit holds.")
@click.option("--unit", default="", help="Code of the unit they work in; none: the centre of the region.")
@click.option("--name", default="", help="As shown to others.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")
def add(login: str, password_stdin: bool, **row: str) -> None:
    """Make LOGIN. The password is asked for; without a terminal one is made and printed."""
    with transaction(write=True) as db, told():
        if staff_named(db, login):
            raise BadRow("login_taken", login=login)
        made = staff_door.add_staff(db, console(), StaffRow(login, password=first_password(password_stdin), **row))
    if made:
        click.echo(made)


def first_password(from_stdin: bool) -> str:
    """The password, blank when one has to be made."""
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise BadRow("short_password", least=SHORTEST_PASSWORD)
        return password
    if sys.stdin.isatty():
        return str(click.prompt("password (empty: one is made)", "", True, True, show_default=False))
    return ""


@staff_cli.command("import")
@click.argument("file", type=click.File(encoding="utf-8"))
@DRY_RUN
def import_staff(file: TextIO, dry_run: bool) -> None:
    """Make or change staff from a CSV: login, role and any of name, region, unit, password.

    New staff without a password get one; these are printed as CSV (login,password) when all rows are stored.
    """
    with rehearsal() if dry_run else transaction(write=True) as db, told():
        made = staff_door.import_staff(db, console(), read_staff(file.read()), dry_run)
    if dry_run:
        tell(made)
    elif made.passwords:
        csv.writer(sys.stdout).writerows([("login", "password"), *made.passwords])


def tell(difference: Difference) -> None:
    """Row by row what would be new or other."""
    for change in difference.changes:
        parts = " ".join(f"{name}: {before or '-'} > {after or '-'}" for name, before, after in change.fields)
        click.echo(f"{'new    ' if change.new else 'changed'} {change.key}  {parts}")
    click.echo(f"{len(difference.changes)} would be made or changed, {difference.same} stay as they are")


@staff_cli.command("disable")
@click.argument("login")
def disable(login: str) -> None:
    """End LOGIN's access; what they did keeps their name."""
    with transaction(write=True) as db:
        staff_door.set_active(db, console(), known(db, login), False)


@staff_cli.command("enable")
@click.argument("login")
def enable(login: str) -> None:
    """Give LOGIN's access back."""
    with transaction(write=True) as db:
        staff_door.set_active(db, console(), known(db, login), True)


@staff_cli.command("password")
@click.argument("login")
def password_command(login: str) -> None:
    """Make a new password for LOGIN and print it."""
    with transaction(write=True) as db:
        made = staff_door.new_password(db, console(), known(db, login))
    click.echo(made)


@staff_cli.command("list")
@click.option("--search", default="", help="Part of a login or name, or the code of a unit.")
@click.option("--role", default="", type=click.Choice(("", *ROLES)))
@click.option("--after", default="", help="Go on behind this login.")
def list_command(search: str, role: str, after: str) -> None:
    """Fifty at a time, by login."""
    with transaction() as db:
        for staff in staff_door.found_staff(db, console(), search, role, after)[: staff_door.PAGE]:
            state = "" if staff.active else "  disabled"
            click.echo(f"{staff.login}  {staff.role}  {staff.unit.code}  {staff.name}{state}")


def known(db: Session, login: str) -> str:
    if staff_named(db, login) is None:
        raise click.ClickException(f"there is no login {login}")
    return login


@units_cli.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@DRY_RUN
def units_import(file: Path, dry_run: bool) -> None:
    """Make or change units from a CSV: code, name, kind, trade, region and area.

    kind is department, enterprise or (to rename it) centre; area is region codes parted by |, or WKT (lon lat).
    """
    with rehearsal() if dry_run else transaction(write=True) as db, told():
        made = staff_door.import_units(db, console(), read_units(file.read_text(encoding="utf-8-sig")))
        new = sum(change.new for change in made.changes)
        old = len(made.changes) - new + made.same
        note(db, console(), "units_import", f"file:{file.name}", made=new, changed=old)
    if dry_run:
        tell(made)
    else:
        click.echo(f"{new} units made, {old} changed")
