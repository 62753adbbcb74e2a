"""Tables of the sweep: when it was last at work, and the tickets whose steps fail."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.models import BigId
from grids.database import Base, UtcDateTime


class Heartbeat(Base):
    """One row for a duty that some process must do, written by whichever does it. `at` is real time."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Aside(Base):
    """A ticket whose due step failed: it is tried again later, alone, until it succeeds or nothing is due any more."""

    __tablename__ = "sweep_aside"

    ticket_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    since_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=1)
    problem: Mapped[str] = mapped_column(String(80))  # the class of the error: its words may hold personal data
