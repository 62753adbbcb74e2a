"""Photos are decoded in a process of their own, with limits of memory and time: both ends of its pipe.

The parent sends a length (4 bytes, big-endian) and the photo; the child answers with the length and text of a JSON
head, then the two copies one after the other. The child ends when the pipe closes, so it never outlives the server.
"""

import json
import os
import queue
import resource
import signal
import struct
import subprocess
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from dispatch.photo import MAX_BYTES, Photo, PhotoError, PhotoReading, process

ROOT = Path(__file__).resolve().parents[1]
MEMORY = 600 * 2**20  # bytes of data, the interpreter included
ADDRESSES = 2 * 2**30  # address space: generous, because threads and libraries reserve much and use little
SECONDS = 10
_Child: TypeAlias = "subprocess.Popen[bytes]"
LENGTH = struct.Struct(">I")
# Of the environment: no secrets where hostile bytes are read.
KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH")


# --- the parent's end -----------------------------------------------------------------------------------------------


class PhotoWorker:
    """A few decoding processes, started when first needed, kept warm, and replaced when they fail.

    Safe for threads, and for greenlets once gevent has patched the standard library: waiting lets the others run.
    """

    def __init__(self, size: int = 1) -> None:
        self._idle: queue.LifoQueue[_Decoder] = queue.LifoQueue()  # the warmest first
        for _ in range(size):
            self._idle.put(_Decoder())

    def process(self, data: bytes) -> Photo:
        """As `photo.process`, within 10 s and 600 MB; waits for a free process. Raises PhotoError."""
        if len(data) > MAX_BYTES:
            raise PhotoError("too_large", f"{len(data)} bytes")
        decoder = self._idle.get()
        try:
            return decoder.ask(data)
        finally:
            self._idle.put(decoder)

    def close(self) -> None:
        """Ends the processes that are not at work; they start again when needed."""
        idle = [self._idle.get() for _ in range(self._idle.qsize())]
        for decoder in idle:
            decoder.stop()
            self._idle.put(decoder)


class _Decoder:
    def __init__(self) -> None:
        self._child: _Child | None = None

    def ask(self, data: bytes) -> Photo:
        child, self._child = self._child, None
        if child is None or child.poll() is not None:
            child = _start()
        try:
            head, copies = _exchange(child, data)
            self._child = child
        except (OSError, EOFError) as error:
            raise _reason(child) from error
        finally:
            if self._child is None:  # also when the caller was interrupted: half an answer may be left in the pipe
                _end(child)
        return _photo(head, copies)

    def stop(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            _end(child)


def _start() -> _Child:
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "dispatch.photo_worker"],
        cwd=ROOT,
        env={name: os.environ[name] for name in KEPT if name in os.environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def _exchange(child: _Child, data: bytes) -> tuple[dict[str, Any], list[bytes]]:
    assert child.stdin is not None and child.stdout is not None
    child.stdin.write(LENGTH.pack(len(data)) + data)
    child.stdin.flush()
    head = json.loads(_read(child.stdout, _read_length(child.stdout)))
    return head, [_read(child.stdout, size) for size in head.get("sizes", [])]


def _photo(head: dict[str, Any], copies: list[bytes]) -> Photo:
    if "error" in head:
        raise PhotoError(**head["error"])
    taken = head["reading"].pop("taken_at")
    reading = PhotoReading(**head["reading"], taken_at=datetime.fromisoformat(taken) if taken else None)
    display, thumb = copies
    return Photo(reading, display, thumb, head["dhash"])


def _reason(child: _Child) -> Exception:
    """A signal (alarm, out of memory, crash of a codec) is the photo's doing; an exit by itself is our own fault."""
    try:
        code = child.wait(timeout=1)
    except subprocess.TimeoutExpired:
        code = 0
    if code > 0:
        return RuntimeError(f"the process that decodes photos ended with exit code {code}; see its message above")
    return PhotoError("too_costly", f"the decoding process ended ({code})")


def _end(child: _Child) -> None:
    child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout):
        try:
            if pipe is not None:
                pipe.close()
        except OSError:
            pass  # what was not sent yet can no longer be


# --- the child's end ------------------------------------------------------------------------------------------------


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answers photo after photo until the pipe closes; the alarm ends the process, even inside a C library."""
    while True:
        try:
            size = _read_length(requests)
        except EOFError:
            return
        signal.alarm(SECONDS)
        for part in answer(_read(requests, size)):
            answers.write(part)
        answers.flush()
        signal.alarm(0)


def answer(data: bytes) -> list[bytes]:
    try:
        photo = process(data)
    except PhotoError as error:
        return _packed({"error": {"code": error.code, "detail": error.detail[:200]}})
    except MemoryError:
        return _packed({"error": {"code": "too_costly", "detail": "no memory"}})
    copies = [photo.display, photo.thumb]
    head = {"reading": asdict(photo.reading), "sizes": [len(copy) for copy in copies], "dhash": photo.dhash}
    return [*_packed(head), *copies]


def limit() -> None:
    """Less memory, no files, no core dumps, and the server first when both want the processor."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)


# --- both -----------------------------------------------------------------------------------------------------------


def _packed(head: dict[str, Any]) -> list[bytes]:
    text = json.dumps(head, default=datetime.isoformat).encode()
    return [LENGTH.pack(len(text)), text]


def _read_length(pipe: Any) -> int:
    return int(LENGTH.unpack(_read(pipe, LENGTH.size))[0])


def _read(pipe: Any, size: int) -> bytes:
    data: bytes = pipe.read(size)
    if len(data) < size:
        raise EOFError("the pipe was closed")
    return data


if __name__ == "__main__":
    limit()
    serve(sys.stdin.buffer, sys.stdout.buffer)
