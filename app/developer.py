"""Beside the requests: decodes the photos that wait, one after the other, in a process with limits.

Every server process and `flask clock` has one; the database decides who takes which photo.
"""

import logging
import time
from datetime import UTC, datetime
from threading import Event as Flag

from flask import Flask, current_app

from app.database import transaction
from app.media import ORIGINAL, SIZES, media, variant
from dispatch.photo import Photo, PhotoError
from dispatch.photo_jobs import TRIES, Claim, claim, fail, give_back, put_aside, settle, waits
from dispatch.photo_worker import PhotoWorker

log = logging.getLogger(__name__)
POLL = 2.0  # seconds after which the table is looked at without being told: photos of processes that died
EAGER, EAGER_FOR = 0.05, 3.0  # seconds between two looks, and for how long, after a photo was announced
REST = 5.0  # seconds after a fault of our own


class Developer:
    """One decoding process and the loop that feeds it."""

    def __init__(self) -> None:
        self.worker = PhotoWorker()
        self.flag = Flag()
        self.eager_until = 0.0

    def soon(self) -> None:
        """A photo was stored and its transaction is about to end."""
        self.eager_until = time.monotonic() + EAGER_FOR
        self.flag.set()

    def run(self, app: Flask) -> None:
        """For ever: photo after photo, then waits until one is announced or POLL is over."""
        while True:
            try:
                with app.app_context():
                    busy = self.step()
            except Exception:
                log.exception("developer: step failed, trying again")
                time.sleep(REST)
                continue
            if not busy:
                eager = time.monotonic() < self.eager_until
                self.flag.wait(EAGER if eager else POLL)
                self.flag.clear()

    def step(self) -> bool:
        """Takes one photo to its end; whether there was one."""
        now = datetime.now(UTC)
        with transaction() as db:
            if not waits(db, now):
                return False
        with transaction(write=True, wake=False) as db:
            put_aside(db, now)
            taken = claim(db, now)
        if taken is not None:
            self.develop(taken)
        return taken is not None

    def develop(self, taken: Claim) -> None:
        try:
            copies = self.worker.process(media().load(taken.key, ORIGINAL), taken.areas)
        except (PhotoError, FileNotFoundError) as problem:
            refused(taken, problem)
        except BaseException:
            with transaction(write=True, wake=False) as db:
                give_back(db, taken, counted=False)
            raise
        else:
            finished(taken, copies)


def finished(taken: Claim, copies: Photo) -> None:
    """Files first, then the row that says that they are there, then the files of the edition before go."""
    save_copies(taken.key, taken.edition, copies)
    with transaction(write=True, wake=False) as db:
        wanted = settle(db, taken, copies)
    for edition in range(wanted):
        for size in SIZES:
            media().remove(taken.key, variant(size, edition))


def refused(taken: Claim, problem: PhotoError | FileNotFoundError) -> None:
    """A photo over which the process died gets another try; any other is marked at once."""
    again = isinstance(problem, PhotoError) and problem.died and taken.tries < TRIES
    code = problem.code if isinstance(problem, PhotoError) else "lost"
    log.warning("developer: photo %s: %s%s", taken.id, code, ", once more" if again else "")
    with transaction(write=True, wake=False) as db:
        if again:
            give_back(db, taken, counted=True)
        else:
            fail(db, taken, code)


def save_copies(key: str, edition: int, copies: Photo) -> None:
    for size in SIZES:
        media().save(key, variant(size, edition), getattr(copies, size))


def developer() -> Developer:
    """The developer of the current application."""
    if "developer" not in current_app.extensions:
        current_app.extensions["developer"] = Developer()
    made: Developer = current_app.extensions["developer"]
    return made
