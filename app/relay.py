"""The relay of this process: numbers committed events, and tells its own watchers what changed.

It reads the log of numbered events from where it stopped, so that a change is told by every process to its own
watchers, whichever process gave the number, and nothing is lost when one dies between commit and message.
"""

import logging
import time
from threading import Event as Flag
from threading import RLock
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import today
from app.database import transaction
from dispatch.changes import BATCH, changes_since, events_after, last_number, messages, number_events, snapshot, waiting
from grids.models import Region

log = logging.getLogger(__name__)
PACE = 0.25  # seconds between two messages for one region: about 4 a second
POLL = 0.1  # seconds after which the log is looked at without being told
REST = 0.02  # seconds after each step: what is committed meanwhile is numbered and counted in one go
MANY = 1_000


class Relay:
    """Watched regions by path, what waits to be told about each, and the last number read."""

    def __init__(self, emit: Any) -> None:
        self.emit = emit
        self.flag, self.lock = Flag(), RLock()
        self.watched: dict[str, int] = {}  # path -> watchers on this process
        self.pending: dict[str, set[int]] = {}  # path -> ticket ids
        self.told_at: dict[str, float] = {}
        self.cursor: int | None = None
        self.day: Any = None

    def wake(self) -> None:
        """Something was committed."""
        self.flag.set()

    def run(self, app: Flask) -> None:
        """For ever: one step whenever something was committed, a region may be told again, or after POLL."""
        while True:
            self.flag.wait(self.patience())
            self.flag.clear()
            try:
                with app.app_context():
                    self.step()
            except Exception:
                log.exception("relay: step failed, trying again")
                time.sleep(1)
            time.sleep(REST)

    def patience(self) -> float:
        """Seconds to wait when nothing is committed."""
        with self.lock:
            told = [self.told_at.get(path, 0.0) for path in self.pending]
        return min(POLL, max(0.0, min(told) + PACE - time.monotonic())) if told else POLL

    def step(self) -> None:
        """Numbers what is committed, reads what is numbered, tells those regions whose pace allows it."""
        number_all()
        with self.lock:
            with transaction() as db:
                self.read(db)
                made = self.messages(db)
            for path, message in made:
                self.emit(path, message)

    def read(self, db: Session) -> None:
        """Moves the cursor to the newest number, noting the tickets of every watched region."""
        cursor = self.begin(db)
        while True:
            events = events_after(db, cursor, MANY)
            for seq, ticket_id, path, before in events:
                self.cursor = cursor = seq
                for place in (path, before):
                    if place is not None:
                        self.note(place, ticket_id)
            if len(events) < MANY:
                break
        if self.day != today():  # counters of the day begin anew
            self.day = today()
            for path in self.watched:
                self.pending.setdefault(path, set())

    def begin(self, db: Session) -> int:
        """The last number read; at first the newest one, which whoever watches already has in the snapshot."""
        if self.cursor is None:
            self.cursor, self.day = last_number(db), today()
        return self.cursor

    def note(self, place: str, ticket_id: int) -> None:
        end = 0
        while (end := place.find(".", end) + 1) > 0:
            if place[:end] in self.watched:
                self.pending.setdefault(place[:end], set()).add(ticket_id)

    def ready(self) -> list[str]:
        now = time.monotonic()
        return [path for path in self.pending if now - self.told_at.get(path, 0.0) >= PACE]

    def messages(self, db: Session) -> list[tuple[str, dict[str, Any]]]:
        """(path, message) for every region that may be told again; what waits is forgotten when all are made."""
        ready = self.ready()
        if not ready:
            return []
        regions = db.scalars(select(Region).where(Region.path.in_(ready))).all()
        made = messages(db, [(region, self.pending[region.path]) for region in regions], today())
        for path in ready:
            del self.pending[path]
            self.told_at[path] = time.monotonic()
        return [(region.path, message) for region, message in zip(regions, made, strict=True)]

    def watch(self, region: Region, join: Any) -> dict[str, Any]:
        """A snapshot that no later message can contradict: the room is joined while nothing is told."""
        number_all()
        with self.lock, transaction() as db:
            self.join(db, region.path, join)
            return snapshot(db, region, today())

    def since(self, region: Region, seq: int, join: Any) -> dict[str, Any]:
        """What changed after `seq`, with the room joined again."""
        number_all()
        with self.lock, transaction() as db:
            self.join(db, region.path, join)
            return changes_since(db, region, seq, today())

    def join(self, db: Session, path: str, join: Any) -> None:
        self.begin(db)
        if join(path):
            self.watched[path] = self.watched.get(path, 0) + 1

    def leave(self, path: str) -> None:
        """One watcher less."""
        with self.lock:
            left = self.watched.get(path, 0) - 1
            if left > 0:
                self.watched[path] = left
            else:
                for table in (self.watched, self.pending, self.told_at):
                    table.pop(path, None)


def number_all() -> None:
    """Numbers every committed event; looks before it asks for the writer's lock."""
    with transaction() as db:
        more = waiting(db)
    while more:
        with transaction(write=True, wake=False) as db:
            more = number_events(db) == BATCH
