"""The engine and the one place that commits: `with transaction(write=True) as db:`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

from flask import Flask, current_app, g
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.patience import CONNECT_S, bound
from config import Settings

IN_DOUBT = "the connection was lost while it was committed"
BUSY_MS = 15_000
POOL_S = 5  # seconds that a request waits for a connection before it is told to come again
# No disk's head has to move: by PostgreSQL's default (4) it reads a whole table rather than a thousand rows by a key.
PLANNING = "-c random_page_cost=1.1"
# A PostgreSQL that is cut off is noticed within seconds, not after the system's hours.
CUT_OFF = {"connect_timeout": CONNECT_S, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}


class Database:
    """One engine for a process. SQLite has one writer: writers of this process queue here, not in its busy loop."""

    def __init__(self, settings: Settings) -> None:
        self.sqlite = settings.database_url.startswith("sqlite")
        self.engine = make_engine(settings.database_url)
        self.reading = self.engine.execution_options(
            **({} if self.sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
        )
        self.writing = self.engine.execution_options(hotline_write=True)
        self.writer = RLock()
        self.committed: Callable[[], None] = nothing

    def serve(self) -> None:
        """This process serves people or keeps time: from now on it waits for PostgreSQL for seconds only."""
        if not self.sqlite:
            bound(self.engine)

    @contextmanager
    def transaction(self, write: bool = False, wake: bool = True) -> Iterator[Session]:
        """A session with one transaction: committed at the end when it writes, rolled back on any error.

        `wake` False tells nobody of the commit: the relay's own are nothing new to it.
        """
        if write and self.sqlite:
            with self.writer, self._session(self.writing, True) as db:
                yield db
        else:
            with self._session(self.writing if write else self.reading, write) as db:
                yield db
        if write and wake:
            self.committed()

    @contextmanager
    def _session(self, bind: Engine, write: bool) -> Iterator[Session]:
        with Session(bind, expire_on_commit=False, autoflush=True) as db:
            yield db
            if write:
                db.flush()
                commit(db)


def commit(db: Session) -> None:
    """Commits; a connection that is lost meanwhile leaves it open whether it was done, and the error says so."""
    try:
        db.commit()
    except DBAPIError as error:
        if error.connection_invalidated:
            error.add_detail(IN_DOUBT)
        raise


def nothing() -> None:
    """Until somebody wants to hear of commits."""


def make_engine(url: str) -> Engine:
    """What statements are about stays out of the messages of errors, and so out of the log."""
    pool: dict[str, Any] = {"pool_size": 20, "max_overflow": 20, "hide_parameters": True}
    if not url.startswith("sqlite"):
        asked = make_url(url).query.get("options", "")  # the address has the last word
        how = {**CUT_OFF, "options": f"{PLANNING} {asked}".strip()}
        return create_engine(url, pool_pre_ping=True, pool_timeout=POOL_S, connect_args=how, **pool)
    engine = create_engine(url, connect_args={"timeout": BUSY_MS / 1000}, **pool)
    event.listen(engine, "connect", prepare_sqlite)
    event.listen(engine, "begin", begin_sqlite)
    return engine


def prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions are begun by begin_sqlite, not by the driver
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-65536"):
        connection.execute(f"PRAGMA {pragma}")


def begin_sqlite(connection: Any) -> None:
    """A writer takes its lock at once: a reader that turns into a writer later could not wait for it."""
    write = connection.get_execution_options().get("hotline_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def init_database(app: Flask) -> None:
    app.extensions["database"] = Database(app.extensions["settings"])


@contextmanager
def transaction(write: bool = False, wake: bool = True) -> Iterator[Session]:
    """A transaction of the current application. Inside `outer_transaction` a part of that one, which may fail alone."""
    outer: Session | None = g.get("outer_transaction")
    if outer is None:
        with current_app.extensions["database"].transaction(write, wake) as db:
            yield db
    else:
        with outer.begin_nested():
            yield outer


class Rehearsed(Exception):
    """Ends a transaction whose changes are not wanted."""


@contextmanager
def rehearsal() -> Iterator[Session]:
    """A write transaction for a dry run: it sees what would be, and nothing of it stays."""
    try:
        with transaction(write=True, wake=False) as db:
            yield db
            raise Rehearsed
    except Rehearsed:
        pass


@contextmanager
def outer_transaction() -> Iterator[Session]:
    """One write transaction around everything that this request does; nothing is committed before its end."""
    with current_app.extensions["database"].transaction(write=True) as db:
        g.outer_transaction = db
        try:
            yield db
        finally:
            del g.outer_transaction
