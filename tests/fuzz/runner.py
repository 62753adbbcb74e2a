"""Runs one target for a time or a number of inputs, and says what it did to them."""

import random
import resource
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from tests.fuzz.mutate import mutated
from tests.fuzz.target import Target


class Fault(NamedTuple):
    """An input that broke the promise, and how."""

    data: bytes
    problem: str


class Outcome(NamedTuple):
    """`counts`: inputs read, refused by error code, and faults; `slowest` in seconds, `grown` in megabytes."""

    counts: Counter[str]
    faults: list[Fault]
    slowest: float
    grown: float


class TooSlow(BaseException):
    """Not an Exception: no parser may swallow it."""


def fuzz(target: Target, seed: int, seconds: float, most: int | None = None) -> Outcome:
    """All seeds as they are, then mutations, until the time or the number of inputs is used up; stops at ten faults."""
    rng = random.Random(f"{target.name} {seed}")
    counts: Counter[str] = Counter()
    faults: list[Fault] = []
    slowest, before, until = 0.0, memory(), time.monotonic() + seconds
    for data in inputs(target, rng, until, most):
        began = time.monotonic()
        outcome = tried(target, data)
        slowest = max(slowest, time.monotonic() - began)
        counts["inputs"] += 1
        counts[outcome if not outcome.startswith("fault") else "faults"] += 1
        if outcome.startswith("fault"):
            faults.append(Fault(data, outcome))
        if len(faults) >= 10:
            break
    return Outcome(counts, faults, slowest, memory() - before)


def inputs(target: Target, rng: random.Random, until: float, most: int | None) -> Iterator[bytes]:
    yield from target.seeds
    made = 0
    while time.monotonic() < until and (most is None or made < most):
        made += 1
        yield mutated(target.seeds, rng)


def tried(target: Target, data: bytes) -> str:
    """read, refused with the error's code, or fault with what happened."""
    try:
        with limited(target.seconds, target.megabytes):
            target.run(data)
    except target.allowed as refusal:
        return f"refused {getattr(refusal, 'code', type(refusal).__name__)}"
    except TooSlow:
        return f"fault: longer than {target.seconds} s"
    except Exception as problem:
        return f"fault: {type(problem).__name__}: {str(problem)[:200]}"
    return "read"


@contextmanager
def limited(seconds: float, megabytes: int) -> Iterator[None]:
    """An alarm for the time; for the memory a limit of the address space, which turns into MemoryError."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TooSlow

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = size() + megabytes * 1_000_000
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    resource.setrlimit(resource.RLIMIT_AS, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        signal.signal(signal.SIGALRM, before)


def size() -> int:
    """Bytes of address space in use."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def memory() -> float:
    """The most that the process ever held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
