"""The processes that work off batches: one beside a server on each machine, with low priority, or several of an import.

They are processes of their own, so that reading thousands of calls never holds the interpreter that answers requests.
They end when the pipe from whoever started them closes, or after some quiet time; being ended at any moment does no
harm.
"""

import fcntl
import gc
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

from flask import Flask
from sqlalchemy.exc import OperationalError

from app.batches import Worker
from app.database import transaction
from app.pace import Pace
from config import Settings
from dispatch import batches
from grids.names import gazetteer

ROOT = Path(__file__).resolve().parents[1]
NICE = 10
POLL, QUIET = 0.5, 60.0  # seconds between two looks for work, and without any until the process ends


# --- the server's end -----------------------------------------------------------------------------------------------


def watch(app: Flask) -> None:
    """Starts the worker when something waits and none of ours runs. Called about once a second."""
    child = app.extensions.get("batch_worker")
    if child is not None and child.poll() is None:
        return
    with app.app_context(), transaction() as db:
        waits = bool(batches.open_batches(db))
    if waits:
        app.extensions["batch_worker"] = start(app.extensions["settings"], "work")


def start(settings: Settings, *command: str) -> "subprocess.Popen[bytes]":
    whole = [sys.executable, "-m", "flask", "--app", "wsgi", "transcripts", *command]
    return subprocess.Popen(whole, cwd=ROOT, env=environment(settings), stdin=subprocess.PIPE)


def environment(settings: Settings) -> dict[str, str]:
    """What makes the worker's settings the server's own, wherever those came from."""
    known: dict[str, Any] = {
        "HOTLINE_ENV": settings.env,
        "INSTANCE_PATH": settings.instance,
        "DATABASE_URL": settings.database_url,
        "MEDIA_URL": settings.media_url,
        "SECRET_KEY": settings.secret_key,
        "REDIS_URL": settings.redis_url or "",
        "HOTLINE_CLOCK_SPEED": settings.clock_speed,
        "HOTLINE_CLOCK_EPOCH": settings.clock_epoch.isoformat() if settings.clock_epoch else "",
    }
    return os.environ | {name: str(value) for name, value in known.items()}


# --- the worker's end -----------------------------------------------------------------------------------------------


def serve(app: Flask) -> None:
    """Works off whatever waits, and waits for more, unless another process of this machine does already."""
    settings: Settings = app.extensions["settings"]
    lock = alone(settings.instance / "batch-worker.lock")
    if lock is None:
        return
    os.nice(NICE)
    app.extensions["database"].serve()  # a database that hangs must not keep what this process has claimed
    lend_a_hand(Worker(Pace(settings.instance)))


def lend_a_hand(worker: Worker) -> None:
    """Works as long as whoever started this process is there, unless it is quiet for long."""
    threading.Thread(target=end_with_starter, daemon=True).start()
    make_ready()
    work(worker)


def make_ready() -> None:
    """What is read once in a process is there, and no longer looked through for garbage."""
    with transaction() as db:
        gazetteer(db)
    gc.freeze()


def work(worker: Worker) -> None:
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < QUIET:
        try:
            if worker.step():
                quiet_since = time.monotonic()
                continue
            worker.run()
        except OperationalError:  # the database is away or busy: what was claimed is taken again
            worker.renew()
        time.sleep(POLL)


def alone(path: Path) -> IO[str] | None:
    """The lock, held as long as the file is open; None when another process has it."""
    lock = path.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock


def end_with_starter() -> None:
    """The pipe closes when the starter is gone, however it ended. What is half done is done again by another."""
    sys.stdin.buffer.read()
    os._exit(0)
