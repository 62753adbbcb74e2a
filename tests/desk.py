"""A hotline's desk for tests of `perform`: tickets and acts by short names, and the whole state of a ticket."""

from typing import Any

from sqlalchemy import select

from dispatch.commands import perform
from dispatch.intake import Complaint, receive
from dispatch.models import Clock, Event, Ticket
from dispatch.place import at_point, in_region
from grids.queries import centre_of
from tests.conftest import MONDAY
from tests.world import CELLS_WEST, centre

NEXT_CELL = "210102001001002"
# Unmerge may change these: the act itself is told by version, time and event.
OWN = ("version", "updated_at")


class Desk:
    """Tickets and acts of a test, by short names."""

    def __init__(self, db: Any, config: Any, actor: Any) -> None:
        self.db, self.config, self.actor = db, config, actor
        self.now = MONDAY

    def ticket(self, place: str = CELLS_WEST, urgency: str = "ordinary", phone: str = "") -> Ticket:
        where = at_point(self.db, (*centre(place), "wgs84")) if len(place) == 15 else in_region(self.db, place)
        complaint = Complaint(
            "楼前垃圾没有清走", category="cityscape.rubbish", urgency=urgency, place=where, caller_phone=phone
        )
        made = receive(self.db, complaint, centre_of(self.db, "2101"), self.actor("agent.2101"), self.now, self.config)
        self.db.flush()
        return made

    def unplaced(self) -> Ticket:
        agent = self.actor("agent.2101")
        made = receive(self.db, Complaint("路灯不亮"), centre_of(self.db, "2101"), agent, self.now, self.config)
        self.db.flush()
        return made

    def do(self, ticket: Ticket, verb: str, login: str = "agent.2101", **inputs: Any) -> Event:
        event = perform(self.db, ticket, verb, self.actor(login), self.now, self.config, **inputs)
        self.db.flush()
        return event

    def merge(self, ticket: Ticket, into: Ticket, login: str = "agent.2101") -> Event:
        return self.do(ticket, "merge", login, into=into.number)

    def state(self, *tickets: Ticket) -> Any:
        """Every column of the tickets and of their clocks but what each act changes."""
        self.db.flush()
        rows = []
        for ticket in tickets:
            self.db.refresh(ticket)
            row = self.db.execute(select(Ticket.__table__).where(Ticket.id == ticket.id)).mappings().one()
            query = select(Clock.__table__).where(Clock.ticket_id == ticket.id).order_by(Clock.id)
            rows.append(({k: v for k, v in row.items() if k not in OWN}, self.db.execute(query).all()))
        return rows

    def verbs(self, ticket: Ticket) -> list[str]:
        return list(self.db.scalars(select(Event.verb).where(Event.ticket_id == ticket.id).order_by(Event.id)))


def attendant(cell: str = CELLS_WEST) -> str:
    return f"attendant.{cell}"
