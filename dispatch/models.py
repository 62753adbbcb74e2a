"""Tables of the ticket: the ticket, its clocks, its events (the outbox), photos, transcripts, drafts."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ColumnElement, ForeignKey, Index, String, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.classifier.versions import ClassifierModel as ClassifierModel
from dispatch.columns import BigId as BigId
from dispatch.columns import Json as Json
from dispatch.counter_models import IdempotentAnswer as IdempotentAnswer
from dispatch.counter_models import RegionDay as RegionDay
from dispatch.counter_models import RegionNow as RegionNow
from dispatch.counter_models import Relay as Relay
from dispatch.workflow_models import CoHandler, Extension, Pause
from grids.database import Base, UtcDateTime, among
from grids.models import Path, Region, Unit

DECISION = text("extension_asked OR exclusion = 'asked' OR recheck = 'due'")
SUPERVISED = text("supervisor_id IS NOT NULL")
LATE = text("overdue AND status IN ('RECEIVED', 'DISPATCHED', 'SIGNED_IN', 'HANDLED')")


class Ticket(Base):
    """One citizen's matter. Only `dispatch.commands.perform` changes it."""

    __tablename__ = "ticket"
    __table_args__ = (
        Index("ix_ticket_path_due_at", "path", "due_at"),
        Index("ix_ticket_holder_id_due_at", "holder_id", "due_at"),
        Index("ix_ticket_caller_phone", "caller_phone"),
        # Likely duplicates are looked for around a point, in a region by time, and by the caller.
        Index("ix_ticket_lat_lon", "lat", "lon"),
        Index("ix_ticket_path_created_at", "path", "created_at"),
        Index("ix_ticket_path_decision", "path", postgresql_where=DECISION, sqlite_where=DECISION),
        Index("ix_ticket_supervisor_id", "supervisor_id", postgresql_where=SUPERVISED, sqlite_where=SUPERVISED),
        Index("ix_ticket_path_overdue", "path", "holder_id", postgresql_where=LATE, sqlite_where=LATE),
        Index("ix_ticket_repeats", "repeats", postgresql_where=text("repeats > 0"), sqlite_where=text("repeats > 0")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(12))
    urgency: Mapped[str] = mapped_column(String(12))
    channel: Mapped[str] = mapped_column(String(12))
    category: Mapped[str | None] = mapped_column(String(48))
    description: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(String(300), default="")

    lon: Mapped[float | None]
    lat: Mapped[float | None]
    raw: Mapped[Any] = mapped_column(Json)  # {lon, lat, datum, accuracy, source, flags}, as it came
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    path: Mapped[str] = mapped_column(Path)  # the region's path at the time: divisions change, tickets do not
    place: Mapped[str] = mapped_column(String(200), default="")  # its names from the district down, for lists

    holder_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    receiver_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))  # the centre that calls back
    supervisor_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    route: Mapped[Any] = mapped_column(Json)  # {rule, reason}: why this holder

    caller_name: Mapped[str] = mapped_column(String(40), default="")
    caller_phone: Mapped[str] = mapped_column(String(20), default="")
    confidential: Mapped[bool] = mapped_column(default=False)
    transcript_id: Mapped[int | None] = mapped_column(ForeignKey("transcript.id"), index=True)  # the call it is from
    said: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)  # {position, quotes, happened}
    token_digest: Mapped[str] = mapped_column(String(64), default="")

    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the promise, for lists
    light: Mapped[str] = mapped_column(String(8), default="ok")  # ok, half, near, over, paused: HANDLE's
    overdue: Mapped[bool] = mapped_column(default=False)
    escalation_level: Mapped[int] = mapped_column(default=0)
    give_backs: Mapped[int] = mapped_column(default=0)
    urges: Mapped[int] = mapped_column(default=0)
    reopens: Mapped[int] = mapped_column(default=0)
    on_hold: Mapped[bool] = mapped_column(default=False)
    holds: Mapped[int] = mapped_column(default=0)  # how often it was put on hold
    extension_asked: Mapped[bool] = mapped_column(default=False)  # and not yet decided
    extended: Mapped[int] = mapped_column(default=0)  # how often more time was granted
    called: Mapped[int] = mapped_column(default=0)  # how many co-handlers were called in
    supervision: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)  # not answered yet; supervision.py
    recheck: Mapped[str] = mapped_column(String(8), default="")  # "", due, passed, failed; rechecks.py
    resolved: Mapped[bool | None]
    satisfaction: Mapped[int | None]

    exclusion: Mapped[str] = mapped_column(String(8), default="")  # from the rates: "", asked, approved, refused
    lead: Mapped[str | None] = mapped_column(String(16), index=True)  # number of its cluster's leading ticket, or None
    merged_into: Mapped[str | None] = mapped_column(String(16))  # number that it was merged into, for unmerge
    repeats: Mapped[int] = mapped_column(default=0)  # of the leading ticket: how many more tell the same matter
    attention: Mapped[str] = mapped_column(String(8), default="")  # "", watch, pressing: for the manager

    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    region: Mapped[Region] = relationship(lazy="joined", foreign_keys=[region_id])
    holder: Mapped[Unit] = relationship(lazy="joined", foreign_keys=[holder_id])
    receiver: Mapped[Unit] = relationship(foreign_keys=[receiver_id])
    supervisor: Mapped[Unit | None] = relationship(foreign_keys=[supervisor_id])
    clocks: Mapped[list["Clock"]] = relationship(  # its own; those of units called in are found by their co_handlers
        back_populates="ticket",
        order_by="Clock.id.desc()",
        primaryjoin="and_(Ticket.id == Clock.ticket_id, Clock.unit_id.is_(None))",
    )
    co_handlers: Mapped[list[CoHandler]] = relationship(order_by=CoHandler.id)
    pauses: Mapped[list[Pause]] = relationship(order_by=Pause.id)
    extensions: Mapped[list[Extension]] = relationship(order_by=Extension.id)
    photos: Mapped[list["Photo"]] = relationship(back_populates="ticket", order_by="Photo.id")
    transcript: Mapped["Transcript | None"] = relationship()

    @property
    def co_unit_ids(self) -> Collection[int]:
        """The units that were called in; for grids.scope, with the same in SQL below."""
        return [one.unit_id for one in self.co_handlers] if self.called else ()

    @classmethod
    def co_handled_by(cls, unit_id: int) -> ColumnElement[bool]:
        return among(cls.id, select(CoHandler.ticket_id).where(CoHandler.unit_id == unit_id))


