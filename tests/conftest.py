"""The small world for every test that needs a database: SQLite, or PostgreSQL when TEST_DATABASE says so."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import create_app
from app.auth import actor_of, create_key, hasher, staff_by_login
from app.database import transaction
from config import Settings
from dispatch.config import Config, _cache, current_config
from dispatch.heartbeat import SWEEP, beat
from grids.database import Base
from grids.models import Setting
from grids.scope import Actor
from tests import world
from tests.web import Caller

PASSWORD = "a password for tests"
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday 10:00 in Beijing
TICKET_TABLES = (
    "known_call", "batch_item", "batch_file", "batch",
    "idempotent_answer", "draft_event", "draft", "photo", "event", "rate_case",
    "sweep_aside", "pause", "extension", "co_handler", "clock", "ticket", "transcript",
    "ended_session", "presence", "delivery", "webhook",
    "region_now", "region_day", "relay", "api_key", "audit_entry", "chain",
)  # fmt: skip


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One database for the whole process: GeoAlchemy2 loses an index when two backends meet in one."""
    if os.environ.get("TEST_DATABASE") == "postgresql":
        from tests.postgres import postgres

        with postgres() as url:
            yield url
    else:
        yield f"sqlite:///{tmp_path_factory.mktemp('database') / 'hotline.db'}"


@pytest.fixture(scope="session")
def built_app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application over the small world."""
    instance = tmp_path_factory.mktemp("instance")
    app = create_app(settings_for(database_url, instance))
    engine = app.extensions["database"].engine
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS postgis"))
            connection.execute(text("CREATE SEQUENCE IF NOT EXISTS ticket_id_seq"))
    Base.metadata.create_all(engine)
    with app.app_context(), transaction(write=True) as db:
        world.build(db, MONDAY, hasher.hash(PASSWORD))
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            for table in ("region", "unit", "staff"):
                connection.execute(text(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))"))
    return app


def settings_for(url: str, instance: Path, **more: Any) -> Settings:
    return Settings(
        env="demo",
        instance=instance,
        database_url=url,
        redis_url=None,
        secret_key="tests" * 8,
        media_url=str(instance / "media"),
        **more,
    )


@pytest.fixture
def app(built_app: Flask) -> Iterator[Flask]:
    """The application with no ticket in it; the product's time stands still at MONDAY until `clock` moves it."""
    with built_app.app_context():
        yield built_app
    with built_app.extensions["database"].engine.begin() as connection:
        for table in TICKET_TABLES:
            connection.execute(text(f"DELETE FROM {table}"))
    relay = built_app.extensions["relay"]
    relay.cursor, relay.watched, relay.pending, relay.told_at = None, {}, {}, {}
    from app.security import limiter

    limiter.reset()


class TestClock:
    """The product's time in tests: stands still, and is moved by hand."""

    __test__ = False

    def __init__(self) -> None:
        self.at = MONDAY

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> datetime:
        self.at += timedelta(**span)
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> TestClock:
    """Moves the product's time everywhere."""
    made = TestClock()
    monkeypatch.setattr("app.clock.product_time", lambda settings, real: made.at)
    return made


@pytest.fixture
def kept_settings(app: Flask) -> Iterator[None]:
    """Settings added by a test are taken out again: other tests share the database."""
    with transaction() as db:
        before = set(db.scalars(select(Setting.id)))
    yield
    with transaction(write=True) as db:
        for setting in db.scalars(select(Setting).where(Setting.id.not_in(before))):
            db.delete(setting)
    _cache.clear()  # SQLite gives the numbers of deleted rows again


@pytest.fixture
def sweeper(app: Flask) -> None:
    """Some process has just swept: /readyz is green."""
    with transaction(write=True) as db:
        beat(db, SWEEP, datetime.now(UTC))


@pytest.fixture
def db(app: Flask, clock: TestClock) -> Iterator[Session]:
    """One write transaction for the whole test, rolled back at its end."""
    with app.extensions["database"]._session(app.extensions["database"].writing, False) as session:
        yield session


@pytest.fixture
def config(db: Session) -> Config:
    return current_config(db)


@pytest.fixture
def actor(app: Flask) -> Any:
    """actor("manager.210102") -> Actor."""

    def find(login: str) -> Actor:
        with transaction() as db:
            staff = staff_by_login(db, login)
            assert staff is not None, login
            return actor_of(staff)

    return find


@pytest.fixture
def keys(app: Flask) -> Any:
    """keys("agent.21") -> headers with a fresh API key."""
    made: dict[str, dict[str, str]] = {}

    def header(login: str) -> dict[str, str]:
        if login not in made:
            with transaction(write=True) as db:
                made[login] = {"Authorization": f"Bearer {create_key(db, login, MONDAY)}"}
        return made[login]

    return header


@pytest.fixture
def caller(app: Flask, clock: TestClock, keys: Any) -> Any:
    """caller("agent.2101") asks the API with a key of that login, caller() as nobody."""
    return lambda login=None: Caller(app, keys(login) if login else {})


@pytest.fixture
def agent(caller: Any) -> Caller:
    """The city's agent at the API."""
    made: Caller = caller("agent.2101")
    return made


@pytest.fixture
def story(db: Session, config: Config, actor: Any, clock: TestClock) -> Any:
    """story.begin(...) makes a ticket that the attendant of the western cell has signed in."""
    from tests.acts import Story

    return Story(db, config, actor, clock)
