"""Tables beside the ticket: its counters, the row that numbers events, answers kept for an Idempotency-Key."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.columns import BigId, Json
from grids.database import Base, UtcDateTime
from grids.models import Path


class RegionNow(Base):
    """The open tickets of a region's subtree, counted, as of the event numbered `seq`."""

    __tablename__ = "region_now"

    path: Mapped[str] = mapped_column(Path, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, default=0)
    counts: Mapped[Any] = mapped_column(Json)


class RegionDay(Base):
    """What happened in a region's subtree on one day (Asia/Shanghai), counted."""

    __tablename__ = "region_day"

    path: Mapped[str] = mapped_column(Path, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    counts: Mapped[Any] = mapped_column(Json)


class Relay(Base):
    """One row: the last number given to an event."""

    __tablename__ = "relay"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)


class IdempotentAnswer(Base):
    """The answer that was given to a POST with an Idempotency-Key."""

    __tablename__ = "idempotent_answer"
    __table_args__ = (UniqueConstraint("owner", "key"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(128))
    request: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[Any] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
