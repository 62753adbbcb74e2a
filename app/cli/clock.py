"""`flask clock`: the timer process for production: sweep, numbers for committed events, photos that wait."""

import threading
import time

import click
from flask import current_app
from flask.cli import with_appcontext

from app.background import AUDIT, TICK, audit, tick
from app.batch_runner import watch
from app.developer import developer
from app.relay import number_all


@click.command("clock")
@with_appcontext
def clock_command() -> None:
    """Runs until it is ended. Two of them are safe: the database decides who acts."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    threading.Thread(target=developer().run, args=(app,), name="developer", daemon=True).start()
    click.echo("clock: running", err=True)
    audited = time.monotonic()
    while True:
        tick(app)
        number_all()
        watch(app)
        if time.monotonic() - audited > AUDIT:
            audit(app)
            audited = time.monotonic()
        time.sleep(TICK)
