"""Photos are read and decoded in a process of their own (`photo_child`): the server's end of its pipe."""

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from dispatch.photo import MAX_BYTES, Photo, PhotoError, PhotoReading
from dispatch.photo_blur import Area
from dispatch.photo_child import SECONDS
from dispatch.photo_pipe import packed, unpacked

ROOT = Path(__file__).resolve().parents[1]
GRACE = 3.0  # seconds after which a process that its own alarm did not end is killed
_Child: TypeAlias = "subprocess.Popen[bytes]"
# Of the environment: no secrets where hostile bytes are read.
KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH")
ONE_HEAP = {"MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1"}  # threads of libraries reserve no memory of their own


class PhotoWorker:
    """A fixed number of decoding processes, started when first needed and replaced when one dies.

    Safe for threads, and for greenlets once gevent has patched the standard library: waiting lets the others run.
    """

    def __init__(self, size: int = 1) -> None:
        self._idle: queue.LifoQueue[_Decoder] = queue.LifoQueue()  # the warmest first
        for _ in range(size):
            self._idle.put(_Decoder())

    def inspect(self, data: bytes, seconds: float = SECONDS) -> PhotoReading:
        """As `photo.inspect`, within the limits; waits for a free process. Raises PhotoError."""
        head, _ = self._ask({"op": "inspect", "seconds": seconds}, data)
        taken = head["reading"].pop("taken_at")
        return PhotoReading(**head["reading"], taken_at=datetime.fromisoformat(taken) if taken else None)

    def process(self, data: bytes, areas: Sequence[Area] = (), seconds: float = SECONDS) -> Photo:
        """As `photo.process`, within `seconds` and 256 MB; waits for a free process. Raises PhotoError."""
        head, (display, thumb) = self._ask({"op": "process", "seconds": seconds, "areas": list(areas)}, data)
        head["photo"]["proposed"] = [tuple(area) for area in head["photo"]["proposed"]]
        return Photo(**head["photo"], display=display, thumb=thumb)

    def close(self) -> None:
        """Ends the processes that are not at work; they start again when needed."""
        idle = [self._idle.get() for _ in range(self._idle.qsize())]
        for decoder in idle:
            decoder.stop()
            self._idle.put(decoder)

    def _ask(self, head: dict[str, Any], data: bytes) -> tuple[dict[str, Any], list[bytes]]:
        if len(data) > MAX_BYTES:
            raise PhotoError("too_large", f"{len(data)} bytes")
        decoder = self._idle.get()
        try:
            told, parts = decoder.ask(head, data)
        finally:
            self._idle.put(decoder)
        if "error" in told:
            raise PhotoError(**told["error"])
        return told, parts


class _Decoder:
    def __init__(self) -> None:
        self._child: _Child | None = None

    def ask(self, head: dict[str, Any], data: bytes) -> tuple[dict[str, Any], list[bytes]]:
        child, self._child = self._child, None
        if child is None or child.poll() is not None:
            child = _start()
        late = threading.Timer(head["seconds"] + GRACE, child.kill)
        late.daemon = True
        late.start()
        try:
            answer = _exchange(child, head, data)
            self._child = child
        except (OSError, EOFError) as error:
            raise _reason(child) from error
        finally:
            late.cancel()
            if self._child is None:  # also when the caller was interrupted: half an answer may be left in the pipe
                _end(child)
        return answer

    def stop(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            _end(child)


def _start() -> _Child:
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "dispatch.photo_child"],
        cwd=ROOT,
        env={name: os.environ[name] for name in KEPT if name in os.environ} | ONE_HEAP,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def _exchange(child: _Child, head: dict[str, Any], data: bytes) -> tuple[dict[str, Any], list[bytes]]:
    assert child.stdin is not None and child.stdout is not None
    for part in packed(head, data):
        child.stdin.write(part)
    child.stdin.flush()
    return unpacked(child.stdout)


def _reason(child: _Child) -> Exception:
    """A signal (alarm, out of memory, crash of a codec) is the photo's doing; an exit by itself is our own fault."""
    try:
        code = child.wait(timeout=1)
    except subprocess.TimeoutExpired:
        code = 0
    if code > 0:
        return RuntimeError(f"the process that decodes photos ended with exit code {code}; see its message above")
    return PhotoError("too_costly", f"the decoding process ended ({code})", died=True)


def _end(child: _Child) -> None:
    child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout):
        try:
            if pipe is not None:
                pipe.close()
        except OSError:
            pass  # what was not sent yet can no longer be
