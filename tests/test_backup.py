"""Backup and restore rehearsed: what comes back is what was saved, row by row and byte by byte, and it runs."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.deployed import DEPLOY
from tests.faults.product import Product
from tests.postgres import NoPostgres, postgres
from tests.tree import ROOT

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'spatial_ref_sys' ORDER BY 1"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    try:
        with postgres() as made:
            yield made
    except NoPostgres as missing:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(str(missing))


@pytest.fixture(scope="module")
def product(url: str, tmp_path_factory: pytest.TempPathFactory) -> Product:
    """The small world with late tickets in it, and files as of photos."""
    made = Product(url, tmp_path_factory.mktemp("saved"))
    media = made.instance / "media" / "ab"
    media.mkdir(parents=True)
    (media / "abcdef.original").write_bytes(bytes(range(256)) * 64)
    return made


def other(url: str, name: str) -> str:
    """A new, empty database on the same server."""
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
    return url.replace("/hotline?", f"/{name}?", 1)


def plain(url: str) -> str:
    return url.replace("+psycopg", "", 1)


def script(name: str, folder: Path, url: str, media: Path) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"DATABASE_URL": url, "MEDIA_URL": str(media)}
    return subprocess.run([DEPLOY / name, folder], env=environment, capture_output=True, text=True)


def sums(url: str) -> dict[str, str]:
    """A hash of every table's rows, whatever their order."""
    with psycopg.connect(plain(url)) as connection:
        names = [row[0] for row in connection.execute(TABLES)]
        hashed = "SELECT md5(string_agg(row::text, '\n' ORDER BY row::text)) FROM {} AS row"
        return {name: str(connection.execute(hashed.format(f'"{name}"')).fetchone()) for name in names}  # type: ignore[arg-type]


def files(folder: Path) -> dict[str, str]:
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def test_what_comes_back_is_what_was_saved(product: Product, url: str, tmp_path: Path) -> None:
    backup, media = tmp_path / "backup", tmp_path / "media"
    saved = script("backup", backup, url, product.instance / "media")
    assert saved.returncode == 0, saved.stderr
    assert (backup.stat().st_mode & 0o077) == 0
    again = other(url, "restored")
    done = script("restore", backup, again, media)
    assert done.returncode == 0, done.stderr
    before, after = sums(url), sums(again)
    assert before == after and len(before) > 30 and "None" not in before["ticket"]
    assert files(media) == files(product.instance / "media") and files(media)
    environment = product.processes.env | {"DATABASE_URL": again, "MEDIA_URL": str(media)}
    for words in (["db", "upgrade"], ["audit", "verify"]):
        run = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *words], cwd=ROOT, env=environment, capture_output=True
        )
        assert run.returncode == 0, run.stderr


def test_nothing_that_is_there_is_overwritten(product: Product, url: str, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    assert script("backup", backup, url, product.instance / "media").returncode == 0
    before = sums(url)
    refused = script("restore", backup, url, tmp_path / "empty")
    assert refused.returncode == 1 and "tables already" in refused.stderr and sums(url) == before
    full = script("restore", backup, other(url, "second"), product.instance / "media")
    assert full.returncode == 1 and "holds files already" in full.stderr
    assert script("backup", backup, url, product.instance / "media").returncode != 0  # the folder is there


def test_a_damaged_backup_is_refused_before_anything_is_touched(product: Product, url: str, tmp_path: Path) -> None:
    backup, media = tmp_path / "backup", tmp_path / "media"
    assert script("backup", backup, url, product.instance / "media").returncode == 0
    dump = backup / "database.dump"
    dump.write_bytes(dump.read_bytes()[:-100] + b"x" * 100)
    third = other(url, "third")
    assert script("restore", backup, third, media).returncode != 0
    assert sums(third) == {} and not media.exists()
