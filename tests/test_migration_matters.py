"""Calls that were taken before they could have several matters keep their tickets and drafts, forth and back."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Boolean, Connection, DateTime, Engine, Float, Integer, MetaData, String, text

from app.cli.database import alembic_config, upgrade
from tests.empty import empty_database

pytestmark = pytest.mark.database
NOW = datetime(2026, 11, 23, tzinfo=UTC)
FILL = ((Boolean, False), (Integer, 1), (Float, 1.0), (DateTime, NOW), (String, "x"))


@pytest.fixture
def before(database_url: str, tmp_path: Path) -> Iterator[Engine]:
    """A database as it was, with a call that made a ticket, one that made a draft, and one that made none."""
    with empty_database(database_url, tmp_path) as engine:
        upgrade(engine, "0003")
        with engine.begin() as connection:
            tables = MetaData()
            tables.reflect(connection, only=("region", "unit", "ticket", "transcript", "draft"))
            add(connection, tables, "region", id=1, path="21.")
            add(connection, tables, "unit", id=1)
            for number in (1, 2):
                add(connection, tables, "ticket", id=number, number=f"T{number}", supervisor_id=None)
            for number, ticket in ((1, 2), (2, None), (3, None)):
                add(connection, tables, "transcript", id=number, ticket_id=ticket)
            add(connection, tables, "draft", id=1, transcript_id=2, region_id=None, ticket_id=None)
        yield engine


def add(connection: Connection, tables: MetaData, name: str, **given: Any) -> None:
    """A row with something in every column that needs it."""
    table = tables.tables[name]
    needed = [column for column in table.columns if not column.nullable and column.name not in given]
    filled = {
        column.name: next((value for kind, value in FILL if isinstance(column.type, kind)), {}) for column in needed
    }
    connection.execute(table.insert().values(filled | given))


def links(connection: Connection, query: str) -> list[Any]:
    return [tuple(row) for row in connection.execute(text(query))]


def test_tickets_and_drafts_keep_their_call(before: Engine) -> None:
    upgrade(before)
    with before.begin() as connection:
        assert links(connection, "SELECT id, transcript_id FROM ticket ORDER BY id") == [(1, None), (2, 1)]
        assert links(connection, "SELECT id, transcript_id FROM draft") == [(1, 2)]
        connection.execute(text("UPDATE ticket SET transcript_id = 3 WHERE id = 1"))
        command.downgrade(alembic_config(connection), "0003")
    with before.connect() as connection:
        assert links(connection, "SELECT id, ticket_id FROM transcript ORDER BY id") == [(1, 2), (2, None), (3, 1)]
        assert links(connection, "SELECT id, transcript_id FROM draft") == [(1, 2)]
