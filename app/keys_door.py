"""The door for API keys, of the page and of the command line: made for a member of staff, listed, revoked."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import staff_door
from app.acts import note
from app.auth import create_key
from grids.models import ApiKey, Staff
from grids.scope import Actor

SHOWN = 500


def keys_of(db: Session, actor: Actor) -> list[ApiKey]:
    """The keys of staff that the actor administers, valid ones first, then by age."""
    query = select(ApiKey).join(Staff, ApiKey.staff_id == Staff.id).where(staff_door.administered(actor))
    return list(db.scalars(query.order_by(ApiKey.revoked_at.is_not(None), ApiKey.id.desc()).limit(SHOWN)))


def make(db: Session, actor: Actor, login: str, purpose: str, now: datetime) -> str:
    """A key that is to be shown once; whoever has it may do what the member of staff may. Raises BadRow."""
    staff_door.held(db, actor, login)
    key = create_key(db, login, now, purpose[:80])
    note(db, actor, "key_create", f"staff:{login}", purpose=purpose[:80])
    return key


def revoke(db: Session, actor: Actor, key_id: int, now: datetime) -> str:
    """Ends one key; the login that it was for. Raises BadRow."""
    found = db.get(ApiKey, key_id)
    staff = staff_door.held(db, actor, found.staff.login if found else "")
    assert found is not None
    found.revoked_at = found.revoked_at or now
    note(db, actor, "key_revoke", f"staff:{staff.login}", keys=1)
    return staff.login
