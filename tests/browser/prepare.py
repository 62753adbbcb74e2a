"""Builds the small world in the instance folder of INSTANCE_PATH; run as a process of its own.

A second application in the process of the other tests would take the socket server and the rate limits from theirs.
"""

import json
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth import actor_of, create_key, hasher, staff_by_login
from app.cli.database import upgrade
from app.clock import now
from app.database import transaction
from dispatch.commands import perform
from dispatch.config import current_config
from dispatch.intake import Complaint, receive
from dispatch.models import Ticket
from dispatch.place import at_point
from grids.models import Staff
from grids.queries import centre_of
from grids.scope import Actor
from tests import world
from tests.browser.server import KEYS, LATE_CELL
from tests.conftest import PASSWORD
from wsgi import app

LATE = ("楼道灯坏了两个月没人修", "井盖松动，车一过就响")


def main() -> None:
    with app.app_context():
        upgrade(app.extensions["database"].writing)
        with transaction(write=True) as db:
            world.build(db, now(), hasher.hash(PASSWORD))
        with transaction(write=True) as db:
            keys = {login: create_key(db, login, now()) for login in db.scalars(select(Staff.login)).all()}
            late_tickets(db)
        (Path(app.extensions["settings"].instance) / KEYS).write_text(json.dumps(keys), encoding="utf-8")


def late_tickets(db: Session) -> None:
    """Tickets of last month: one that nobody signed in, one that its attendant works on. The sweep finds them late."""
    for description in LATE:
        ticket = receive_late(db, description)
    attendant = actor(db, f"attendant.{LATE_CELL}")
    perform(db, ticket, "sign_in", attendant, ticket.created_at + timedelta(minutes=5), current_config(db))


def receive_late(db: Session, description: str) -> Ticket:
    place = at_point(db, (*world.centre(LATE_CELL), "wgs84"))
    complaint = Complaint(description, kind="complaint", urgency="ordinary", place=place)
    at = now() - timedelta(days=30)
    return receive(db, complaint, centre_of(db, "2102"), actor(db, "agent.2102"), at, current_config(db))


def actor(db: Session, login: str) -> Actor:
    staff = staff_by_login(db, login)
    assert staff is not None, login
    return actor_of(staff)


if __name__ == "__main__":
    main()
