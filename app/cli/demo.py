"""flask demo: Liaoning with a generated grid, its units and one login for everybody who works there."""

import os
import secrets
import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from app.acts import at_the_console, note
from app.auth import hasher
from app.clock import now
from app.database import transaction
from config import Settings
from dispatch.config import load_settings
from grids.demo import is_loaded, load_demo

PASSWORD_FILE = "demo-password"

demo_cli = AppGroup("demo", help="The Liaoning demo.")


@demo_cli.command("load")
def load() -> None:
    """Load settings, tree, grid, units and staff of the demo; a database that has regions keeps all it has."""
    settings: Settings = current_app.extensions["settings"]
    if settings.production:
        raise click.ClickException("the demo has one password for everybody: it is not loaded into production")
    with transaction(write=True) as db:
        changed = load_settings(db, now())
        if changed:
            note(db, at_the_console(), "settings_load", "settings", changed=changed)
        if is_loaded(db):
            tell(f"regions are there already and stay as they are; settings renewed: {', '.join(changed) or 'none'}")
            return
        password = keep_password(settings.instance / PASSWORD_FILE)
        done = load_demo(db, hasher.hash(password), now(), tell)
    tell(f"{done.regions} regions, {done.cells} of them cells; {done.units} units; {done.staff} staff")
    click.echo(f"password of all demo logins: {password}")


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def read_password(instance: Path) -> str | None:
    """The password of the demo logins, None where no demo was loaded from this instance folder."""
    path = instance / PASSWORD_FILE
    return path.read_text(encoding="utf-8").strip() if path.exists() else None


def keep_password(path: Path) -> str:
    """Made once for an installation and kept, readable by its owner only; a load that broke off finds it again."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(9) + "\n", encoding="utf-8")
        draft.replace(path)
    return path.read_text(encoding="utf-8").strip()
