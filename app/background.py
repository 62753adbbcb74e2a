"""What runs beside the requests: the relay, the decoding of photos, and APScheduler as the ticker of the sweep."""

import gc
import logging
import threading
import time
from datetime import UTC, datetime, timedelta
from functools import partial

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask, current_app
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError

from app import sessions
from app.audit_steps import round_of_audit
from app.batch_runner import watch
from app.calendars import settle_provisional
from app.clock import now
from app.database import transaction
from app.developer import developer
from app.live import expire, relay
from app.webhooks import round_of_webhooks
from config import Settings, UnsafeSettings
from dispatch import presence, webhooks
from dispatch.aside import forget_settled
from dispatch.config import current_config
from dispatch.heartbeat import SWEEP, beat
from dispatch.models import IdempotentAnswer
from dispatch.sweep import sweep
from grids.cells import cell_index
from grids.demo import SOURCE
from grids.models import RegionData
from grids.names import gazetteer

log = logging.getLogger(__name__)
TRIES = 5
KEPT = timedelta(days=7)
TICK = 0.5  # seconds of real time
BEAT = timedelta(seconds=5)  # of real time between two signs of life
LET_GO = 3  # seconds between two looks at whose sockets are open: log-out and disabling are felt within five
AUDIT = 60  # seconds of real time between two rounds of the auditor
LOOK, SET_BACK = 2.0, 1.0  # seconds between two looks at the machine's clock; further back than that it was set


def start(app: Flask) -> BackgroundScheduler:
    """Reads the tree into memory, and starts relay, developer and timer in this process."""
    app.extensions["database"].serve()
    with app.app_context():
        refuse_demo(app.extensions["settings"])
        follower = relay()
        read_tree()
        decoding = developer()
    gc.freeze()  # the tree stays: to walk through it took each full collection 140 ms, in which nobody was answered
    threading.Thread(target=follower.run, args=(app,), name="relay", daemon=True).start()
    threading.Thread(target=decoding.run, args=(app,), name="developer", daemon=True).start()
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        tick, "interval", seconds=TICK, args=(app,), max_instances=1, coalesce=True, id="sweep", misfire_grace_time=30
    )
    scheduler.add_job(audit, "interval", seconds=AUDIT, args=(app,), max_instances=1, coalesce=True, id="audit")
    scheduler.add_job(
        watch, "interval", seconds=1, args=(app,), max_instances=1, coalesce=True, id="batches", misfire_grace_time=30
    )
    scheduler.add_job(tell_webhooks, "interval", seconds=1, args=(app,), max_instances=1, coalesce=True, id="webhooks")
    scheduler.add_job(let_go, "interval", seconds=LET_GO, args=(app,), max_instances=1, coalesce=True, id="sockets")
    scheduler.start()
    threading.Thread(target=mind_the_clock, args=(scheduler,), name="clock", daemon=True).start()
    return scheduler


def refuse_demo(settings: Settings) -> None:
    """Logins that share one password, and outlines that nobody surveyed, serve no citizens. Raises UnsafeSettings."""
    with transaction() as db:
        source = db.scalar(select(RegionData.source).order_by(RegionData.id.desc()).limit(1))
    if settings.production and source == SOURCE:
        raise UnsafeSettings("refusing to start: DATABASE_URL holds the demonstration's regions and logins")


def mind_the_clock(scheduler: BackgroundScheduler) -> None:
    """For ever: APScheduler waits by the machine's clock, and would do nothing for an hour after it was set back one.

    Forward is no matter: a run that comes late is taken at once or left out, and the next one is half a second away.
    """
    ahead = time.time() - time.monotonic()
    while True:
        time.sleep(LOOK)
        ahead, before = time.time() - time.monotonic(), ahead
        if ahead < before - SET_BACK:
            go_on(scheduler)


def go_on(scheduler: BackgroundScheduler) -> None:
    """Every job runs now, and at its pace from then on."""
    log.warning("the machine's clock was set back: the timer begins anew")
    for job in scheduler.get_jobs():
        job.modify(next_run_time=datetime.now(UTC))


def read_tree() -> None:
    """The cell index, the names and the answers, before the first request needs them.

    Tried again a few times: a SQLite file that another process is just closing may be locked for a moment.
    """
    for tries_left in range(TRIES - 1, -1, -1):
        try:
            with transaction() as db:
                cell_index(db)
                gazetteer(db)
                _ = current_config(db).knowledge.model
            return
        except OperationalError:
            if not tries_left:
                raise
            time.sleep(1)


def tick(app: Flask) -> None:
    """One tick: whatever is due by now is acted on, then the relay is woken."""
    with app.app_context():
        try:
            write = partial(app.extensions["database"].transaction, write=True)
            if sweep(write, now(), after_batch=sign_of_life):
                relay().wake()
            forget_answers()
        except Exception:
            log.exception("sweep: tick failed")


def sign_of_life() -> None:
    """Tells all processes that this one sweeps; written every few seconds, between two batches of a long sweep too."""
    real, extensions = datetime.now(UTC), current_app.extensions
    if real - extensions.get("beaten_at", real - BEAT) < BEAT:
        return
    with transaction(write=True, wake=False) as db:
        beat(db, SWEEP, real)
        forget_settled(db)
    extensions["beaten_at"] = real


def audit(app: Flask) -> None:
    """Provisional deadlines that a plan has overtaken, the auditor's round, old messages forgotten."""
    with app.app_context():
        for work in (settle_provisional, round_of_audit, forget_old):
            try:
                work()
            except Exception:
                log.exception("%s failed, trying again in a minute", work.__name__)


def let_go(app: Flask) -> None:
    """Sockets of those who may no longer watch are closed."""
    with app.app_context():
        try:
            expire()
        except Exception:
            log.exception("sockets: round failed")


def forget_old() -> None:
    """Messages to webhooks and signs of presence are of use for a while only."""
    real = datetime.now(UTC)
    with transaction(write=True, wake=False) as db:
        webhooks.forget(db, real)
        presence.forget(db, real)
        sessions.forget(db, real)


def tell_webhooks(app: Flask) -> None:
    """Whatever happened is told to those who asked for it; a database that is away is waited for."""
    try:
        round_of_webhooks(app)
    except Exception:
        log.exception("webhooks: round failed")


def forget_answers() -> None:
    """Answers kept for an Idempotency-Key are of use for some days only."""
    with transaction() as db:
        old = IdempotentAnswer.created_at < now() - KEPT
        if db.scalar(select(IdempotentAnswer.id).where(old).limit(1)) is None:
            return
    with transaction(write=True) as db:
        db.execute(delete(IdempotentAnswer).where(old))
