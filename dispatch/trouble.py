"""Where it goes wrong most below a region: units by what is overdue with them, and matters that are told again."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from dispatch.models import Ticket
from dispatch.queries import REPEATED
from dispatch.workflow import OPEN
from grids.models import Unit
from grids.scope import within

# In the words of the partial index.
LATE = text("(ticket.overdue AND ticket.status IN ('RECEIVED', 'DISPATCHED', 'SIGNED_IN', 'HANDLED'))")
SHOWN = 5


class Behind(NamedTuple):
    """A unit with the number of its open overdue tickets, and the deadline that was missed first."""

    code: str
    name: str
    overdue: int
    since: datetime | None


def most_overdue(db: Session, path: str, most: int = SHOWN) -> list[Behind]:
    """The units that hold the most overdue tickets lying below `path`; on equal numbers the longest overdue first."""
    number, since = func.count(Ticket.id), func.min(Ticket.due_at)
    query = (
        select(Unit.code, Unit.name, number, since)
        .join(Ticket, Ticket.holder_id == Unit.id)
        .where(within(Ticket.path, path), LATE)
        .group_by(Unit.id)
        .order_by(number.desc(), since, Unit.code)
        .limit(most)
    )
    return [Behind(code, name, count, at) for code, name, count, at in db.execute(query)]


def most_repeated(db: Session, path: str, most: int = SHOWN) -> list[Ticket]:
    """The leading tickets below `path` that are told again most often and are still open."""
    wanted = (within(Ticket.path, path), Ticket.status.in_(OPEN), REPEATED)
    return list(db.scalars(select(Ticket).where(*wanted).order_by(Ticket.repeats.desc(), Ticket.id).limit(most)))
