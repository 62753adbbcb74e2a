"""A database with nothing in it, beside that of the other tests, of the same kind."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from app.database import make_engine


@contextmanager
def empty_database(database_url: str, folder: Path) -> Iterator[Engine]:
    """A database with nothing in it, beside that of the other tests."""
    name = f"empty_{folder.name}"
    if database_url.startswith("sqlite"):
        made = make_engine(f"sqlite:///{folder / 'empty.db'}")
        yield made
        made.dispose()
        return
    server = make_engine(database_url)
    outside = server.execution_options(isolation_level="AUTOCOMMIT")
    with outside.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    made = make_engine(make_url(database_url).set(database=name).render_as_string(hide_password=False))
    yield made
    made.dispose()
    with outside.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    server.dispose()
