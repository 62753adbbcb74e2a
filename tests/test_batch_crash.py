"""kill -9 at any point of bulk intake: run again, every call has exactly one outcome and the counters reconcile."""

import io
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app import uploads
from app.batch_runner import environment, start
from app.batches import Worker
from app.cli import transcripts as commands
from app.database import transaction
from app.relay import number_all
from dispatch import batches
from dispatch.batch_models import Batch, BatchItem, KnownCall
from dispatch.models import Draft, Ticket, Transcript
from dispatch.recount import differences
from tests.call_texts import files
from tests.tree import ROOT

pytestmark = pytest.mark.database
CALLS, KILLS, GROUP = 120, 12, 4


def begin(sent: list[tuple[str, bytes]], actor: Any, now: Any) -> int:
    upload = uploads.store([(name, io.BytesIO(data)) for name, data in sent], {})
    with transaction(write=True) as db:
        return batches.new_batch(db, upload.key, upload.digest, upload.files, {}, actor, now).id


def small_steps() -> Worker:
    worker = Worker()
    worker.pace.group = lambda: GROUP  # type: ignore[method-assign]
    return worker


def in_a_process_that_dies(app: Any, seconds: float) -> bool:
    """Works in a forked process until it is killed; whether it was killed before the work was over."""
    child = os.fork()
    if child == 0:
        app.extensions["database"].engine.dispose(close=False)  # the parent's connections are the parent's
        try:
            small_steps().run()
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("seed", range(2))
def test_killed_workers_lose_nothing_and_make_nothing_twice(app, actor, clock, seed):
    chance = random.Random(seed)
    batch_id = begin(files(range(CALLS)), actor("agent.2101"), clock())
    killed = sum(in_a_process_that_dies(app, chance.uniform(0.02, 0.25)) for _ in range(KILLS))
    assert killed >= 2
    Worker().run()
    assert_reconciled(batch_id, CALLS)


def assert_reconciled(batch_id: int, calls: int) -> None:
    number_all()
    with transaction() as db:
        counts = batches.counts_of(db, [batch_id])[batch_id]
        made = {model: db.scalar(select(func.count()).select_from(model)) for model in (Ticket, Draft, Transcript)}
        known = db.scalar(select(func.count()).select_from(KnownCall))
        digests = db.scalar(select(func.count(Transcript.digest.distinct())))
        assert db.get_one(Batch, batch_id).state == "done"
        assert differences(db) == {}
    assert (counts["calls"], counts["done"], counts["waiting"], counts["failed"]) == (calls, calls, 0, 0)
    assert (counts["tickets"], counts["drafts"]) == (made[Ticket], made[Draft])
    assert made[Transcript] == made[Ticket] + made[Draft] == digests == known == calls


def test_an_import_with_further_processes_makes_each_call_once(app, actor, tmp_path, monkeypatch):
    """Started as a command, with one process more than usual for so little; none of them is left afterwards."""
    started: list[Any] = []
    monkeypatch.setattr(commands, "WORTH", 1)
    monkeypatch.setattr(commands, "start", lambda *given: started.append(start(*given)) or started[-1])
    for name, data in files(range(CALLS)):
        (tmp_path / name).write_bytes(data)
    command = ["transcripts", "import", str(tmp_path), "--login", "agent.2101", "--processes", "2"]
    answer = app.test_cli_runner().invoke(args=command)
    assert answer.exit_code == 0, answer.output
    assert [one.returncode for one in started] == [0]
    with transaction() as db:
        (batch_id,) = db.scalars(select(Batch.id))
    assert_reconciled(batch_id, CALLS)


def test_workers_at_once_make_each_call_once(app, actor, clock):
    """Four processes on two batches with the same calls: one outcome each, the others know it."""
    who = actor("agent.2101")
    ids = [begin(files(range(40)), who, clock()), begin([(f"b-{n}", d) for n, d in files(range(20, 60))], who, clock())]
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            app.extensions["database"].engine.dispose(close=False)
            try:
                small_steps().run()
            finally:
                os._exit(0)
        children.append(child)
    assert {os.waitpid(child, 0)[1] for child in children} == {0}
    Worker().run()
    with transaction() as db:
        states = dict(db.execute(select(BatchItem.state, func.count()).group_by(BatchItem.state)).all())
        assert db.scalar(select(func.count()).select_from(Transcript)) == 60
        assert {batch.state for batch in db.scalars(select(Batch).where(Batch.id.in_(ids)))} == {"done"}
    assert states == {"done": 60, "known": 20}


def run(app: Any, *paths: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "transcripts", "import", "--login", "agent.2101"]
    return subprocess.Popen(
        [*command, *map(str, paths)],
        cwd=ROOT,
        env=environment(app.extensions["settings"]),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_command_line_goes_on_after_kill_9_and_knows_the_second_time(app, tmp_path):
    for name, data in files(range(300)):
        (tmp_path / name).write_bytes(data)
    first = run(app, tmp_path)
    until(lambda: transcripts() > 20 or first.poll() is not None)
    first.kill()
    first.wait()
    assert 0 < transcripts() < 300
    second = run(app, tmp_path)
    out, err = second.communicate(timeout=120)
    assert second.returncode == 0, err
    assert "going on with batch" in err
    assert out.strip() == "tickets 240, drafts 60, known 0, unreadable 0"
    (tmp_path / "empty.txt").write_bytes(b"")
    third = run(app, tmp_path)
    out, err = third.communicate(timeout=120)
    assert (third.returncode, out.strip()) == (0, "tickets 0, drafts 0, known 300, unreadable 1"), err
    assert "empty.txt: " in err
    assert transcripts() == 300


def transcripts() -> int:
    with transaction() as db:
        return db.scalar(select(func.count()).select_from(Transcript)) or 0


def until(met: Any, seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.01)
