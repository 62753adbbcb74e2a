"""The worker of batches: reads the files of uploads into calls, and calls into tickets, in small steps that yield.

Words are read outside of any write transaction; a write is short, so that live intake gets its turn. A process that
dies leaves claims behind: they are freed at once on its own machine, elsewhere after some minutes.
"""

import logging
import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import uploads
from app.auth import actor_of, staff_by_login
from app.clock import now
from app.database import transaction
from app.filing import Heard, file_call, read_call
from app.pace import Pace
from dispatch import batches
from dispatch.batch_models import Batch, BatchItem
from dispatch.batch_outcomes import Work, settle
from dispatch.errors import DispatchError
from dispatch.transcript import Call, CallReading, Turn, calls_in
from grids.scope import Actor
from grids.together import together

log = logging.getLogger(__name__)
FILES, BYTES = 100, 4 << 20  # files that are claimed at once, and how large they may be together
Given = tuple[Actor, dict[str, Any]]  # in whose name, and what was said of all calls of the batch


class Worker:
    """One process at work on all batches, or on one. `pace` says how much at a time, and rests in between."""

    def __init__(self, pace: Pace | None = None, batch_id: int | None = None) -> None:
        self.by = name_of_this()
        self.pace = pace or Pace()
        self.batch_id = batch_id
        self.given: dict[int, Given] = {}

    def run(self, told: Callable[[], None] | None = None) -> None:
        """Until nothing waits any more that nobody else has."""
        free_left_claims()
        while self.step():
            if told:
                told()
        finish_batches()

    def renew(self, cost: int = 0) -> None:
        """What we had is free again, and we are somebody else."""
        left, self.by = self.by, name_of_this()
        try:
            with transaction(write=True, wake=False) as db:
                batches.release(db, left, cost)
        except OperationalError:
            pass  # it is taken again when the claim is old

    def step(self) -> bool:
        """One small piece of work, then a rest; whether there was any."""
        began = time.perf_counter()
        worked = self.make_tickets() or self.read_files()
        self.pace.rest(time.perf_counter() - began)
        return worked

    # --- files become calls

    def read_files(self) -> bool:
        """Some files become calls that wait, a group in each transaction."""
        with transaction(write=True, wake=False) as db:
            files = batches.claim_files(db, self.by, real_now(), FILES, BYTES, self.batch_id)
            keys = {one: db.get_one(Batch, one).key for one in {file.batch_id for file in files}}
            spent = [file for file in files if file.attempts >= batches.SPENT]
            batches.put_aside(db, spent, now())
        try:
            self.keep_calls(calls_of([file for file in files if file not in spent], keys))
        except OperationalError:
            raise
        except Exception:
            log.exception("batches: files of batch %s failed", files[0].batch_id)
            self.renew(cost=1)
        return bool(files)

    def keep_calls(self, found: Iterator[tuple[Any, int, Call | None]]) -> None:
        while group := list(islice(found, self.pace.group())):
            with transaction(write=True, wake=False) as db:
                calls = [(file, place, call) for file, place, call in group if call is not None]
                read = [file for file, _, call in group if call is None]
                batches.add_items(db, self.by, real_now(), calls, read)

    # --- calls become tickets

    def make_tickets(self) -> bool:
        """Some calls get their outcome."""
        with transaction(write=True, wake=False) as db:
            items = batches.claim_items(db, self.by, real_now(), self.pace.group(), self.batch_id)
            spent = [item for item in items if item.attempts >= batches.SPENT]
            batches.put_aside(db, spent, now())
        items = [item for item in items if item not in spent]
        if items:
            works = self.read(items)
            with transaction(write=True) as db:
                settle(db, works, self.by, now())
        return bool(items or spent)

    def read(self, items: Sequence[BatchItem]) -> list[Work]:
        """What the words of each call say, and how it will be filed."""
        with transaction() as db, together(db):
            return [self.work_on(db, item) for item in items]

    def work_on(self, db: Session, item: BatchItem) -> Work:
        actor, fields = self.given_of(db, item.batch_id)
        fields = fields | item.call["fields"]
        turns = [Turn(**turn) for turn in item.call["turns"]]
        try:
            call = read_call(db, turns, fields, actor, now())
        except DispatchError as refusal:
            return Work(item.id, item.digest, refusal=refusal)
        except Exception:
            log.exception("batches: item %s cannot be read", item.id)
            return Work(item.id, item.digest)
        heard = Heard(item.source, item.digest, turns, fields, tuple(item.call["doubts"]))
        return Work(item.id, item.digest, partial(filed, heard, call, actor), matters=len(call.matters))

    def given_of(self, db: Session, batch_id: int) -> Given:
        if batch_id not in self.given:
            batch = db.get_one(Batch, batch_id)
            staff = staff_by_login(db, batch.owner)
            assert staff is not None, batch.owner
            self.given[batch_id] = (actor_of(staff), batch.fields)
        return self.given[batch_id]


def filed(heard: Heard, call: CallReading, actor: Actor, db: Session, at: datetime) -> Any:
    return file_call(db, heard, call, actor, at)


def calls_of(files: Sequence[Any], keys: dict[int, str]) -> Iterator[tuple[Any, int, Call | None]]:
    """(file, number, call) for every call, and (file, number of calls, None) at the end of each file."""
    for file in files:
        place = -1
        for place, call in enumerate(calls_in(uploads.read(keys[file.batch_id], file.start, file.size), file.name)):
            yield file, place, call
        yield file, place + 1, None


def name_of_this() -> str:
    """Who claims: a name that tells whether it still runs, and that nobody has a second time."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{os.urandom(4).hex()}"


def free_left_claims() -> None:
    """Claims of processes of this machine that are gone are free again."""
    with transaction() as db:
        left = [by for by in batches.holders(db) if is_gone(by)]
    for by in left:
        with transaction(write=True, wake=False) as db:
            batches.release(db, by)


def is_gone(by: str) -> bool:
    """Whether the process `host:pid:token` ran here and runs no more."""
    host, pid, _ = by.rsplit(":", 2)
    if host != socket.gethostname()[:40]:
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return False


def finish_batches() -> None:
    """Batches in which nothing waits are done, and what was uploaded for them is no longer kept."""
    with transaction() as db:
        if not batches.open_batches(db):
            return
    with transaction(write=True, wake=False) as db:
        over = batches.finish(db, now())
    for batch in over:
        uploads.forget(batch.key)


def real_now() -> datetime:
    """Real time, for claims: the product's may run faster."""
    return datetime.now(UTC)
