"""`python -m tests.faults.clocks`: several `flask clock` over emergencies that nobody touches, one of them stopped.

Product time runs fast, so that a ticket goes up to the province within a minute; one process is stopped with SIGSTOP,
wherever it stands, and goes on later. Every step must have been taken once, at its true time.
"""

import argparse
import os
import signal
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import func, select

from app.batch_runner import environment
from app.clock import product_time
from app.database import transaction
from config import Settings
from dispatch.config import current_config
from dispatch.intake import Complaint, receive
from dispatch.models import Event
from dispatch.place import at_point
from dispatch.sweep import lag
from grids.queries import centre_of
from tests.faults.checks import all_is_well
from tests.faults.ground import ground
from tests.faults.load import wait_for
from tests.faults.product import CLOCK, Processes
from tests.faults.works import who, write
from tests.world import CELL_OF, centre

SPEED = 120
TICKETS = 12
# Where the stopped process holds locks, the server ends its session: sooner here than in app/patience.py.
SOON = "&options=-c%20idle_in_transaction_session_timeout%3D2000"
LATEST_S = 5.0
MEANWHILE = 5  # escalations that must come while one process stands still: the others do its work


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.clocks", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=20, help="that they run, of real time")
    parser.add_argument("--stopped", type=float, default=8, help="seconds of these in which one stands still")
    args = parser.parse_args()
    with ground(args.database) as app, app.app_context():
        ours = app.extensions["settings"]
        url = ours.database_url + (SOON if args.database == "postgresql" else "")
        fast = replace(ours, database_url=url, clock_speed=SPEED, clock_epoch=datetime.now(UTC))
        faults = run(app, fast, args.processes, args.seconds, args.stopped)
        steps = steps_taken()
    print(f"{args.processes} clocks, {steps['warn']} warnings, {steps['escalate']} escalations, {len(faults)} faults")
    print("\n".join(faults[:20]))
    return 1 if faults else 0


def now(settings: Settings) -> datetime:
    return product_time(settings, datetime.now(UTC))


def arrive(settings: Settings) -> None:
    agent, cells = who("agent.2101"), list(CELL_OF.values())
    with write() as db:
        for serial in range(TICKETS):
            place = at_point(db, (*centre(cells[serial % len(cells)]), "wgs84"))
            complaint = Complaint("路面塌陷", urgency="emergency", place=place)
            receive(db, complaint, centre_of(db, "2101"), agent, now(settings), current_config(db))


def run(app: Flask, settings: Settings, count: int, seconds: float, stopped: float) -> list[str]:
    """What went wrong, in words."""
    app.extensions["database"].engine.dispose()
    with Processes(environment(settings), settings.instance / "clocks.log") as processes:
        clocks = [processes.run(*CLOCK) for _ in range(count)]
        wait_for(lambda: processes.log().count("clock: running") == count, 120)
        arrive(settings)
        time.sleep(max(0.0, (seconds - stopped) / 2))
        before = steps_taken()["escalate"]
        os.kill(clocks[0].pid, signal.SIGSTOP)
        time.sleep(stopped)
        meanwhile = steps_taken()["escalate"] - before
        os.kill(clocks[0].pid, signal.SIGCONT)
        time.sleep(max(0.0, (seconds - stopped) / 2))
        faults = [f"a clock ended: {processes.log()[-1000:]}" for clock in clocks if clock.poll() is not None]
        faults += [f"late by {late:.1f} s of real time" for late in (lag_of(settings),) if late > LATEST_S]
    if meanwhile < MEANWHILE:
        faults.append(f"only {meanwhile} escalations while one clock stood still")
    return faults + all_is_well(now(settings))


def lag_of(settings: Settings) -> float:
    """Seconds of real time by which the clocks are late, before anybody helps them."""
    with transaction() as db:
        return lag(db, now(settings)) / SPEED


def steps_taken() -> Counter[str]:
    query = select(Event.verb, func.count()).where(Event.verb.in_(("warn", "escalate"))).group_by(Event.verb)
    with transaction() as db:
        return Counter(dict(db.execute(query).all()))


if __name__ == "__main__":
    sys.exit(main())
