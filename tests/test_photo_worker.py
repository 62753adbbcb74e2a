"""The decoding process: limits of time and memory, replaced after a failure, gone with its parent, kind to gevent."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from dispatch import photo_worker
from dispatch.photo import MAX_BYTES, PhotoError, inspect, process
from dispatch.photo_pipe import packed
from dispatch.photo_worker import ROOT, PhotoWorker
from tests.photos import SHENYANG, encoded, picture


@pytest.fixture
def worker() -> Iterator[PhotoWorker]:
    worker = PhotoWorker()
    yield worker
    worker.close()


def child_of(worker: PhotoWorker) -> "subprocess.Popen[bytes]":
    decoder = worker._idle.queue[0]
    assert decoder._child is not None
    return decoder._child


def test_answers_as_the_function_does(worker: PhotoWorker) -> None:
    data = encoded(gps=SHENYANG, shot={0x9003: "2026:07:01 08:30:00"}, main={0x010F: b"maker"})
    assert worker.inspect(data) == inspect(data)
    assert worker.process(data) == process(data)
    assert worker.process(data, [(0.1, 0.1, 0.5, 0.5)]) == process(data, [(0.1, 0.1, 0.5, 0.5)])


def test_one_process_serves_many_photos_good_and_bad(worker: PhotoWorker) -> None:
    worker.process(encoded())
    child = child_of(worker)
    with pytest.raises(PhotoError) as caught:
        worker.process(b"no photo")
    assert caught.value.code == "not_an_image"
    worker.process(encoded("PNG"))
    assert child_of(worker) is child


def test_starts_anew_after_the_process_died(worker: PhotoWorker) -> None:
    worker.process(encoded())
    child = child_of(worker)
    child.kill()
    child.wait()
    assert worker.process(encoded()).width == 80
    assert child_of(worker) is not child


def test_a_death_at_work_is_a_refusal_and_the_next_photo_is_served(worker: PhotoWorker) -> None:
    worker.process(encoded())
    child_of(worker).send_signal(signal.SIGSTOP)
    threading.Timer(0.2, child_of(worker).kill).start()
    with pytest.raises(PhotoError) as caught:
        worker.process(encoded())
    assert (caught.value.code, caught.value.died) == ("too_costly", True)
    assert worker.process(encoded()).width == 80


def test_a_process_that_its_own_alarm_cannot_end_is_killed(
    worker: PhotoWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo_worker, "GRACE", 0.1)
    worker.process(encoded())
    child_of(worker).send_signal(signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises(PhotoError) as caught:
        worker.process(encoded(), seconds=0.2)
    assert caught.value.died and time.monotonic() - began < 3


def test_the_caller_may_allow_less_time(worker: PhotoWorker) -> None:
    worker.process(encoded())
    with pytest.raises(PhotoError) as caught:
        worker.process(encoded("PNG", picture(5000, 4000)), seconds=0.02)
    assert (caught.value.code, caught.value.died) == ("too_costly", True)


def test_more_bytes_than_allowed_are_not_even_sent(worker: PhotoWorker) -> None:
    with pytest.raises(PhotoError) as caught:
        worker.process(bytes(MAX_BYTES + 1))
    assert caught.value.code == "too_large"
    assert worker._idle.queue[0]._child is None


def in_child(spoil: str, data: bytes, **head: Any) -> "subprocess.CompletedProcess[bytes]":
    """One request to a child in which something was changed before its limits were set."""
    program = (
        "import os, socket, sys, time\nfrom dispatch import photo_child as child\n"
        f"{spoil}\nchild.limit()\nchild.serve(sys.stdin.buffer, sys.stdout.buffer)"
    )
    sent = b"".join(packed({"op": "process", "seconds": 10, "areas": []} | head, data))
    return subprocess.run([sys.executable, "-c", program], input=sent, cwd=ROOT, capture_output=True, timeout=30)


@pytest.mark.parametrize(
    ("spoil", "returncode"),
    [
        ("child.SECONDS = 1; child.process = lambda *_: time.sleep(30)", -signal.SIGALRM),
        ("child.SECONDS = 30; child.process = lambda *_: sum(iter(int, 1))", -signal.SIGXCPU),
        ("child.MEMORY = 80 * 2**20", 0),
    ],
    ids=["time", "processor", "memory"],
)
def test_limits_hold_inside_the_process(spoil: str, returncode: int) -> None:
    """Time and processor: an alarm ends it. Memory: a photo of 96 MB of pixels under 80 MB is refused in words."""
    seconds = 0.5 if "iter" not in spoil else 30
    if returncode == -signal.SIGXCPU:
        spoil += "; child.math = type('', (), {'ceil': staticmethod(lambda _: 0)})"  # the clock of the processor only
    done = in_child(spoil, encoded("PNG", picture(6000, 4000)), seconds=seconds if returncode else 10)
    assert done.returncode == returncode, done.stderr
    assert (b"too_costly" in done.stdout) == (returncode == 0)


def test_nothing_is_imported_once_files_cannot_be_opened() -> None:
    program = (
        "import sys; from dispatch.photo_child import answer, load; from tests.fuzz.photos import SEEDS\n"
        "load(); before = set(sys.modules)\n"
        "for seed in SEEDS:\n  for op in ('inspect', 'process'): answer({'op': op, 'areas': [(0, 0, 1, 1)]}, seed)\n"
        "assert set(sys.modules) <= before, set(sys.modules) - before"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("wanted", ["open('/etc/hostname')", "socket.socket()", "os.pipe()", "open('/dev/null', 'w')"])
def test_the_process_opens_nothing(wanted: str) -> None:
    """A codec that was taken over finds no file and no network."""
    done = in_child(f"child.process = lambda *_: {wanted}", encoded())
    assert done.returncode == 1 and b"Too many open files" in done.stderr


def test_a_process_that_cannot_start_is_not_blamed_on_the_photo(
    worker: PhotoWorker, monkeypatch: pytest.MonkeyPatch, tmp_path: os.PathLike[str]
) -> None:
    monkeypatch.setattr(photo_worker, "ROOT", tmp_path)
    with pytest.raises(RuntimeError, match="exit code 1"):
        worker.process(encoded())


def test_the_process_knows_no_secrets(worker: PhotoWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "not for hostile bytes")
    worker.process(encoded())
    with open(f"/proc/{child_of(worker).pid}/environ", "rb") as environment:
        assert b"SECRET_KEY" not in environment.read()


def test_the_process_goes_with_a_parent_that_is_killed() -> None:
    program = (
        "import sys; from dispatch.photo_worker import PhotoWorker; from tests.photos import encoded\n"
        "worker = PhotoWorker(); worker.process(encoded())\n"
        "print(worker._idle.queue[0]._child.pid, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 5
    while _lives(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _lives(pid)


def _lives(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_other_greenlets_run_while_a_photo_is_decoded() -> None:
    program = """
from gevent import monkey; monkey.patch_all()
import gevent, time
from dispatch.photo_worker import PhotoWorker
from tests.photos import encoded, picture
data = encoded(image=picture(4000, 3000).effect_spread(9))
worker, turns = PhotoWorker(2), []
worker.process(encoded())
def others():
    while True:
        turns.append(time.monotonic())
        gevent.sleep(0.005)
gevent.spawn(others)
gevent.joinall([gevent.spawn(worker.process, data) for _ in range(3)], raise_error=True)
worker.close()
print(max(later - earlier for earlier, later in zip(turns, turns[1:])), len(turns))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    longest, turns = done.stdout.split()
    assert int(turns) > 10
    assert float(longest) < 0.15
