"""Photos are accepted first and decoded afterwards: once each, by any number of processes, whatever becomes of them."""

import io
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select, update

from app.database import transaction
from app.developer import Developer
from app.media import ORIGINAL, Folder, media, write_safely
from app.photos import kept, store
from dispatch.models import Photo, Ticket
from dispatch.photo import PhotoError
from dispatch.photo_jobs import LEASE, TRIES, claim, put_aside, settle, waits
from dispatch.photo_worker import PhotoWorker
from tests.conftest import MONDAY
from tests.photos import damaged, encoded, picture
from tests.test_api import problem
from tests.world import centre

pytestmark = pytest.mark.database
LON, LAT = centre()
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LARGE = encoded(image=picture(2000, 1500))  # more pixels than are decoded within the request


@pytest.fixture
def snap(caller: Any) -> Any:
    """snap(photo) -> the answer to a citizen's snap of it."""

    def send(data: bytes = LARGE) -> Any:
        form = {"photo": (io.BytesIO(data), "a.jpg"), "lon": LON, "lat": LAT, "description": "路灯不亮"}
        answer = caller().post("/api/v1/snaps", data=form)
        assert answer.status_code == 201, answer.text
        return answer.json

    return send


@pytest.fixture
def developer(app: Any) -> Any:
    made = Developer()
    yield made
    made.worker.close()


def only() -> Photo:
    with transaction() as db:
        return db.scalars(select(Photo)).one()


def test_the_answer_comes_before_the_pixels_and_the_original_is_safe(snap, caller, developer):
    told = snap()["ticket"]["photos"][0]
    assert (told["state"], told["problem"], told["width"], told["height"]) == ("pending", None, 2000, 1500)
    assert media().load(told["key"], ORIGINAL) == LARGE
    waiting = caller("manager.210102").get(told["thumb"])
    assert (waiting.status_code, waiting.headers["Retry-After"], waiting.json) == (202, "1", {"state": "pending"})
    assert developer.step() and not developer.step()
    shown = caller("manager.210102").get(told["display"])
    assert (shown.status_code, Image.open(io.BytesIO(shown.data)).size) == (200, (1600, 1200))
    photo = only()
    assert (photo.state, photo.claimed_at, len(photo.dhash)) == ("ready", None, 16)


def test_a_small_photo_has_its_copies_at_once(snap, caller, developer):
    told = snap(encoded())["ticket"]["photos"][0]
    assert told["state"] == "ready" and not developer.step()
    assert caller("manager.210102").get(told["thumb"]).status_code == 200


def test_what_turns_out_to_be_damaged_marks_the_photo_and_loses_no_ticket(snap, caller, developer):
    made = snap(damaged(LARGE))
    assert developer.step() and not developer.step()
    told = caller("manager.210102").get(f"/api/v1/tickets/{made['number']}").json["photos"][0]
    assert (told["state"], told["problem"]) == ("failed", "truncated")
    refused = problem(caller("manager.210102").get(told["thumb"]), 404)
    assert (refused["code"], "文件已损坏" in refused["detail"]) == ("photo_not_shown", True)
    assert media().load(told["key"], ORIGINAL) == damaged(LARGE)


def test_small_and_damaged_is_refused_at_once_and_nothing_is_kept(app, caller):
    form = {"photo": (io.BytesIO(damaged(encoded(image=picture(300, 200)))), "a.jpg"), "lon": LON, "lat": LAT}
    before = originals()
    assert problem(caller().post("/api/v1/snaps", data=form), 422)["code"] == "truncated"
    assert originals() == before


def originals() -> int:
    return len([path for path in Path(media().root).rglob("*") if path.is_file()])  # type: ignore[attr-defined]


def test_a_snap_that_is_refused_keeps_no_photo(app, caller):
    before = originals()
    for fields in ({}, {"lon": 116.4, "lat": 39.9}, {"lon": LON, "lat": LAT, "category": "none.such"}):
        assert caller().post("/api/v1/snaps", data={"photo": (io.BytesIO(LARGE), "a.jpg")} | fields).status_code == 422
    assert originals() == before


def test_a_photo_is_claimed_by_one_and_given_back_after_the_lease(snap):
    snap()
    with transaction(write=True) as db:
        taken = claim(db, NOW)
        assert taken is not None and (taken.tries, taken.edition) == (1, 0)
        assert claim(db, NOW) is None and not waits(db, NOW + LEASE)
        again = claim(db, NOW + LEASE + timedelta(seconds=1))
        assert again is not None and (again.id, again.tries) == (taken.id, 2)


def test_a_photo_over_which_processes_die_is_put_aside(snap, caller):
    made = snap()
    at = NOW
    for _ in range(TRIES):
        with transaction(write=True) as db:
            assert claim(db, at) is not None
        at += LEASE + timedelta(seconds=1)
    with transaction(write=True) as db:
        assert waits(db, at) and claim(db, at) is None
        put_aside(db, at)
        assert not waits(db, at)
    told = caller("manager.210102").get(f"/api/v1/tickets/{made['number']}").json["photos"][0]
    assert (told["state"], told["problem"]) == ("failed", "too_costly")


