"""The audit log: acts that are no verb of a ticket, and the two chains over them and over the events of tickets.

Rows are only ever added; triggers of the database refuse anything else (migration 0003).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.chain import CHAINED, Break, first_break, link
from dispatch.models import BigId, Event, Json
from grids.database import Base, UtcDateTime
from grids.scope import Actor

STRIDE = 5_000


class AuditEntry(Base):
    """One act: `object` is kind and name (staff:agent.21), `detail` plain values without personal data."""

    __tablename__ = "audit_entry"

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor: Mapped[str] = mapped_column(String(64), index=True)
    action: Mapped[str] = mapped_column(String(40))
    object: Mapped[str] = mapped_column(String(160), index=True)
    detail: Mapped[Any] = mapped_column(Json)
    digest: Mapped[str] = mapped_column(String(64))


class Chain(Base):
    """Where a chain begins and ends: the numbers of its first and last row, and the last one's digest."""

    __tablename__ = "chain"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)  # the chained table
    begins: Mapped[int] = mapped_column(BigInteger)
    seq: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(64), default="")


TABLES: dict[str, Any] = {"event": Event, "audit_entry": AuditEntry}


def note(db: Session, actor: Actor | str, action: str, object: str, now: datetime, **detail: Any) -> AuditEntry:
    """Adds an act to the log, sealed at once; the chain's row is locked until the transaction ends."""
    chain = locked(db, "audit_entry")
    login = actor if isinstance(actor, str) else actor.login
    content = (now, login[:64], action, object[:160], detail)
    chain.seq += 1
    chain.digest = link(chain.digest, chain.seq, content)
    row = dict(zip(CHAINED["audit_entry"], content, strict=True))
    entry = AuditEntry(seq=chain.seq, digest=chain.digest, **row)
    db.add(entry)
    return entry


def entries(
    db: Session,
    limit: int,
    before: int | None = None,
    actor: str | None = None,
    action: str | None = None,
    object: str | None = None,
    from_: datetime | None = None,
    to: datetime | None = None,
) -> list[AuditEntry]:
    """The acts, the newest first, before the number `before`; `object` is what it begins with; times [from_, to)."""
    query = select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(limit)
    wanted: tuple[tuple[Any, Any], ...] = (
        (before, AuditEntry.seq.__lt__),
        (actor, AuditEntry.actor.__eq__),
        (action, AuditEntry.action.__eq__),
        (object, lambda begin: AuditEntry.object.startswith(begin, autoescape=True)),
        (from_, AuditEntry.at.__ge__),
        (to, AuditEntry.at.__lt__),
    )
    return list(db.scalars(query.where(*[condition(given) for given, condition in wanted if given])))


def seal(chain: Chain, seq: int, event: Any) -> str:
    """The digest of the event that has just been numbered; `event` has the attributes that CHAINED names."""
    chain.digest = link(chain.digest, seq, [getattr(event, column) for column in CHAINED["event"]])
    chain.seq = seq
    return chain.digest


def locked(db: Session, name: str, begins: int = 1) -> Chain:
    """The chain of this name, for one transaction at a time; a new one begins at the number `begins`."""
    chain = db.get(Chain, name, with_for_update=True)
    if chain is None:
        chain = Chain(name=name, begins=begins, seq=begins - 1, digest="")
        db.add(chain)
        db.flush()
    return chain


def verify(db: Session, name: str) -> Break | None:
    """The first break of a chain, or None when it holds; reads every row."""
    chain = db.get(Chain, name)
    if chain is None:
        return None
    return first_break(rows(db, name, chain.begins), chain.begins, chain.seq, chain.digest)


def rows(db: Session, name: str, begin: int) -> Iterator[tuple[int, str, list[Any]]]:
    """(seq, digest, content) of the sealed rows from `begin` on, in order."""
    table = TABLES[name]
    columns = [getattr(table, column) for column in CHAINED[name]]
    query = select(table.seq, table.digest, *columns).where(table.seq >= begin).order_by(table.seq)
    for seq, digest, *content in db.execute(query).yield_per(STRIDE):
        yield seq, digest or "", content
