"""A disk that is full to its last byte, below the photos and below PostgreSQL: 503, and nothing half.

A whole installation on a full disk, SQLite and log with it, is in test_faults_served.py.
"""

import errno
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from app.database import transaction
from app.media import Folder
from tests.faults.checks import half, how_many
from tests.faults.disk import MAY_MOUNT, fill, relieve, small_disk
from tests.photos import encoded, picture
from tests.world import centre

POSTGRESQL = os.environ.get("TEST_DATABASE") == "postgresql"
root_only = pytest.mark.skipif(not MAY_MOUNT, reason="only root may mount a small disk")
pytestmark = pytest.mark.database
LON, LAT = centre()
SPACE = "small_disk"


@pytest.fixture
def disk() -> Iterator[Path]:
    with small_disk(1) as folder:
        yield folder


@pytest.fixture
def snap(caller):
    photo = encoded(image=picture(600, 400))

    def send():
        form = {"photo": (io.BytesIO(photo), "a.jpg"), "lon": LON, "lat": LAT, "description": "路灯不亮"}
        return caller().post("/api/v1/snaps", data=form)

    return send


def refused(answer) -> None:
    """As the database away: come again."""
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5"), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"


def counted() -> int:
    with transaction() as db:
        assert half(db) == []
        return how_many(db)


@root_only
def test_photos_on_a_full_disk_are_refused_whole(app, snap, disk, monkeypatch):
    monkeypatch.setitem(app.extensions, "media", Folder(disk))
    fill(disk)
    refused(snap())
    assert counted() == 0 and [path.name for path in disk.rglob("*") if path.is_file()] == ["filler"]
    relieve(disk)
    assert snap().status_code == 201 and counted() == 1


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_photos_that_cannot_be_written_through_are_refused_whole(app, snap, tmp_path, monkeypatch, code):
    monkeypatch.setitem(app.extensions, "media", Folder(tmp_path))

    def full(_):
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr("app.media.os.fsync", full)
        refused(snap())
    assert counted() == 0 and not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert snap().status_code == 201


def test_people_are_served_without_the_mark_of_the_instance_folder(app, caller, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setitem(app.extensions, "live_marked_at", 0.0)
    monkeypatch.setattr("app.pace.Path.touch", full)
    assert caller().get("/login").status_code == 200


@root_only
@pytest.mark.skipif(not POSTGRESQL, reason="SQLite on a full disk is in test_faults_served.py")
def test_postgresql_on_a_full_disk_refuses_whole_tickets(app, agent, disk):
    moved_to(app, SPACE, f"CREATE TABLESPACE {SPACE} LOCATION '{disk}'", disk)
    try:
        fill(disk)
        made = until_refused(agent)
        assert agent.get("/api/v1/tickets").status_code == 200
        assert counted() == made
        relieve(disk)
        assert log_ticket(agent).status_code == 201 and counted() == made + 1
    finally:
        moved_to(app, "pg_default")
        run(app, f"DROP TABLESPACE {SPACE}")


def moved_to(app, space: str, before: str = "", disk: Path | None = None) -> None:
    """The events lie in this tablespace: a ticket without its events would be half."""
    if disk is not None:
        disk.chmod(0o700)
        os.chown(disk, *owner_of_postgres(app))
        run(app, before)
    run(app, f"ALTER TABLE event SET TABLESPACE {space}")


def owner_of_postgres(app) -> tuple[int, int]:
    with app.extensions["database"].engine.connect() as connection:
        data = Path(connection.scalar(text("SHOW data_directory")))
    return data.stat().st_uid, data.stat().st_gid


def run(app, statement: str) -> None:
    engine = app.extensions["database"].engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))


def log_ticket(agent):
    return agent.post("/api/v1/tickets", json={"description": "井盖缺失" * 200, "lon": LON, "lat": LAT})


def until_refused(agent, limit: int = 300) -> int:
    """How many tickets there still was room for; the one after them is refused as a whole."""
    for made in range(limit):
        answer = log_ticket(agent)
        if answer.status_code != 201:
            refused(answer)
            return made
    raise AssertionError("the disk is never full")