class Clock(Base):
    """One timer of a ticket. `next_at` is when the sweep must act on it next; the open ones are indexed by it."""

    __tablename__ = "clock"
    __table_args__ = (
        Index(
            "ix_clock_next_at_running",
            "next_at",
            postgresql_where=text("state IN ('running', 'breached') AND next_at IS NOT NULL"),
            sqlite_where=text("state IN ('running', 'breached') AND next_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(8), default="running")
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    half_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    warn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    step: Mapped[int] = mapped_column(default=0)  # 0 before 50 %, 1 before 80 %, 2 before 100 %, then escalations
    amount: Mapped[int]
    measure: Mapped[str] = mapped_column(String(20))
    policy: Mapped[str] = mapped_column(String(120))  # the policy that gave the amount, as it read then
    calendar: Mapped[str] = mapped_column(String(20))
    calendar_version: Mapped[int]
    provisional: Mapped[bool] = mapped_column(default=False)

    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))  # of a unit called in; None: the ticket's own
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # its times were computed anew: no step before

    ticket: Mapped[Ticket] = relationship(back_populates="clocks", primaryjoin="Ticket.id == Clock.ticket_id")
    unit: Mapped[Unit | None] = relationship()


class Event(Base):
    """What happened to a ticket. The row is the outbox: `seq` is given after the commit, in order, by the relay."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_ticket_id_id", "ticket_id", "id"),
        Index("ix_event_path_seq", "path", "seq"),
        Index("ix_event_from_path_seq", "from_path", "seq"),
        Index(
            "ix_event_id_unnumbered",
            "id",
            postgresql_where=text("seq IS NULL"),
            sqlite_where=text("seq IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    seq: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    verb: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)  # the true time: a deadline for the sweep's events
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(64))
    actor_name: Mapped[str] = mapped_column(String(80))
    from_status: Mapped[str | None] = mapped_column(String(12))
    to_status: Mapped[str] = mapped_column(String(12))
    path: Mapped[str] = mapped_column(Path)
    from_path: Mapped[str | None] = mapped_column(Path)  # where the ticket lay before, if it moved
    detail: Mapped[Any] = mapped_column(Json)
    deltas: Mapped[Any] = mapped_column(Json)  # {counter name: change} for `path` and its ancestors
    from_deltas: Mapped[Any] = mapped_column(Json)  # the same for `from_path`
    digest: Mapped[str | None] = mapped_column(String(64))  # seals it behind the event before, with the number

    ticket: Mapped[Ticket] = relationship()


class Photo(Base):
    """A photo of a ticket. Its files are found by `key`; what EXIF said stays in `raw` and is never shown.

    The original is safe when the row is there; the copies that people see are made afterwards (`dispatch.photo_jobs`).
    """

    __tablename__ = "photo"
    __table_args__ = (
        Index(
            "ix_photo_id_pending",
            "id",
            postgresql_where=text("state = 'pending'"),
            sqlite_where=text("state = 'pending'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    phase: Mapped[str] = mapped_column(String(8))  # before, after
    state: Mapped[str] = mapped_column(String(8), default="ready")  # pending, ready, failed: whether there are copies
    problem: Mapped[str | None] = mapped_column(String(24))  # why there are none
    edition: Mapped[int] = mapped_column(default=0)  # of the copies: one more each time they are made anew
    blurred: Mapped[Any] = mapped_column(Json, default=list)  # [[left, top, width, height], …] as shares, 0 to 1
    proposed: Mapped[Any] = mapped_column(Json, default=list)  # the same, as detectors would blur it
    tries: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # real time: a process is at work on it
    width: Mapped[int]  # pixels: of the original as stored
    height: Mapped[int]
    dhash: Mapped[str | None] = mapped_column(String(16))  # of the picture before it was blurred; None until decoded
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    raw: Mapped[Any] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    ticket: Mapped[Ticket] = relationship(back_populates="photos")


class Transcript(Base):
    """A call as it was read: the turns, and which file they came from. Its tickets and drafts point to it."""

    __tablename__ = "transcript"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    source: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64), index=True)
    turns: Mapped[Any] = mapped_column(Json)
    reading: Mapped[Any] = mapped_column(Json)  # what was found, with spans and confidence
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Draft(Base):
    """What could not be decided: the fields as far as they are known, and the questions to ask.

    Made by `dispatch.drafts.new`, changed by `dispatch.drafts` only; every step leaves a DraftEvent.
    """

    __tablename__ = "draft"
    __table_args__ = (
        Index(
            "ix_draft_open", "rank", "id", postgresql_where=text("state = 'open'"), sqlite_where=text("state = 'open'")
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    state: Mapped[str] = mapped_column(String(8), default="open")  # open, filed, dropped
    rank: Mapped[int]  # the place of its urgency in workflow.URGENCIES: 0 is an emergency
    fields: Mapped[Any] = mapped_column(Json)
    questions: Mapped[Any] = mapped_column(Json)
    reading: Mapped[Any] = mapped_column(Json)  # of this one matter: each guess with its spans in the call's turns
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    path: Mapped[str] = mapped_column(Path, index=True)
    transcript_id: Mapped[int | None] = mapped_column(ForeignKey("transcript.id"))
    said: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)  # as the ticket's
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    claimed_by: Mapped[str | None] = mapped_column(String(64), index=True)  # who works on it, until the claim is old
    claimed_name: Mapped[str | None] = mapped_column(String(80))
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    region: Mapped[Region | None] = relationship(lazy="joined")
    transcript: Mapped[Transcript | None] = relationship()
    ticket: Mapped[Ticket | None] = relationship()
    events: Mapped[list["DraftEvent"]] = relationship(order_by="DraftEvent.id")


class DraftEvent(Base):
    """What was done with a draft: file, drop, restore, take_over, reveal; `detail` has the reason. Never changed."""

    __tablename__ = "draft_event"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"), index=True)
    verb: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor: Mapped[str] = mapped_column(String(64))
    actor_name: Mapped[str] = mapped_column(String(80))
    detail: Mapped[Any] = mapped_column(Json)
