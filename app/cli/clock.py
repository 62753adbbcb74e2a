"""`flask clock`: the timer process for production: sweep, numbers for committed events, photos that wait."""

import logging
import threading
import time
from collections.abc import Callable

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from app.background import AUDIT, TICK, audit, tell_webhooks, tick
from app.batch_runner import watch
from app.developer import developer
from app.relay import number_all

log = logging.getLogger(__name__)


@click.command("clock")
@with_appcontext
def clock_command() -> None:
    """Runs until it is ended. Two of them are safe: the database decides who acts."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    app.extensions["database"].serve()
    threading.Thread(target=developer().run, args=(app,), name="developer", daemon=True).start()
    threading.Thread(target=tell_all, args=(app,), name="webhooks", daemon=True).start()
    click.echo("clock: running", err=True)
    audited = time.monotonic()
    while True:
        round_of(app)
        if time.monotonic() - audited > AUDIT:
            audit(app)
            audited = time.monotonic()
        time.sleep(TICK)


def tell_all(app: Flask) -> None:
    """For ever, beside the sweep: a receiver that is slow keeps no clock waiting."""
    while True:
        tell_webhooks(app)
        time.sleep(1)


def round_of(app: Flask) -> None:
    """What is due, numbers, batches: one that fails keeps nobody from the others, nor from the next round."""
    tick(app)
    attempt("numbers", number_all)
    attempt("batches", lambda: watch(app))


def attempt(what: str, work: Callable[[], None]) -> None:
    """A database that is away comes back: the process outlives it. Mistakes of a program still end it."""
    try:
        work()
    except SQLAlchemyError as error:
        log.error("clock: %s: %s, trying again", what, type(error).__name__)
