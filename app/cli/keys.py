"""flask keys: API keys of programs, each in the name of a member of staff."""

import click
from flask.cli import AppGroup
from sqlalchemy import select

from app import keys_door
from app.acts import at_the_console, console, note
from app.auth import create_key, staff_by_login
from app.clock import now
from app.database import transaction
from dispatch.changes import iso
from grids.models import ApiKey

keys_cli = AppGroup("keys", help="API keys.")


@keys_cli.command("create")
@click.argument("login")
def create(login: str) -> None:
    """Print a new API key of LOGIN, and nothing else. Only its digest is kept: it cannot be shown again."""
    with transaction(write=True) as db:
        try:
            key = create_key(db, login, now())
            note(db, at_the_console(), "key_create", f"staff:{login}")
        except LookupError:
            raise click.ClickException(f"there is no login {login}") from None
    click.echo(key)


@keys_cli.command("list")
def list_command() -> None:
    """The keys, valid ones first, each by its number; the keys themselves are not kept."""
    with transaction() as db:
        for key in keys_door.keys_of(db, console()):
            state = f"revoked {iso(key.revoked_at)}" if key.revoked_at else "valid"
            click.echo(f"{key.id:>5}  {key.staff.login}  {iso(key.created_at)}  {state}  {key.purpose}".rstrip())


@keys_cli.command("revoke")
@click.argument("login")
@click.option("--key", "key_id", type=int, help="Only the key with this number.")
def revoke(login: str, key_id: int | None) -> None:
    """Revoke all API keys of LOGIN, or one."""
    with transaction(write=True) as db:
        staff = staff_by_login(db, login)
        if staff is None:
            raise click.ClickException(f"there is no login {login}")
        wanted = select(ApiKey).where(ApiKey.staff_id == staff.id, ApiKey.revoked_at.is_(None))
        valid = db.scalars(wanted if key_id is None else wanted.where(ApiKey.id == key_id)).all()
        for key in valid:
            key.revoked_at = now()
        note(db, at_the_console(), "key_revoke", f"staff:{login}", keys=len(valid))
    click.echo(f"{len(valid)} keys revoked", err=True)
