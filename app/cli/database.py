"""flask db: the schema. `upgrade` brings a database up to date, `revision` drafts the next migration."""

from pathlib import Path
from typing import Any

import click
from alembic import command
from alembic.config import Config
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import Connection, Engine, Index, text

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
# Two upgrades at once on PostgreSQL wait for each other; SQLite has one writer anyway. Any number will do.
UPGRADE_LOCK = 12345
POSTGIS_TABLES = {"spatial_ref_sys"}

database_cli = AppGroup("db", help="The database and its schema.")


@database_cli.command("upgrade")
def upgrade_command() -> None:
    """Bring the schema up to date; does nothing where it is."""
    upgrade(current_app.extensions["database"].writing)


@database_cli.command("revision")
@click.argument("message")
def revision_command(message: str) -> None:
    """Draft a migration from the difference between the models and this database; read it before you use it."""
    with current_app.extensions["database"].engine.connect() as connection:
        command.revision(alembic_config(connection), message, autogenerate=True)


def upgrade(engine: Engine, revision: str = "head") -> None:
    """All steps up to `revision` in one transaction: a step that fails leaves the schema as it was."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})"))
        command.upgrade(alembic_config(connection), revision)


def alembic_config(connection: Connection | None = None) -> Config:
    """The configuration of Alembic, which works on this connection and leaves the commit to its owner."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def comparison(connection: Connection) -> dict[str, Any]:
    """How Alembic compares the models with this database, in `revision` and in the tests."""
    sqlite = connection.dialect.name == "sqlite"

    def is_ours(thing: Any, name: str | None, kind: str, reflected: bool, compared: Any) -> bool:
        if kind == "table":
            return name not in POSTGIS_TABLES
        return not (sqlite and isinstance(thing, Index) and thing.dialect_options["postgresql"]["using"] == "gist")

    return {"include_object": is_ours, "compare_type": True}
