"""A serving process waits for PostgreSQL for seconds only, on both sides; a command waits as long as it takes."""

import os
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from app import patience
from app.database import Database, make_engine
from tests.conftest import settings_for

pytestmark = [
    pytest.mark.database,
    pytest.mark.skipif(os.environ.get("TEST_DATABASE") != "postgresql", reason="SQLite has one process and no line"),
]
LIMITS = {"statement_timeout": "8s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "15s"}


@pytest.fixture
def serving(database_url, tmp_path) -> Iterator[Engine]:
    database = Database(settings_for(database_url, tmp_path))
    database.serve()
    yield database.engine
    database.engine.dispose()


def limits(engine: Engine) -> dict[str, str | None]:
    with engine.connect() as connection:
        return {name: connection.scalar(text(f"SHOW {name}")) for name in LIMITS}


def test_the_server_is_asked_for_limits_below_our_own(serving):
    assert limits(serving) == LIMITS
    assert max(patience.SERVER_MS["statement_timeout"], patience.SERVER_MS["lock_timeout"]) < patience.ANSWER_S * 1000


def test_the_address_of_the_database_has_the_last_word(database_url, tmp_path):
    database = Database(settings_for(f"{database_url}&options=-c%20lock_timeout%3D1000", tmp_path))
    database.serve()
    assert limits(database.engine) == LIMITS | {"lock_timeout": "1s"}
    database.engine.dispose()


def test_a_command_has_no_limits(database_url):
    engine = make_engine(database_url)
    assert set(limits(engine).values()) == {"0"}
    engine.dispose()


def test_a_statement_without_an_answer_is_given_up_with_its_connection(serving, monkeypatch):
    monkeypatch.setattr(patience, "ANSWER_S", 0.3)
    began = time.monotonic()
    with pytest.raises(OperationalError) as caught, serving.connect() as connection:
        connection.execute(text("SELECT pg_sleep(5)"))
    assert time.monotonic() - began < 3 and caught.value.connection_invalidated
    with serving.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1


def test_a_transaction_that_stands_still_loses_its_locks(database_url, tmp_path):
    soon = "&options=-c%20idle_in_transaction_session_timeout%3D200"
    database = Database(settings_for(database_url + soon, tmp_path))
    database.serve()
    lock = text("SELECT pg_advisory_xact_lock(7)")
    with database.engine.connect() as still, database.engine.connect() as other:
        still.execute(lock)
        other.execute(lock)  # returns when the session of the first is ended
        with pytest.raises(DBAPIError) as caught:
            still.execute(text("SELECT 1"))
        assert caught.value.connection_invalidated
    database.engine.dispose()
