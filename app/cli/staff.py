"""flask staff and flask units: who works where, by hand or from a CSV."""

import csv
import secrets
import sys
from pathlib import Path
from typing import TextIO

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from app.acts import at_the_console, note
from app.auth import hasher
from app.cli.sentences import sentence
from app.database import transaction
from grids.models import ROLES
from grids.staff import StaffRow, put_staff, read_staff, staff_named
from grids.units import BadRow, import_units, read_units

SHORTEST_PASSWORD = 8

staff_cli = AppGroup("staff", help="Who logs in.")
units_cli = AppGroup("units", help="Departments and enterprises.")


@staff_cli.command("add")
@click.argument("login")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--region", default="", help="Code of the region they see; none: only what their unit holds.")
@click.option("--unit", default="", help="Code of the unit they work in; none: the centre of the region.")
@click.option("--name", default="", help="As shown to others.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")
def add(login: str, password_stdin: bool, **row: str) -> None:
    """Make LOGIN. The password is asked for; without a terminal one is made and printed."""
    with transaction(write=True) as db:
        if staff_named(db, login):
            raise click.ClickException(f"the login {login} exists already")
        password, made = first_password(password_stdin)
        try:
            put_staff(db, StaffRow(login, **row), hasher.hash(password))
            noted(db, "staff_add", login, role=row["role"], region=row["region"], unit=row["unit"])
        except BadRow as problem:
            raise click.ClickException(sentence(problem)) from None
    if made:
        click.echo(password)


def noted(db: Session, action: str, login: str, **detail: str) -> None:
    note(db, at_the_console(), action, f"staff:{login}", **detail)


def first_password(from_stdin: bool) -> tuple[str, bool]:
    """The password and whether we made it."""
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = click.prompt("password (empty: one is made)", "", True, True, show_default=False)
    else:
        password = ""
    if not password and not from_stdin:
        return secrets.token_urlsafe(9), True
    if len(password) < SHORTEST_PASSWORD:
        raise click.ClickException(f"a password needs at least {SHORTEST_PASSWORD} characters")
    return password, False


@staff_cli.command("import")
@click.argument("file", type=click.File(encoding="utf-8"))
def import_staff(file: TextIO) -> None:
    """Make or change staff from a CSV: login, role and any of name, region, unit, password.

    New staff without a password get one; these are printed as CSV (login,password) when all rows are stored.
    """
    with transaction(write=True) as db:
        try:
            made = [pair for line, row in read_staff(file.read()) if (pair := take(db, line, row))]
        except BadRow as problem:
            raise click.ClickException(sentence(problem)) from None
    csv.writer(sys.stdout).writerows([("login", "password"), *made] if made else [])


def take(db: Session, line: int, row: StaffRow) -> tuple[str, str] | None:
    """Stores a row; login and password when a password had to be made."""
    missing = not row.password and staff_named(db, row.login) is None
    password = secrets.token_urlsafe(9) if missing else row.password
    if password and len(password) < SHORTEST_PASSWORD:
        raise BadRow("short_password", line, least=SHORTEST_PASSWORD)
    try:
        put_staff(db, row, hasher.hash(password) if password else None)
    except BadRow as problem:
        raise BadRow(problem.code, line, **problem.params) from None
    noted(db, "staff_import", row.login, role=row.role, region=row.region, unit=row.unit)
    return (row.login, password) if missing else None


@staff_cli.command("disable")
@click.argument("login")
def disable(login: str) -> None:
    """End LOGIN's access; what they did keeps their name."""
    with transaction(write=True) as db:
        staff = staff_named(db, login)
        if staff is None:
            raise click.ClickException(f"there is no login {login}")
        staff.active = False
        noted(db, "staff_disable", login)


@units_cli.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def units_import(file: Path) -> None:
    """Make or change units from a CSV: code, name, kind, trade, region and area.

    kind is department, enterprise or (to rename it) centre; area is region codes parted by |, or WKT (lon lat).
    """
    with transaction(write=True) as db:
        try:
            new, old = import_units(db, read_units(file.read_text(encoding="utf-8-sig")))
            note(db, at_the_console(), "units_import", f"file:{file.name}", made=new, changed=old)
        except BadRow as problem:
            raise click.ClickException(sentence(problem)) from None
    click.echo(f"{new} units made, {old} changed")
