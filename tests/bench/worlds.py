"""The worlds that are measured: generated Liaoning on SQLite and on PostgreSQL, each with a copy for the other side."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import Engine, make_url, text

from config import Settings
from tests.postgres import DATABASE, ROLE, postgres

ROOT = Path(__file__).resolve().parents[2]
DATABASES = ("PostgreSQL", "SQLite")
COPY = "hotline_copy"
OF_TICKETS = (
    "sweep_aside", "known_call", "batch_item", "batch_file", "batch", "draft_event", "draft", "rate_case",
    "photo", "event", "clock", "ticket", "transcript", "region_now", "region_day", "relay",
)  # fmt: skip


@dataclass(frozen=True)
class World:
    """One database with the demo in it, its instance folder, and the address of the copy."""

    name: str
    url: str
    copy_url: str
    instance: Path

    @property
    def sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    @property
    def env(self) -> dict[str, str]:
        """The environment of the product on this world."""
        return os.environ | {
            "DATABASE_URL": self.url, "INSTANCE_PATH": str(self.instance), "HOTLINE_ENV": "demo", "HOST": "127.0.0.1",
        }  # fmt: skip

    @property
    def settings(self) -> Settings:
        return Settings("demo", self.instance, self.url, None, "bench" * 8, str(self.instance / "media"))

    def flask(self, *words: str) -> str:
        """Runs `flask --app wsgi …` on this world; what it printed."""
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"flask {' '.join(words)} failed:\n{done.stderr}")
        return done.stdout.strip()

    def load(self) -> None:
        """Makes the schema and the generated province; some 20 s."""
        self.flask("db", "upgrade")
        self.flask("demo", "load")

    def copy(self) -> None:
        """Makes the copy anew. Nobody may be connected."""
        (copy_sqlite if self.sqlite else copy_postgres)(self)


@contextmanager
def worlds(names: Sequence[str]) -> Iterator[list[World]]:
    """The worlds of these databases, loaded; they and their server are gone afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hotline-bench-")))
        made = []
        for name in names:
            instance = folder / name.lower()
            instance.mkdir()
            if name == "SQLite":
                made.append(World(name, f"sqlite:///{instance}/hotline.db", f"sqlite:///{instance}/copy.db", instance))
            else:
                url = stack.enter_context(postgres())
                made.append(World(name, url, url.replace(f"/{DATABASE}?", f"/{COPY}?"), instance))
        with ThreadPoolExecutor() as at_once:
            list(at_once.map(World.load, made))
        yield made


def without_tickets(engine: Engine) -> None:
    """Empties the tables of the tickets."""
    with engine.connect() as db:
        for table in OF_TICKETS:
            db.execute(text(f"DELETE FROM {table}"))
        db.commit()


def among(world: World, tickets: int) -> int:
    """How many tickets there are beside the measured ones: a tenth on SQLite, which takes minutes to make a million."""
    return tickets // 10 if world.sqlite else tickets


def copy_sqlite(world: World) -> None:
    source, target = sqlite_path(world.url), sqlite_path(world.copy_url)
    with sqlite3.connect(source) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    for name in (f"{target}-wal", f"{target}-shm"):
        Path(name).unlink(missing_ok=True)
    shutil.copyfile(source, target)


def copy_postgres(world: World) -> None:
    with psycopg.connect(**postgres_at(world.url) | {"dbname": "postgres"}, autocommit=True) as db:
        db.execute(f"DROP DATABASE IF EXISTS {COPY}")
        db.execute(f"CREATE DATABASE {COPY} TEMPLATE {DATABASE}")


def sqlite_path(url: str) -> str:
    return url.removeprefix("sqlite:///")


def postgres_at(url: str) -> dict[str, str]:
    """The address for psycopg itself."""
    parts = make_url(url)
    return {"host": str(parts.query["host"]), "user": ROLE, "dbname": str(parts.database)}
