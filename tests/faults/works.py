"""What the children do until they are killed: intake, transitions, the sweep, the relay."""

import random
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from app.auth import actor_of, staff_by_login
from app.database import transaction
from app.relay import number_all
from dispatch.commands import perform
from dispatch.config import current_config
from dispatch.errors import DispatchError
from dispatch.intake import Complaint, receive
from dispatch.models import Event, Ticket
from dispatch.place import at_point
from dispatch.queries import allowed_verbs
from dispatch.sweep import sweep
from dispatch.workflow import OPEN
from grids.queries import centre_of
from grids.scope import Actor
from tests.conftest import MONDAY
from tests.world import CELL_OF, centre

Acknowledge = Callable[[str], None]
INPUTS = {"reason": "原因", "note": "说明", "turn_to": "法院", "resolved": True, "region": "210102", "unit": "210102"}
LOGINS = ("manager.21", "manager.210102", "agent.2101", *(f"attendant.{cell}" for cell in CELL_OF.values()))


def write():
    return transaction(write=True)


def latest():
    """Time goes on from the newest event, so that every child's acts come after those of the one before."""
    with transaction() as db:
        return (db.scalar(select(func.max(Event.at))) or MONDAY) + timedelta(seconds=1)


def who(login: str) -> Actor:
    with transaction() as db:
        staff = staff_by_login(db, login)
        assert staff is not None
        return actor_of(staff)


def intake(app: Flask, rng: random.Random, acknowledge: Acknowledge) -> None:
    agent, now = who("agent.2101"), latest()
    while True:
        acknowledge(received(agent, now, rng))


def received(agent: Actor, now, rng: random.Random) -> str:
    cell = rng.choice(list(CELL_OF.values()))
    with write() as db:
        complaint = Complaint("井盖缺失", urgency="emergency", place=at_point(db, (*centre(cell), "wgs84")))
        number = receive(db, complaint, centre_of(db, "2101"), agent, now, current_config(db)).number
    return number


def transition(app: Flask, rng: random.Random, acknowledge: Acknowledge) -> None:
    """Some tickets, then whatever the table allows, by whoever may; `number version` after each commit."""
    people, now = [who(login) for login in LOGINS], latest()
    for _ in range(3):
        received(who("agent.2101"), now, rng)
    while True:
        now += timedelta(seconds=1)
        with write() as db:
            ticket = db.scalars(select(Ticket).where(Ticket.status.in_(OPEN)).order_by(func.random()).limit(1)).one()
            pairs = [(row, one) for one in people for row in allowed_verbs(one, ticket) if row.name != "merge"]
            if not pairs:
                continue
            row, actor = rng.choice(pairs)
            given = {name: INPUTS[name] for name in (*row.needs, *row.takes) if name in INPUTS}
            try:
                perform(db, ticket, row.name, actor, now, current_config(db), **given)
            except DispatchError:
                db.rollback()
                continue
        acknowledge(f"{ticket.number} {ticket.version}")


def sweeping(app: Flask, rng: random.Random, acknowledge: Acknowledge) -> None:
    """Tickets are let go late, a little further each time; the sweep runs as `flask clock` does."""
    now = latest()
    for _ in range(3):
        acknowledge(received(who("agent.2101"), now, rng))
    while True:
        now += timedelta(minutes=rng.choice((3, 11, 47)))
        sweep(write, now)


def relaying(app: Flask, rng: random.Random, acknowledge: Acknowledge) -> None:
    agent, now = who("agent.2101"), latest()
    while True:
        for _ in range(rng.randint(1, 4)):
            acknowledge(received(agent, now, rng))
        number_all()


WORKS = {"intake": intake, "transition": transition, "sweep": sweeping, "relay": relaying}
