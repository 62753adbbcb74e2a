"""Tickets with their open clocks as plain rows, for many in one go: the same rules act on them as on mapped objects.

`perform` asks an object for its attributes, not for its table. A sweep of thousands reads what the step of a clock can
ask for, past the unit of work, and writes what has changed by one statement for each table. What was not read is no
attribute here: a step that asks for more fails, and the ticket is then taken alone, as a mapped object.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import make_dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from dispatch.models import Clock, Ticket
from grids.models import Region, Unit
from grids.rows import insert_all, next_ids, one_of, table_of, update_all, write_new
from grids.together import together

CLOCK, TICKET, UNIT, REGION = (table_of(model) for model in (Clock, Ticket, Unit, Region))
# Of a ticket's row, what the step of a clock asks for, and what it may change.
ASKED = (
    "id", "status", "kind", "urgency", "channel", "category", "path", "receiver_id", "called", "holds", "extended",
    "extension_asked", "on_hold", "exclusion", "closed_at",
)  # fmt: skip
CHANGED = ("holder_id", "supervisor_id", "due_at", "light", "overdue", "escalation_level", "updated_at", "version")
OF_TICKET = (*ASKED, *CHANGED)
OF_UNIT = (
    UNIT.c.id,
    UNIT.c.code,
    UNIT.c.name,
    UNIT.c.kind,
    *(REGION.c[name] for name in ("code", "name", "level", "path")),
)
OF_CLOCK = tuple(column.name for column in CLOCK.columns)
STEPPED = ("state", "next_at", "step", "stopped_at")  # of a clock, what a step changes


class PlainRegion:
    """What a step asks of a region."""

    __slots__ = ("code", "level", "name", "path")

    def __init__(self, code: str, name: str, level: int, path: str) -> None:
        self.code, self.name, self.level, self.path = code, name, level, path


class PlainUnit:
    """What a step asks of a unit."""

    __slots__ = ("code", "id", "kind", "name", "region")

    def __init__(self, row: Sequence[Any]) -> None:
        self.id, self.code, self.name, self.kind = row[:4]
        self.region = PlainRegion(*row[4:])


class Units:
    """The units that were read so far, and their regions, by code: a sweep asks for the same ones batch after batch."""

    def __init__(self) -> None:
        self.units: dict[str, PlainUnit] = {}
        self.regions: dict[str, PlainRegion] = {}

    def add(self, units: Iterable[PlainUnit]) -> None:
        for unit in units:
            self.units[unit.code] = unit
            self.regions[unit.region.code] = unit.region


class Usual:
    """Of a usual ticket's clock: no unit was called in, and its time knows neither pauses nor extensions."""

    __slots__ = ()
    unit = ticket = None


PlainClock = make_dataclass(
    "PlainClock", [(name, Any, None) for name in OF_CLOCK], bases=(Usual,), slots=True, eq=False
)


class PlainTicket:
    """A ticket with its holder; within `as_rows` with its open clocks, the newest first, and its supervisor."""

    __slots__ = (*OF_TICKET, "clocks", "holder", "supervisor")
    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def __init__(self, row: Sequence[Any]) -> None:
        """From a row of `claimed`."""
        for name, value in zip(OF_TICKET, row, strict=False):
            setattr(self, name, value)
        self.holder = PlainUnit(row[len(OF_TICKET) :])
        self.clocks: list[Any] = []
        self.supervisor: PlainUnit | None = None

    @property
    def usual(self) -> bool:
        """Whether its steps ask for nothing but what is read here."""
        return not (self.called or self.holds or self.extended or self.extension_asked)


def with_holders() -> Select[Any]:
    """What a PlainTicket is made of."""
    columns = [TICKET.c[name] for name in OF_TICKET]
    return (
        select(*columns, *OF_UNIT)
        .select_from(TICKET)
        .join(UNIT, UNIT.c.id == TICKET.c.holder_id)
        .join(REGION, REGION.c.id == UNIT.c.region_id)
    )


@contextmanager
def as_rows(db: Session, tickets: Sequence[PlainTicket], units: Units) -> Iterator[None]:
    """While it lasts these usual tickets, which this transaction has locked, may be acted on; written at the end.

    `units` are those that are known already; those that are read now are added.
    """
    read_clocks(db, {one.id: one for one in tickets})
    read_units(db, tickets, units)
    clocks = [clock for one in tickets for clock in one.clocks]
    were = [values(one, CHANGED) for one in tickets], [values(one, STEPPED) for one in clocks]
    db.info |= {Unit: units.units, Region: units.regions}
    try:
        with together(db):
            yield
            write_changed(db, TICKET, tickets, were[0], CHANGED)
            write_changed(db, CLOCK, clocks, were[1], STEPPED)
            write_clocks(db, tickets)
            write_new(db)
        db.expire_all()  # a session that holds these tickets as objects too reads them anew
    finally:
        for model in (Unit, Region):
            del db.info[model]


def read_clocks(db: Session, tickets: dict[int, PlainTicket]) -> None:
    query = select(CLOCK).where(one_of(db, CLOCK.c.ticket_id, tickets), CLOCK.c.stopped_at.is_(None))
    for row in db.execute(query.order_by(CLOCK.c.id.desc())).all():
        tickets[row.ticket_id].clocks.append(PlainClock(*row))


def read_units(db: Session, tickets: Iterable[PlainTicket], units: Units) -> None:
    """The supervisors, and the centres on the way up from them and from the holders: what a step up asks for."""
    supervisors = units_by(db, UNIT.c.id, {one.supervisor_id for one in tickets} - {None})
    by_id = {unit.id: unit for unit in supervisors}
    for one in tickets:
        one.supervisor = by_id.get(one.supervisor_id)
    below = [*supervisors, *(one.holder for one in tickets)]
    units.add(below)
    paths = {unit.region.path for unit in below}
    codes = {code for path in paths for code in path.strip(".").split(".")}
    units.add(units_by(db, UNIT.c.code, codes - units.units.keys()))


def units_by(db: Session, column: Any, keys: set[Any]) -> list[PlainUnit]:
    if not keys:
        return []
    query = select(*OF_UNIT).join(REGION, UNIT.c.region_id == REGION.c.id).where(one_of(db, column, keys))
    return [PlainUnit(row) for row in db.execute(query).all()]


def values(one: Any, names: Sequence[str]) -> list[Any]:
    return [getattr(one, name) for name in names]


def write_changed(
    db: Session, table: Any, rows: Iterable[Any], were: Iterable[list[Any]], names: Sequence[str]
) -> None:
    changed = [one for one, was in zip(rows, were, strict=True) if values(one, names) != was]
    if changed:
        update_all(db, table, [{name: getattr(one, name) for name in ("id", *names)} for one in changed])


def write_clocks(db: Session, tickets: Iterable[PlainTicket]) -> None:
    """The clocks that were started; the later one of a ticket gets the higher id."""
    new = [(one.id, clock) for one in tickets for clock in reversed(one.clocks) if clock.id is None]
    if new:
        for (ticket_id, clock), key in zip(new, next_ids(db, CLOCK, len(new)), strict=True):
            clock.id, clock.ticket_id = key, ticket_id
        insert_all(db, CLOCK, [{name: getattr(clock, name) for name in OF_CLOCK} for _, clock in new])
