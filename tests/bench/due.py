"""A province full of tickets whose next step is due: half wait to be signed in, half for their handling to end.

Two tickets are made by the product itself and brought to the eve of their deadline; all others are copies of their rows
in other cells.
"""

import itertools
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, String, cast, func, insert, literal, select, text
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
PARTS = 20  # of the others: that many different deadlines
SPREAD = 600  # seconds in which the due ones came due
Row = dict[str, Any]
Model = tuple[Row, list[Row]]  # a ticket's row and those of its clocks


def fill(database: Database, due: int, others: int = 0, ending: datetime | None = None) -> datetime:
    """Stores `due` tickets, each with one clock that comes due within SPREAD seconds, and `others` whose clocks run on.

    Answers from which moment on all of them are due: `ending`, or some day of November 2026.
    """
    with database.transaction(write=True) as db:
        signed, until = model(db, signed_in=True)
        waiting, own = model(db, signed_in=False)
        ending = ending or until
        models = (shifted(signed, ending - until), shifted(waiting, ending - own))
        db.rollback()
    with database.transaction(write=True) as db:
        places = cells(db.connection())
        numbers = iter(range(1, due + 1))
        while chunk := list(itertools.islice(numbers, CHUNK)):
            copies = [copied(just(random.choice(models)), number, random.choice(places)) for number in chunk]
            db.execute(insert(Ticket.__table__), [ticket for ticket, _ in copies])
            db.execute(insert(Clock.__table__), [clock for _, clocks in copies for clock in clocks])
        for part in range(PARTS if others else 0):
            later = shifted(models[part % 2], timedelta(hours=part + 1))
            multiply(db, later, due + 1 + part * (others // PARTS), others // PARTS)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if database.sqlite else "VACUUM ANALYZE"))
    return ending + timedelta(seconds=1)


def just(one: Model) -> Model:
    """The same some seconds earlier: deadlines do not all fall on one second."""
    return shifted(one, -timedelta(seconds=random.randrange(SPREAD)))


def multiply(db: Session, one: Model, first: int, number: int) -> None:
    """Copies of a ticket and its clocks in all cells in turn, with the ids from `first` on, by one statement each."""
    ticket, clocks = one
    numbers = select(literal(first).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < first + number - 1))
    place = select(
        (func.row_number().over(order_by=Region.id) - 1).label("k"), Region.id.label("region_id"), Region.path,
        Unit.id.label("holder_id"),
    ).join(Unit, Unit.code == Region.code).where(Region.level == CELL).subquery()  # fmt: skip
    count = db.scalar(select(func.count()).select_from(place))
    own = {"id": numbers.c.n, "number": literal("bench").concat(cast(numbers.c.n, String))}
    own |= {name: place.c[name] for name in ("region_id", "path", "holder_id")}
    joined = numbers.join(place, place.c.k == numbers.c.n % count)
    stored(db, Ticket.__table__, ticket, own, joined)
    for clock in clocks:
        values = {name: value for name, value in clock.items() if name != "id"}
        stored(db, Clock.__table__, values, {"ticket_id": numbers.c.n}, numbers)


def stored(db: Session, table: Any, row: Row, own: dict[str, Any], source: Any) -> None:
    values = [own.get(name, literal(value, table.c[name].type)) for name, value in row.items()]
    db.execute(insert(table).from_select(list(row), select(*values).select_from(source), include_defaults=False))


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
