"""`python -m tests.faults.zones DATABASE`: what a process of this time zone tells people of deadlines, as JSON."""

import json
import sys
import time

from flask import Flask
from sqlalchemy import select

from app.auth import create_key
from app.database import transaction
from dispatch.config import current_config
from dispatch.intake import Complaint, receive
from dispatch.models import Ticket
from dispatch.place import at_point
from dispatch.sweep import sweep
from dispatch.workflow import URGENCIES
from grids.queries import centre_of
from tests.conftest import MONDAY
from tests.faults.ground import ground
from tests.faults.works import who, write
from tests.world import centre

LATER = MONDAY.replace(day=24, hour=17)  # one in the morning of Wednesday in Beijing, still Tuesday elsewhere


def main() -> None:
    with ground(sys.argv[1]) as app, app.app_context():
        with write() as db:
            for urgency in URGENCIES:
                complaint = Complaint("井盖缺失", urgency=urgency, place=at_point(db, (*centre(), "wgs84")))
                receive(db, complaint, centre_of(db, "2101"), who("agent.2101"), MONDAY, current_config(db))
        sweep(write, LATER)
        print(json.dumps({"offset_s": time.localtime(LATER.timestamp()).tm_gmtoff, "tickets": told(app)}))


def told(app: Flask) -> list[object]:
    """Every ticket with its events and the ledgers of its deadlines, as the API tells them."""
    with write() as db:
        headers = {"Authorization": f"Bearer {create_key(db, 'agent.2101', MONDAY)}"}
    with transaction() as db:
        numbers = db.scalars(select(Ticket.number).order_by(Ticket.id)).all()
    caller, parts = app.test_client(), ("", "/timeline", "/deadlines")
    return [
        [caller.get(f"/api/v1/tickets/{number}{part}", headers=headers).get_json() for part in parts]
        for number in numbers
    ]


if __name__ == "__main__":
    main()
