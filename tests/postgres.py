"""A throw-away PostgreSQL with PostGIS: one server in a temporary folder, reached by its Unix socket only."""

import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

ROLE = DATABASE = "hotline"
START_SECONDS = 30
# Not for data that matters: durability is traded for speed.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
}


class NoPostgres(Exception):
    """PostgreSQL or PostGIS is not installed here."""


@contextmanager
def postgres() -> Iterator[str]:
    """Runs a server and gives the SQLAlchemy URL of an empty database with PostGIS; about a second.

    Raises:
        NoPostgres: the Debian packages postgresql and postgresql-postgis are missing.
    """
    home = Path(tempfile.mkdtemp(prefix="hotline-pg-"))
    try:
        initialise(home)
        server = serve(home)
        try:
            create_database(home, server)
            yield f"postgresql+psycopg://{ROLE}@/{DATABASE}?host={home}"
        finally:
            server.send_signal(signal.SIGINT)  # "fast": open sessions are ended
            server.wait()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def initialise(home: Path) -> None:
    """An empty data folder in `home`."""
    if account():
        shutil.chown(home, "nobody", "nogroup")
    words = ["-U", ROLE, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    command: list[str | Path] = [find_binaries() / "initdb", "-D", home / "data", *words]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=home, **account())


def serve(home: Path, settings: dict[str, str] | None = None) -> "subprocess.Popen[bytes]":
    """The server of the data folder in `home`; `settings` go before those of a throw-away database."""
    options = [word for name, value in (SETTINGS | (settings or {})).items() for word in ("-c", f"{name}={value}")]
    command = [find_binaries() / "postgres", "-D", home / "data", "-k", home, *options]
    with open(home / "log", "ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, cwd=home, preexec_fn=end_with_parent, **account())


def account() -> dict[str, Any]:
    """As root the account nobody, because PostgreSQL refuses to run as root."""
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


def find_binaries() -> Path:
    """The newest installed version for which PostGIS is there too."""
    for control in sorted(Path("/usr/share/postgresql").glob("*/extension/postgis.control"), reverse=True):
        binaries = Path("/usr/lib/postgresql") / control.parts[-3] / "bin"
        if (binaries / "initdb").exists():
            return binaries
    raise NoPostgres("PostgreSQL with PostGIS is not installed: apt install postgresql postgresql-postgis")


def end_with_parent() -> None:
    """Asks Linux to stop the server when the tests are killed without a chance to clean up (PR_SET_PDEATHSIG is 1)."""
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


def create_database(home: Path, server: "subprocess.Popen[bytes]") -> None:
    with connect(home, "postgres", server) as db:
        db.execute(f"CREATE DATABASE {DATABASE}")
    with connect(home, DATABASE, server) as db:
        db.execute("CREATE EXTENSION postgis")


def connect(home: Path, database: str, server: "subprocess.Popen[bytes]") -> "psycopg.Connection[tuple[object, ...]]":
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return psycopg.connect(host=str(home), user=ROLE, dbname=database, autocommit=True)
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{(home / 'log').read_text()}") from None
            time.sleep(0.05)
