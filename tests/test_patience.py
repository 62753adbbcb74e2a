"""A serving process waits for PostgreSQL for seconds only, on both sides; a command waits as long as it takes."""

import os
import time
from collections.abc import Iterator
from threading import Timer

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from app import patience
from app.database import Database, make_engine
from app.problems import of_database
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


SLOW = """CREATE FUNCTION pg_temp.slow() RETURNS trigger LANGUAGE plpgsql
AS 'BEGIN PERFORM pg_sleep(5); RETURN NULL; END'"""
TRIGGER = """CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON doubt DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION pg_temp.slow()"""


def test_a_connection_that_is_lost_in_the_commit_leaves_it_in_doubt(app, database_url, tmp_path):
    database = Database(settings_for(database_url, tmp_path))
    database.serve()
    with pytest.raises(OperationalError) as caught, database.transaction(write=True) as db:
        for said in ("CREATE TEMP TABLE doubt (one int)", SLOW, TRIGGER, "INSERT INTO doubt VALUES (1)"):
            db.execute(text(said))
        pid = db.scalar(text("SELECT pg_backend_pid()"))
        Timer(0.5, cut, (database.engine, pid)).start()
    assert told(app, caught.value) == "不能确定"
    with pytest.raises(OperationalError) as before, database.transaction(write=True) as db:
        cut(database.engine, db.scalar(text("SELECT pg_backend_pid()")))
        db.execute(text("SELECT 1"))
    assert told(app, before.value) == "没有保存"
    database.engine.dispose()


def cut(engine: Engine, pid: int) -> None:
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})


def told(app, error: Exception) -> str:
    with app.test_request_context("/api/v1/tickets", headers={"Accept-Language": "zh-CN"}):
        answer = of_database(error)
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    return next(words for words in ("不能确定", "没有保存") if words in answer.json["detail"])
