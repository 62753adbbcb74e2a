"""What staff do with a ticket: which verb comes next, how soon, by whom. Carried out by `perform`, as everywhere."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import log
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import photos as uploads
from app.auth import actor_of
from app.traffic.pictures import picture
from app.traffic.places import Spot
from app.traffic.tables import note
from dispatch.clocks import open_clock
from dispatch.commands import perform
from dispatch.config import Config
from dispatch.errors import DispatchError
from dispatch.escalation import advance
from dispatch.models import Ticket
from dispatch.workflow import DESK, DISPATCHED, HANDLED, HANDLERS, SIGNED_IN
from dispatch.working_time import SHANGHAI
from grids.models import DISTRICT, Staff, Unit
from grids.scope import Actor

STEPS = 40  # of one ticket: more is a fault here
# Share of the clock's time that people take, median and spread of a log-normal: some always miss the deadline.
PACE = {"SIGN_IN": (0.22, 0.8), "CONTACT": (0.2, 0.9), "HANDLE": (0.42, 0.65), "CALL_BACK": (0.3, 0.7)}
FORGOTTEN, SLOW = 0.2, 10.0  # of the tickets; how many times longer their handling takes: most run over
CLOCK_OF = {"contact": "CONTACT", "handle": "HANDLE", "call_back": "CALL_BACK"}  # the others answer SIGN_IN
CHOICES = {  # verbs that people choose from in a state, by weight
    DISPATCHED: {"sign_in": 90, "give_back": 4, "report_up": 3, "urge": 3},
    SIGNED_IN: {"handle": 94, "report_up": 2, "urge": 4},
    HANDLED: {"call_back": 94, "redo": 6},
}
ANSWERED = 0.55  # of the consultations by phone: settled on the call
RESOLVED = 0.91
GRADES = {True: (2, 3, 10, 28, 57), False: (38, 30, 22, 7, 3)}  # weights of 1 to 5, by whether it was resolved
FIRST, LAST = 7, 21  # hours in which ordinary matters are worked on
TYPING = (2, 25)  # minutes between two acts of one person


@dataclass(frozen=True)
class Step:
    """One verb to come, when, and the state in which it was chosen."""

    verb: str
    at: datetime
    status: str


@dataclass
class Crew:
    """Who works in which unit, asked of the database once."""

    people: dict[tuple[int, tuple[str, ...]], Actor | None] = field(default_factory=dict)

    def of(self, db: Session, unit: Unit, roles: tuple[str, ...]) -> Actor | None:
        """Somebody of this unit with one of these roles; None where nobody works."""
        key = unit.id, roles
        if key not in self.people:
            query = select(Staff).where(Staff.unit_id == unit.id, Staff.role.in_(roles), Staff.active)
            staff = db.scalars(query.order_by(Staff.id).limit(1)).first()
            self.people[key] = actor_of(staff) if staff else None
        return self.people[key]


def live(db: Session, ticket: Ticket, spot: Spot, crew: Crew, rng: Random, until: datetime, config: Config) -> int:
    """The life of a ticket from its arrival to `until`, each act at its own time; how many acts there were.

    Deadlines that pass without an act are stepped by the same rule as in the sweep, at their true times. `spot` is
    the place that a coarse ticket turns out to mean.
    """
    acts, last, slow = 0, ticket.created_at, SLOW if rng.random() < FORGOTTEN else 1.0
    for _ in range(STEPS):
        step = next_step(ticket, rng, last, slow)
        if step is None or step.at > until:
            break
        advance(db, ticket, step.at, config)
        last = step.at
        if ticket.status == step.status:  # else an escalation came between: somebody else decides anew
            acts += done(db, ticket, spot, crew, rng, step, config)
    advance(db, ticket, until, config)
    return acts


def done(db: Session, ticket: Ticket, spot: Spot, crew: Crew, rng: Random, step: Step, config: Config) -> bool:
    """Does one step in the name of whoever it is for; False where nobody works there, or where it is refused:

    an escalation may have moved the ticket to somebody who cannot do this. The next step is chosen anew.
    """
    actor = actor_for(db, ticket, crew, step.verb)
    if actor is None:
        return False
    inputs = inputs_for(ticket, rng, step.verb, spot)
    shown = [picture(rng, step.at)] if step.verb == "handle" and ticket.channel == "snap" else []
    stored = uploads.store(shown, "after", step.at)
    if stored:
        inputs["photos"] = [photo.key for photo in stored]
    try:
        perform(db, ticket, step.verb, actor, step.at, config, **inputs)
    except DispatchError:
        return False
    ticket.photos.extend(stored)
    db.flush()
    return True


def next_step(ticket: Ticket, rng: Random, last: datetime, slow: float) -> Step | None:
    """What comes after the act at `last`; None when nothing does. `slow` stretches the time that handling takes."""
    verb = verb_for(ticket, rng)
    if verb is None:
        return None
    clock = open_clock(ticket, CLOCK_OF.get(verb, "SIGN_IN")) or open_clock(ticket, "HANDLE")
    begin, due = (clock.started_at, clock.due_at) if clock else (last, None)
    span = (due or begin + timedelta(hours=4)) - begin
    if verb == "answer":
        span = timedelta(minutes=30)
    part = share(rng, verb) * (slow if verb == "handle" else 1.0)
    at = max(begin + span * part, last + timedelta(minutes=rng.uniform(*TYPING)))
    soon = ticket.urgency in ("emergency", "urgent")
    return Step(verb, at if soon else awake(at, rng), ticket.status)


def share(rng: Random, verb: str) -> float:
    median, spread = PACE[CLOCK_OF.get(verb, "SIGN_IN")]
    return rng.lognormvariate(log(median), spread)


def awake(at: datetime, rng: Random) -> datetime:
    """The same, or the next morning when it falls into the night."""
    here = at.astimezone(SHANGHAI)
    if FIRST <= here.hour < LAST:
        return at
    morning = here.replace(hour=FIRST, minute=30, second=0) + timedelta(days=here.hour >= LAST)
    return morning + timedelta(minutes=rng.uniform(0, 120))


def verb_for(ticket: Ticket, rng: Random) -> str | None:
    """A verb that fits the state and what has happened so far; None for an ended ticket and for one without a place."""
    choices = CHOICES.get(ticket.status)
    if choices is None:
        return None
    if ticket.status == DISPATCHED and is_coarse(ticket):
        return "relocate"
    if is_fresh_consultation(ticket) and rng.random() < ANSWERED:
        return "answer"
    if ticket.status == SIGNED_IN and open_clock(ticket, "CONTACT") and rng.random() < 0.9:
        return "contact"
    verb = rng.choices(list(choices), list(choices.values()))[0]
    return verb if may(ticket, verb) else next(iter(choices))


def is_coarse(ticket: Ticket) -> bool:
    return ticket.lon is None and ticket.region.level == DISTRICT


def is_fresh_consultation(ticket: Ticket) -> bool:
    return ticket.kind == "consultation" and ticket.channel == "phone" and ticket.version == 1


def may(ticket: Ticket, verb: str) -> bool:
    """Give back once, redo once, urge twice, and never report up from a department or from the top."""
    spent = {"give_back": ticket.give_backs > 0, "redo": ticket.version > 9, "urge": ticket.urges > 1}
    if verb in ("report_up", "give_back") and ticket.holder.region.level <= DISTRICT:
        return False
    return not spent.get(verb, False)


def actor_for(db: Session, ticket: Ticket, crew: Crew, verb: str) -> Actor | None:
    if verb in ("answer", "call_back", "redo", "urge"):
        return crew.of(db, ticket.receiver, ("agent",) if verb == "urge" else DESK)
    return crew.of(db, ticket.holder, ("manager",) if verb == "relocate" else HANDLERS)


def inputs_for(ticket: Ticket, rng: Random, verb: str, spot: Spot | None) -> dict[str, Any]:
    """What the verb needs, in words that fit the category."""
    words = note(rng, verb, ticket.category)
    if verb == "relocate" and spot is not None:
        return {"reason": words, "lon": spot.lon, "lat": spot.lat}
    if verb in ("give_back", "report_up", "redo"):
        return {"reason": words}
    if verb == "call_back":
        resolved = rng.random() < RESOLVED
        return {"resolved": resolved, "contacted": True, "satisfaction": rng.choices(range(1, 6), GRADES[resolved])[0]}
    return {"note": words}
