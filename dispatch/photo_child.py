"""The process that meets hostile bytes: reads and decodes photos within limits of memory, time and rights.

It answers request after request from its standard input until that is closed, so it never outlives the server. It can
open no file and no socket. Time that is over ends it, even inside a C library.
"""

import math
import os
import resource
import signal
import sys
import time
from dataclasses import asdict
from datetime import datetime
from typing import Any, BinaryIO

from PIL import Image

from dispatch.photo import Photo, PhotoError, inspect, process
from dispatch.photo_blur import load_detectors
from dispatch.photo_pipe import packed, unpacked

MEMORY = 224 * 2**20  # bytes of data, the interpreter included; with its libraries it stays below 256 MB
ADDRESSES = 2**30  # address space: more, because libraries are mapped and reserve what they do not use
SECONDS = 10.0  # of one request, by the clock on the wall and of the processor


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answers one request after the other: {op, seconds, areas} and the file."""
    while True:
        try:
            head, parts = unpacked(requests)
        except EOFError:
            return
        limit_time(min(float(head["seconds"]), SECONDS))
        made = answer(head, parts[0])
        signal.setitimer(signal.ITIMER_REAL, 0)
        for part in made:
            answers.write(part)
        answers.flush()


def answer(head: dict[str, Any], data: bytes) -> list[bytes]:
    try:
        if head["op"] == "inspect":
            return packed({"reading": asdict(inspect(data))})
        return told(process(data, [tuple(area) for area in head["areas"]]))
    except PhotoError as error:
        return packed({"error": {"code": error.code, "detail": error.detail[:200]}})
    except MemoryError:
        return packed({"error": {"code": "too_costly", "detail": "no memory"}})


def told(photo: Photo) -> list[bytes]:
    facts = {name: getattr(photo, name) for name in ("width", "height", "dhash", "proposed")}
    return packed({"photo": facts}, photo.display, photo.thumb)


def limit_time(seconds: float) -> None:
    """Both alarms end the process by a signal that nobody catches."""
    used = math.ceil(time.process_time() + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (used, resource.RLIM_INFINITY))
    signal.setitimer(signal.ITIMER_REAL, seconds)


def load() -> None:
    """Whatever would be imported at its first use, while files can still be opened."""
    load_detectors()
    Image.init()
    datetime.strptime("2026 +0800", "%Y %z")


def limit() -> None:
    """Less memory, no files, no sockets, no core dumps, and the server first when both want the processor."""
    load()
    for what, most in (
        (resource.RLIMIT_DATA, MEMORY),
        (resource.RLIMIT_AS, ADDRESSES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 3),
    ):
        resource.setrlimit(what, (most, most))
    os.nice(5)


if __name__ == "__main__":
    limit()
    serve(sys.stdin.buffer, sys.stdout.buffer)
