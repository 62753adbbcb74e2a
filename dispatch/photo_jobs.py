"""The copies that photos still need: taken by any number of processes, each photo by one at a time.

A process claims a photo in one short transaction, decodes it outside any, and settles it in another. A claim runs out
after LEASE, so that a process which died gives its photo back; after TRIES of that the photo is put aside, marked.
Times here are real time: the demo's product time may run a thousand times faster.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from dispatch.models import Photo
from dispatch.photo import Photo as Copies
from dispatch.photo_blur import Area

PENDING, READY, FAILED = "pending", "ready", "failed"
LEASE = timedelta(seconds=60)  # a photo is decoded for 10 s at most
TRIES = 2
POISON = "too_costly"  # what a photo is said to be over which processes died


@dataclass(frozen=True)
class Claim:
    """A photo that this process may decode now, and the edition of the copies that it is to make."""

    id: int
    key: str
    edition: int
    areas: tuple[Area, ...]
    tries: int


def claim(db: Session, now: datetime) -> Claim | None:
    """The oldest photo that waits and is nobody's, now this process's; None when there is none."""
    found = select(Photo.id).where(due(now)).order_by(Photo.id).limit(1)
    if db.get_bind().dialect.name == "postgresql":
        found = found.with_for_update(skip_locked=True)
    photo_id = db.scalar(found)
    if photo_id is None:
        return None
    mine = update(Photo).where(Photo.id == photo_id, due(now)).values(claimed_at=now, tries=Photo.tries + 1)
    row = db.execute(mine.returning(Photo.key, Photo.edition, Photo.blurred, Photo.tries)).first()
    return Claim(photo_id, row.key, row.edition, tuple(map(tuple, row.blurred)), row.tries) if row else None


def waits(db: Session, now: datetime) -> bool:
    """Whether there is a photo to claim or to put aside; asked before the writer's lock is."""
    return db.scalar(select(Photo.id).where(or_(due(now), poisoned(now))).limit(1)) is not None


def put_aside(db: Session, now: datetime) -> None:
    """Marks the photos over which as many processes died as may."""
    db.execute(update(Photo).where(poisoned(now)).values(state=FAILED, problem=POISON, claimed_at=None))


def settle(db: Session, taken: Claim, copies: Copies) -> int:
    """Keeps what decoding found, and tells the edition that the photo now wants: copies of earlier ones are of no use.

    Where it was blurred meanwhile, that is a later edition than the one just made, and nothing is kept.
    """
    found = {
        "state": READY,
        "problem": None,
        "dhash": f"{copies.dhash:016x}",
        "proposed": copies.proposed,
        "claimed_at": None,
    }
    change(db, taken, found)
    return db.scalar(select(Photo.edition).where(Photo.id == taken.id)) or 0


def fail(db: Session, taken: Claim, problem: str) -> bool:
    """Marks the photo: the ticket and the original stay, nobody sees a picture."""
    return change(db, taken, {"state": FAILED, "problem": problem, "claimed_at": None})


def give_back(db: Session, taken: Claim, counted: bool) -> bool:
    """For another try; one that is not `counted` was no fault of the photo."""
    return change(db, taken, {"claimed_at": None, "tries": taken.tries - (not counted)})


def change(db: Session, taken: Claim, values: dict[str, Any]) -> bool:
    """Only while the photo still wants the same edition."""
    same = and_(Photo.id == taken.id, Photo.state == PENDING, Photo.edition == taken.edition)
    changed = db.execute(update(Photo).where(same).values(values).returning(Photo.id))
    return changed.first() is not None


def due(now: datetime) -> ColumnElement[bool]:
    return and_(Photo.state == PENDING, free(now), Photo.tries < TRIES)


def poisoned(now: datetime) -> ColumnElement[bool]:
    return and_(Photo.state == PENDING, free(now), Photo.tries >= TRIES)


def free(now: datetime) -> ColumnElement[bool]:
    return or_(Photo.claimed_at.is_(None), Photo.claimed_at < now - LEASE)
