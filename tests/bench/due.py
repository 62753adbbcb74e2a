"""A province full of tickets whose next step is due: half wait to be signed in, half for their handling to end.

Two tickets are made by the product itself and brought to the eve of their deadline; all others are copies of their rows
in other cells.
"""

import itertools
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlalchemy.orm import Session

from app.database import Database
from dispatch.clocks import open_clock
from dispatch.commands import perform
from dispatch.config import current_config
from dispatch.escalation import advance
from dispatch.intake import Complaint, receive
from dispatch.models import Clock, Ticket
from dispatch.place import in_region
from grids.models import CELL, Region, Unit
from grids.queries import centre_of
from grids.scope import SYSTEM, Actor

MORNING = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)  # Monday 09:00 in Beijing
CHUNK = 5_000
Row = dict[str, Any]
Model = tuple[Row, list[Row]]  # a ticket's row and those of its clocks


def fill(database: Database, count: int) -> datetime:
    """Stores `count` tickets, each with one due clock; from which moment on they are due."""
    with database.transaction(write=True) as db:
        signed, until = model(db, signed_in=True)
        waiting, own = model(db, signed_in=False)
        models = (signed, shifted(waiting, until - own))
        db.rollback()
    with database.transaction(write=True) as db:
        places = cells(db.connection())
        numbers = iter(range(1, count + 1))
        while chunk := list(itertools.islice(numbers, CHUNK)):
            copies = [copied(random.choice(models), number, random.choice(places)) for number in chunk]
            db.execute(insert(Ticket.__table__), [ticket for ticket, _ in copies])
            db.execute(insert(Clock.__table__), [clock for _, clocks in copies for clock in clocks])
    return until + timedelta(seconds=1)


def model(db: Session, signed_in: bool) -> tuple[Model, datetime]:
    """A ticket just before its SIGN_IN or HANDLE deadline, and that deadline."""
    config = current_config(db)
    region = db.scalars(select(Region).where(Region.level == CELL).order_by(Region.id).limit(1)).one()
    complaint = Complaint("楼前的路灯不亮", kind="help", urgency="ordinary", place=in_region(db, region.code))
    ticket = receive(db, complaint, centre_of(db, "21"), SYSTEM, MORNING, config)
    if signed_in:
        holder = ticket.holder
        attendant = Actor("attendant", "attendant", path=region.path, unit_id=holder.id, unit_code=holder.code)
        for minutes, verb in enumerate(("sign_in", "contact"), start=1):
            perform(db, ticket, verb, attendant, MORNING + timedelta(minutes=minutes), config)
    clock = open_clock(ticket, "HANDLE" if signed_in else "SIGN_IN")
    assert clock is not None and clock.due_at is not None
    advance(db, ticket, clock.due_at - timedelta(seconds=1), config)
    db.flush()
    rows = [dict(row._mapping) for row in db.execute(select(Ticket.__table__).where(Ticket.id == ticket.id))]
    clocks = [dict(row._mapping) for row in db.execute(select(Clock.__table__).where(Clock.ticket_id == ticket.id))]
    return (rows[0], clocks), clock.due_at


def shifted(one: Model, span: timedelta) -> Model:
    """The same some time later."""

    def moved(row: Row) -> Row:
        return {name: value + span if isinstance(value, datetime) else value for name, value in row.items()}

    ticket, clocks = one
    return moved(ticket), [moved(clock) for clock in clocks]


def cells(connection: Connection) -> list[Row]:
    """What a ticket takes over from the cell that it lies in and from the cell's centre."""
    query = select(Region.id.label("region_id"), Region.path, Unit.id.label("holder_id")).join(
        Unit, Unit.code == Region.code
    )
    return [dict(row._mapping) for row in connection.execute(query.where(Region.level == CELL))]


def copied(one: Model, number: int, place: Row) -> tuple[Row, list[Row]]:
    ticket, clocks = one
    made = ticket | place | {"id": number, "number": f"bench{number}"}
    return made, [{name: clock[name] for name in clock if name != "id"} | {"ticket_id": number} for clock in clocks]
