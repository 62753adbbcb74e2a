"""Sessions of pages: each has a name of its own, ends with log-out everywhere, and with a change of the password."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from flask import session
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from grids.models import EndedSession, Staff

NAME, STAMP = "sid", "stamp"  # in the cookie
KEPT = timedelta(days=32)  # longer than Flask believes a cookie


def begin(staff: Staff) -> None:
    """Names the session of this request, which has just logged in."""
    session[NAME], session[STAMP] = secrets.token_urlsafe(12), stamp_of(staff)


def stamp_of(staff: Staff) -> str:
    """Changes with the password; says nothing about it."""
    return hashlib.sha256(f"session:{staff.password_hash}".encode()).hexdigest()[:16]


def end(db: Session) -> None:
    """The session of this request is over: its cookie, wherever it was copied to, logs nobody in any more."""
    if name := session.get(NAME):
        db.merge(EndedSession(name=name, at=datetime.now(UTC)))


def valid(db: Session, staff: Staff, name: str | None, stamp: str | None) -> bool:
    """Whether a session with this name and stamp still speaks for the member of staff."""
    if not staff.active or (stamp is not None and stamp != stamp_of(staff)):
        return False
    return name is None or db.get(EndedSession, name) is None


def ended_among(db: Session, names: Collection[str]) -> set[str]:
    return set(db.scalars(select(EndedSession.name).where(EndedSession.name.in_(names))))


def forget(db: Session, now: datetime) -> None:
    db.execute(delete(EndedSession).where(EndedSession.at < now - KEPT))
