"""One way to the schema: the migrations make what the models say, on the database of this test process."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, select, text
from sqlalchemy.orm import Session

from app.cli.database import POSTGIS_TABLES, alembic_config, comparison, upgrade
from dispatch.models import Draft
from grids.database import Base
from tests.empty import empty_database

pytestmark = pytest.mark.database
PARTIAL = {"ix_clock_next_at_running": "running", "ix_event_id_unnumbered": "seq"}

COLLATIONS = """
    SELECT collation_name FROM information_schema.columns
    WHERE column_name LIKE '%path' AND table_schema = 'public'
"""


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> Iterator[Engine]:
    with empty_database(database_url, tmp_path) as engine:
        yield engine


@pytest.fixture(scope="module")
def migrated(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with empty_database(database_url, tmp_path_factory.mktemp("migrated")) as engine:
        upgrade(engine)
        yield engine


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts=comparison(connection))
    return compare_metadata(context, Base.metadata)


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(alembic_config()).get_heads()) == 1


def test_migrated_schema_equals_the_models(migrated: Engine) -> None:
    with migrated.connect() as connection:
        assert differences(connection) == []


def test_comparison_would_see_a_difference(migrated: Engine) -> None:
    with migrated.connect() as connection:
        for change in ("DROP INDEX ix_clock_next_at_running", "ALTER TABLE ticket DROP COLUMN urges"):
            connection.execute(text(change))
        assert {difference[0] for difference in differences(connection)} == {"add_index", "add_column"}
        connection.rollback()


def test_geometry_and_paths_are_indexed_as_they_are_asked(migrated: Engine) -> None:
    if migrated.dialect.name != "postgresql":
        assert not any(
            index["name"] == "ix_region_shape_geom" for index in inspect(migrated).get_indexes("region_shape")
        )
        return
    with migrated.connect() as connection:
        told = dict(connection.execute(text("SELECT indexname, indexdef FROM pg_indexes")).all())
        assert "USING gist" in told["ix_region_shape_geom"]
        assert set(connection.scalars(text(COLLATIONS))) == {"C"}
        assert connection.scalar(text("SELECT nextval('ticket_id_seq')")) == 1


def test_partial_indexes_are_partial(migrated: Engine) -> None:
    source = (
        "SELECT indexname, indexdef FROM pg_indexes"
        if migrated.dialect.name == "postgresql"
        else "SELECT name, sql FROM sqlite_master WHERE type = 'index'"
    )
    with migrated.connect() as connection:
        told = dict(connection.execute(text(source)).all())
    assert [name for name, word in PARTIAL.items() if word not in told[name].partition("WHERE")[2]] == []


def test_upgrade_again_does_nothing_and_downgrade_leaves_nothing(empty: Engine) -> None:
    upgrade(empty)
    upgrade(empty)
    with empty.begin() as connection:
        command.downgrade(alembic_config(connection), "base")
    assert set(inspect(empty).get_table_names()) - POSTGIS_TABLES == {"alembic_version"}


def test_a_step_that_fails_leaves_nothing_behind(empty: Engine) -> None:
    with empty.begin() as connection:
        connection.execute(text("CREATE TABLE ticket (id INTEGER)"))
    with pytest.raises(Exception, match="ticket"):
        upgrade(empty)
    assert set(inspect(empty).get_table_names()) - POSTGIS_TABLES == {"ticket"}


def test_drafts_from_before_get_their_rank_and_what_was_read(empty: Engine) -> None:
    upgrade(empty, "0002")
    with empty.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO transcript (id, source, digest, turns, reading, created_at) "
                "VALUES (1, 'a.txt', 'x', '[]', '{\"matter\": null}', '2026-11-23 02:00:00')"
            )
        )
        for number, (fields, transcript) in enumerate([('{"urgency": "emergency"}', 1), ("{}", None)], start=1):
            connection.execute(
                text(
                    "INSERT INTO draft (id, state, fields, questions, path, transcript_id, created_at) "
                    "VALUES (:id, 'open', :fields, '[]', '21.', :transcript, '2026-11-23 02:00:00')"
                ),
                {"id": number, "fields": fields, "transcript": transcript},
            )
    upgrade(empty)
    with Session(empty) as db:
        assert [(draft.rank, draft.reading) for draft in db.scalars(select(Draft).order_by(Draft.id))] == [
            (0, {"matter": None}),
            (2, {}),
        ]
