"""Tables of bulk intake: the batch, its files as they came, its calls with what became of each, and calls known."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.models import BigId, Json
from grids.database import Base, UtcDateTime
from grids.models import Path


class Batch(Base):
    """Files that somebody brought at once. `path` is what the owner answers for: managers above see the batch."""

    __tablename__ = "batch"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)  # of the stored upload
    digest: Mapped[str] = mapped_column(String(64), index=True)  # of names, contents and fields together
    owner: Mapped[str] = mapped_column(String(64), index=True)
    path: Mapped[str] = mapped_column(Path, index=True)
    fields: Mapped[Any] = mapped_column(Json)  # mode, and what is said of all calls: caller_phone, lon, lat, datum
    state: Mapped[str] = mapped_column(String(12))  # working, done, cancelled
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Claim:
    """Who works on a row, since when (real time), and how manieth attempt it is."""

    attempts: Mapped[int] = mapped_column(default=0)
    taken_by: Mapped[str | None] = mapped_column(String(80))
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BatchFile(Claim, Base):
    """One file of the upload: its bytes are [start, start + size) of what is stored under the batch's key."""

    __tablename__ = "batch_file"
    __table_args__ = (
        UniqueConstraint("batch_id", "place"),
        Index(
            "ix_batch_file_waiting",
            "batch_id",
            postgresql_where=text("state = 'waiting'"),
            sqlite_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"))
    place: Mapped[int]  # its number in the upload, from 0
    name: Mapped[str] = mapped_column(String(200))
    start: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(8), default="waiting")  # waiting, read


class BatchItem(Claim, Base):
    """One call and what became of it. Its words (`call`) are kept until then only."""

    __tablename__ = "batch_item"
    __table_args__ = (
        UniqueConstraint("batch_id", "file", "place"),
        Index("ix_batch_item_batch_id_state_id", "batch_id", "state", "id"),
        Index(
            "ix_batch_item_waiting",
            "batch_id",
            "id",
            postgresql_where=text("state = 'waiting'"),
            sqlite_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"))
    file: Mapped[int]  # place of its file
    place: Mapped[int]  # its number in the file, from 0
    source: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64), index=True)
    call: Mapped[Any] = mapped_column(Json)
    state: Mapped[str] = mapped_column(String(8), default="waiting")  # waiting, done, failed, known
    tickets: Mapped[Any] = mapped_column(Json)  # their ids
    drafts: Mapped[Any] = mapped_column(Json)
    error: Mapped[Any] = mapped_column(Json)  # {code, params} of the refusal
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class KnownCall(Base):
    """A call that has its outcome: the one row per digest that makes a second outcome impossible."""

    __tablename__ = "known_call"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("batch_item.id"), index=True)
