"""Tables of what is agreed about a ticket beside its state: pauses, extensions, and units called in."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.columns import BigId
from grids.database import Base, UtcDateTime
from grids.models import Unit

if TYPE_CHECKING:
    from dispatch.models import Clock

ASKED, GRANTED, REFUSED, LAPSED = "asked", "granted", "refused", "lapsed"
CALLED, REPORTED, DONE = "called", "reported", "done"


class Pause(Base):
    """A hold of a ticket [started_at, ended_at): a period of its history; `ended_at` is None while it lasts."""

    __tablename__ = "pause"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(80))  # who put it on hold: the name


class Extension(Base):
    """More time for one HANDLE clock: asked for by the holder, granted or refused by a manager above."""

    __tablename__ = "extension"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    clock_id: Mapped[int] = mapped_column(ForeignKey("clock.id"))
    state: Mapped[str] = mapped_column(String(8))  # asked, granted, refused; lapsed: the matter was handled before
    amount: Mapped[int]
    measure: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision: Mapped[str | None] = mapped_column(Text)  # why it was granted or refused

    clock: Mapped["Clock"] = relationship()


class CoHandler(Base):
    """A unit that a street or a centre above it called in; the holder keeps the lead. Its clock runs until it reports.

    A unit that was called in again after it was done has a second row.
    """

    __tablename__ = "co_handler"
    __table_args__ = (Index("ix_co_handler_unit_id_ticket_id", "unit_id", "ticket_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    clock_id: Mapped[int] = mapped_column(ForeignKey("clock.id"))
    state: Mapped[str] = mapped_column(String(8), default=CALLED)  # called, reported, done
    called_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text, default="")

    unit: Mapped[Unit] = relationship(lazy="joined")
    clock: Mapped["Clock"] = relationship(lazy="joined")
