"""Who is looking at a ticket right now, so that two do not work on it unawares. Times are real times."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.batches import unless_there
from dispatch.columns import BigId
from grids.database import Base, UtcDateTime
from grids.scope import Actor

HERE = timedelta(seconds=40)  # without a sign for so long somebody is no longer there; pages give one every 15 s
KEPT = timedelta(hours=1)


class Presence(Base):
    """Somebody's last sign at a ticket."""

    __tablename__ = "presence"

    ticket_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    login: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


def sign(db: Session, actor: Actor, ticket_id: int, now: datetime) -> None:
    """The actor is at this ticket."""
    mine = (Presence.ticket_id == ticket_id, Presence.login == actor.login)
    done = db.execute(update(Presence).where(*mine).values(seen_at=now))
    if not done.rowcount:  # type: ignore[attr-defined]
        row = {"ticket_id": ticket_id, "login": actor.login, "name": actor.name, "seen_at": now}
        db.execute(unless_there(db, Presence, ["ticket_id", "login"]).values(**row))


def others(db: Session, actor: Actor, ticket_id: int, now: datetime) -> list[str]:
    """The names of those who are there beside the actor, by name."""
    there = (Presence.ticket_id == ticket_id, Presence.login != actor.login, Presence.seen_at > now - HERE)
    return list(db.scalars(select(Presence.name).where(*there).order_by(Presence.name)))


def forget(db: Session, now: datetime) -> None:
    db.execute(delete(Presence).where(Presence.seen_at < now - KEPT))
