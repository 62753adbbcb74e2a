"""One ticket and the people around it: what tests of single verbs share."""

from datetime import datetime
from typing import Any

from dispatch.commands import perform
from dispatch.escalation import advance
from dispatch.intake import Complaint, receive
from dispatch.models import Clock, Event, Ticket
from dispatch.place import at_point
from dispatch.queries import timeline
from grids.queries import centre_of
from grids.scope import CITIZEN
from tests.world import CELLS_WEST, centre

ATTENDANT = f"attendant.{CELLS_WEST}"


class Story:
    """A ticket in the western cell, and `do`: a verb by somebody at the present moment."""

    def __init__(self, db: Any, config: Any, actor: Any, clock: Any) -> None:
        self.db, self.config, self.actor, self.clock = db, config, actor, clock
        self.ticket: Ticket

    def begin(self, urgency: str = "ordinary", signed: bool = True, **known: Any) -> "Story":
        known = {"kind": "complaint", "category": "cityscape.sweeping"} | known
        complaint = Complaint("路灯不亮", urgency=urgency, place=at_point(self.db, (*centre(), "wgs84")), **known)
        receiver = centre_of(self.db, "21")
        self.ticket = receive(self.db, complaint, receiver, self.actor("agent.21"), self.clock(), self.config)
        if signed:
            self.do("sign_in")
        return self

    def do(self, verb: str, login: str = ATTENDANT, **inputs: Any) -> Event:
        actor = CITIZEN if login == CITIZEN.login else self.actor(login)
        event = perform(self.db, self.ticket, verb, actor, self.clock(), self.config, **inputs)
        self.db.flush()
        return event

    def now_sweep(self) -> None:
        advance(self.db, self.ticket, self.clock(), self.config)
        self.db.flush()

    def newest(self, kind: str) -> Clock:
        return next(clock for clock in self.ticket.clocks if clock.kind == kind)

    def due(self, kind: str = "HANDLE") -> datetime | None:
        return self.newest(kind).due_at

    def events(self, *verbs: str) -> list[Event]:
        return [event for event in timeline(self.db, self.ticket) if event.verb in verbs]