def test_a_death_of_the_process_is_tried_once_more(snap, developer, monkeypatch):
    snap()

    def die(*_: Any, **__: Any) -> None:
        raise PhotoError("too_costly", died=True)

    monkeypatch.setattr(PhotoWorker, "process", die)
    assert developer.step()
    assert (only().state, only().tries, only().claimed_at) == ("pending", 1, None)
    assert developer.step()
    assert (only().state, only().problem) == ("failed", "too_costly")


def test_a_fault_of_our_own_is_not_counted_against_the_photo(snap, developer, monkeypatch):
    snap()
    monkeypatch.setattr(PhotoWorker, "process", lambda *_, **__: (_ for _ in ()).throw(RuntimeError("no process")))
    with pytest.raises(RuntimeError):
        developer.step()
    assert (only().state, only().tries, only().claimed_at) == ("pending", 0, None)
    monkeypatch.undo()
    assert developer.step() and only().state == "ready"


def test_an_original_that_is_gone_is_said(snap, developer):
    key = snap()["ticket"]["photos"][0]["key"]
    media().remove(key, ORIGINAL)
    assert developer.step()
    assert (only().state, only().problem) == ("failed", "lost")


def test_copies_of_an_edition_that_nobody_wants_any_more_are_removed(snap, developer):
    snap()
    with transaction(write=True) as db:
        taken = claim(db, NOW)
        assert taken is not None
        db.execute(update(Photo).values(edition=1, blurred=[[0, 0, 1, 1]], claimed_at=None, tries=0))
    developer.develop(taken)
    assert only().state == "pending"
    with pytest.raises(FileNotFoundError):
        media().load(taken.key, "display")
    assert developer.step() and only().state == "ready"
    assert media().load(taken.key, "display-1")


def test_a_slow_process_takes_nothing_from_the_one_that_was_faster(snap, developer):
    snap()
    with transaction(write=True) as db:
        slow = claim(db, NOW - LEASE * 2)
        assert slow is not None
    assert developer.step()
    developer.develop(slow)
    assert only().state == "ready" and media().load(slow.key, "display")


def test_many_processes_decode_each_photo_once(app, snap, developer, monkeypatch):
    for _ in range(4):
        snap()
    copies, decoded = developer.worker.process(LARGE), []
    monkeypatch.setattr(PhotoWorker, "process", lambda *_: decoded.append(1) or copies)

    def work() -> None:
        with app.app_context():
            mine = Developer()
            while mine.step():
                pass

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transaction() as db:
        assert set(db.scalars(select(Photo.state))) == {"ready"}
    assert len(decoded) == 4


def test_settling_tells_the_edition_that_is_wanted(snap, developer):
    snap()
    with transaction(write=True) as db:
        taken = claim(db, NOW)
        assert taken is not None
        copies = developer.worker.process(LARGE)
        assert settle(db, taken, copies) == 0
        assert settle(db, taken, copies) == 0  # nothing more to settle


# --- files ----------------------------------------------------------------------------------------------------------


def test_a_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Folder(tmp_path)
    folder.save("abcd", "original", b"first")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("no space")))
    with pytest.raises(OSError, match="no space"):
        write_safely(folder.path("abcd", "original"), b"second")
    assert folder.load("abcd", "original") == b"first"
    assert [path.name for path in (tmp_path / "ab").iterdir()] == ["abcd.original"]


def test_file_and_folder_are_written_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    through: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda number: through.append(os.path.isdir(f"/proc/self/fd/{number}")))
    Folder(tmp_path).save("abcd", "original", b"bytes")
    assert through == [False, True]


def test_photos_of_what_fails_are_removed(app: Any) -> None:
    with pytest.raises(LookupError), kept([encoded()], "before", MONDAY) as stored:
        assert media().load(stored[0].key, "thumb")
        raise LookupError
    for name in (ORIGINAL, "display", "thumb"):
        with pytest.raises(FileNotFoundError):
            media().load(stored[0].key, name)


def test_one_bad_photo_among_five_keeps_none(app: Any) -> None:
    before = originals()
    with pytest.raises(PhotoError):
        store([encoded()] * 4 + [b"no photo"], "before", MONDAY)
    assert originals() == before


def test_what_exif_said_is_bounded_and_stays_in_its_column(app: Any, snap: Any) -> None:
    exif = {0x010F: "A" * 5000, 0x0110: "Model \0\x07\u202e 7".encode()}
    told = snap(encoded(main=exif))
    photo = only()
    assert photo.raw["make"] == "A" * 64 and photo.raw["model"].isprintable()
    assert "A" * 20 not in str(told)
    with transaction() as db:
        assert db.scalars(select(Ticket)).one().raw["source"] == "pin"
