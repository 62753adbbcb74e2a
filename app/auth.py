"""Who is calling: the session cookie of a page, or an API key. One actor per request."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from flask import Flask, g, request, session
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import sessions
from app.database import transaction
from dispatch.errors import NotAllowed
from grids.models import ApiKey, Staff
from grids.scope import Actor

ANONYMOUS = Actor("anonymous", "anonymous")
hasher = PasswordHasher()
# What a wrong login is compared with, so that an unknown login takes as long as a wrong password.
NOBODY = hasher.hash(secrets.token_hex(16))


class NotLoggedIn(NotAllowed):
    """No credentials, or ones that are not valid: 401 for programs, the log-in page for people."""


class Login(UserMixin):
    """The logged-in member of staff, for Flask-Login and for templates."""

    def __init__(self, staff: Staff) -> None:
        self.staff = staff
        self.id = staff.login

    def __getattr__(self, name: str) -> Any:
        return getattr(self.staff, name)

    @property
    def is_active(self) -> bool:
        return self.staff.active


def init_auth(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = "basic"
    manager.user_loader(user_of)


def user_of(login: str) -> Login | None:
    with transaction() as db:
        staff = staff_by_login(db, login)
        known = staff is not None and sessions.valid(db, staff, session.get(sessions.NAME), session.get(sessions.STAMP))
    return Login(staff) if staff and known else None


def staff_by_login(db: Session, login: str) -> Staff | None:
    return db.scalar(select(Staff).where(Staff.login == login))


def check_password(db: Session, login: str, password: str) -> Staff | None:
    """The member of staff, or None; takes as long for an unknown login as for a wrong password."""
    staff = staff_by_login(db, login.strip())
    try:
        hasher.verify(staff.password_hash if staff else NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        return None
    return staff if staff and staff.active else None


def actor_of(staff: Staff) -> Actor:
    """What scope and workflow need to know of a member of staff."""
    return Actor(
        login=staff.login,
        role=staff.role,
        name=staff.name,
        path=staff.region.path if staff.region else None,
        unit_id=staff.unit_id,
        unit_code=staff.unit.code,
        unit_path=staff.unit.region.path,
    )


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def create_key(db: Session, login: str, now: datetime, purpose: str = "") -> str:
    """A new API key of a member of staff; only its digest is kept. LookupError when there is no such login."""
    staff = staff_by_login(db, login)
    if staff is None:
        raise LookupError(login)
    key = "hk_" + secrets.token_urlsafe(32)
    db.add(ApiKey(staff_id=staff.id, digest=digest(key), purpose=purpose, created_at=now))
    return key


def actor_of_key(key: str) -> Actor:
    """The actor behind an API key. Raises NotLoggedIn."""
    with transaction() as db:
        row = db.scalar(select(ApiKey).where(ApiKey.digest == digest(key), ApiKey.revoked_at.is_(None)))
        if row is None or not row.staff.active:
            raise NotLoggedIn("key_wrong")
        return actor_of(row.staff)


def valid_keys(db: Session, digests: Collection[str]) -> set[str]:
    """Those of the digests whose key was not revoked."""
    return set(db.scalars(select(ApiKey.digest).where(ApiKey.digest.in_(digests), ApiKey.revoked_at.is_(None))))


def bearer() -> str | None:
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if kind.lower() == "bearer" else None


def request_actor() -> Actor:
    """Who makes this request; ANONYMOUS when nobody is logged in. Raises NotLoggedIn for a wrong key."""
    if "actor" not in g:
        key = bearer()
        if key is not None:
            g.actor = actor_of_key(key)
        else:
            g.actor = actor_of(current_user.staff) if current_user.is_authenticated else ANONYMOUS
    return g.actor


def current_actor() -> Actor:
    """The member of staff who makes this request. Raises NotLoggedIn."""
    actor = request_actor()
    if actor is ANONYMOUS:
        raise NotLoggedIn("log_in_first")
    return actor
