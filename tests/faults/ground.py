"""A database with the small world and an application over it, for processes that are going to be killed."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from app import create_app
from app.auth import hasher
from app.cli.database import upgrade
from app.database import transaction
from tests import world
from tests.conftest import MONDAY, PASSWORD, settings_for


@contextmanager
def ground(database: str) -> Iterator[Flask]:
    """The application on SQLite or PostgreSQL, migrated as a deployment is, with the small world in it."""
    with tempfile.TemporaryDirectory(prefix="hotline-faults-") as folder, url_of(database, Path(folder)) as url:
        app = create_app(settings_for(url, Path(folder)))
        upgrade(app.extensions["database"].writing)
        with app.app_context(), transaction(write=True) as db:
            world.build(db, MONDAY, hasher.hash(PASSWORD))
        if url.startswith("postgresql"):
            with app.extensions["database"].engine.begin() as connection:
                for table in ("region", "unit", "staff"):
                    connection.execute(text(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))"))
        yield app


@contextmanager
def url_of(database: str, folder: Path) -> Iterator[str]:
    if database == "sqlite":
        yield f"sqlite:///{folder}/hotline.db"
    else:
        from tests.postgres import postgres

        with postgres() as url:
            yield url
