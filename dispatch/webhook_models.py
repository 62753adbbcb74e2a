"""Tables of webhooks: who is told of events, and each message with what became of it."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.columns import BigId
from grids.database import Base, UtcDateTime
from grids.models import Region

PENDING, UNDONE = text("state = 'pending'"), text("state <> 'done'")


class Webhook(Base):
    """An address that is told of the events of a region's subtree. `seq`: the last event that was looked at."""

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(String(80))  # whsec_ and base64: the receiver checks signatures with it
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    verbs: Mapped[list[str]] = mapped_column(JSON)  # none: all of them
    active: Mapped[bool] = mapped_column(default=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(80))

    region: Mapped[Region] = relationship(lazy="joined")


class Delivery(Base):
    """One message to one webhook, times in real time. `next_at`: when it is sent, or, while sent, when to doubt it."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_next_at", "webhook_id", "next_at", postgresql_where=PENDING, sqlite_where=PENDING),
        Index("ix_delivery_undone", "webhook_id", "state", postgresql_where=UNDONE, sqlite_where=UNDONE),
        Index("ix_delivery_webhook_id_id", "webhook_id", "id"),
        Index("ix_delivery_created_at", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    seq: Mapped[int] = mapped_column(BigInteger)  # of the event
    verb: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(16))  # of the ticket
    state: Mapped[str] = mapped_column(String(8), default="pending")  # pending, done, failed
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[int | None]  # HTTP, of the last try
    problem: Mapped[str] = mapped_column(String(16), default="")  # of the last try: timeout, unreachable, status
    took_ms: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    webhook: Mapped[Webhook] = relationship(lazy="joined")
