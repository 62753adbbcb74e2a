"""`flask transcripts import`: files and folders of any size, with a progress bar; what is known makes nothing twice."""

import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

import click
from flask import current_app
from flask.cli import AppGroup

from app import uploads
from app.auth import actor_of, staff_by_login
from app.batch_door import all_items, begin, fields_of, keep
from app.batch_runner import lend_a_hand, make_ready, serve, start
from app.batches import Worker
from app.database import transaction
from app.pace import Pace
from dispatch import batches
from dispatch.batch_models import Batch
from grids.scope import Actor

transcripts_cli = AppGroup("transcripts", help="Transcripts of calls.")
POLL = 0.1  # seconds between two looks whether what others have is done
WORTH = 1 << 20  # bytes of an upload from which on a further process is worth its start: some 500 calls
TOLD = (("tickets", "tickets"), ("drafts", "drafts"), ("known", "known"), ("unreadable", "failed"))


@transcripts_cli.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--login", default="agent.21", show_default=True, help="the agent in whose name they are received")
@click.option("--mode", type=click.Choice(["auto", "draft"]), default="auto", show_default=True)
@click.option("--gently", is_flag=True, help="rest while a server of this instance has requests")
@click.option(
    "--processes", type=click.IntRange(1, 64), default=os.cpu_count(), help="that work at once (default: one a core)"
)
def import_command(paths: tuple[Path, ...], login: str, mode: str, gently: bool, processes: int) -> None:
    """Each call stands alone: what cannot be read is told at the end and loses no other.

    Ended at any moment and run again it goes on where it was. Exit code 1 when a call got no outcome.
    """
    actor = agent(login)
    batch_id = brought(sorted(set(files(paths))), {"mode": mode}, actor)
    with hands(batch_id, processes - 1, gently):
        work_off(Worker(pace_of(gently), batch_id))
    tell(batch_id, actor)


@transcripts_cli.command("work", hidden=True)
def work_command() -> None:
    """The background worker of a server: started by it, ends with it."""
    serve(current_app._get_current_object())  # type: ignore[attr-defined]


@transcripts_cli.command("help", hidden=True)
@click.argument("batch_id", type=int, required=False)
@click.option("--gently", is_flag=True)
def help_command(batch_id: int | None, gently: bool) -> None:
    """A further process of an import (without a number: of whatever waits): started by it, ends with it."""
    lend_a_hand(Worker(pace_of(gently), batch_id))


def pace_of(gently: bool) -> Pace:
    return Pace(current_app.extensions["settings"].instance if gently else None)


@contextmanager
def hands(batch_id: int, number: int, gently: bool) -> Iterator[None]:
    """At most so many further processes work on the batch meanwhile; fewer where there is little to do."""
    with transaction() as db:
        number = min(number, batches.size_of(db, batch_id) // WORTH)
    settings = current_app.extensions["settings"]
    command = ["help", str(batch_id), *(["--gently"] if gently else [])]
    started = [start(settings, *command) for _ in range(number)]
    try:
        yield
    finally:
        for one in started:
            assert one.stdin is not None
            one.stdin.close()
            one.wait()


def agent(login: str) -> Actor:
    with transaction() as db:
        staff = staff_by_login(db, login)
    if staff is None or staff.role not in ("agent", "manager"):
        raise click.ClickException(f"{login} is not the login of an agent or a manager")
    return actor_of(staff)


def files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from (inner for inner in path.rglob("*") if inner.is_file()) if path.is_dir() else (path,)


def brought(paths: list[Path], given: dict[str, str], actor: Actor) -> int:
    """The batch of these files: the one that a process before us did not finish, else a new one."""
    if not paths:
        raise click.ClickException("there is no file")
    fields = fields_of(given)
    upload = keep(opened(paths), fields)
    with transaction(write=True) as db:
        old = batches.same_upload(db, upload.digest, actor.login)
        if old is None:
            return begin(db, upload, fields, actor).id
        old.state = "working"
    uploads.forget(upload.key)
    click.echo(f"going on with batch {old.id}", err=True)
    return old.id


def opened(paths: Iterable[Path]) -> Iterator[tuple[str, BinaryIO]]:
    for path in paths:
        with ExitStack() as stack:
            yield path.name, stack.enter_context(path.open("rb"))


def work_off(worker: Worker) -> None:
    """Works until every call has its outcome, with a bar that knows more calls the more files are read.

    What another process has is waited for; where that process ended, it is done here.
    """
    make_ready()
    with click.progressbar(length=1, label="transcripts", file=sys.stderr) as bar:

        def told() -> None:
            counts = counted(worker.batch_id or 0)
            bar.length = counts["calls"] + counts["files_waiting"]
            bar.update(counts["calls"] - counts["waiting"] - bar.pos)

        worker.run(told)
        while is_open(worker.batch_id or 0):
            time.sleep(POLL)
            worker.run(told)


def is_open(batch_id: int) -> bool:
    with transaction() as db:
        return bool(batches.open_batches(db, batch_id))


def counted(batch_id: int) -> dict[str, int]:
    with transaction() as db:
        return batches.counts_of(db, [batch_id])[batch_id]


def tell(batch_id: int, actor: Actor) -> None:
    counts = counted(batch_id)
    click.echo(", ".join(f"{word} {counts[name]}" for word, name in TOLD))
    with transaction() as db:
        batch = db.get_one(Batch, batch_id)
        failed = [item for item in all_items(db, batch, actor) if item["state"] == "failed"] if counts["failed"] else []
    for item in failed:
        click.echo(f"{item['source']}: {item['error']}", err=True)
    stuck = [item for item in failed if item["code"] == "stuck"]
    if stuck or counts["waiting"] or counts["files_waiting"]:
        raise click.exceptions.Exit(1)
