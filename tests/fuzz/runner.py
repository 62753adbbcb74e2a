"""Runs one target for a time or a number of inputs, and says what it did to them."""

import random
import resource
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
    """`counts`: inputs read, refused by error code, and faults; of a single input: `slowest` in seconds, and `grown`,
    the megabytes that it held beyond what was held before it."""

    counts: Counter[str]
    faults: list[Fault]
    slowest: float
    grown: float


class TooSlow(BaseException):
    """Not an Exception: no parser may swallow it."""


def fuzz(target: Target, seed: int, seconds: float, most: int | None = None) -> Outcome:
    """All seeds as they are, then mutations, until the time or the number of inputs is used up; stops at ten faults."""
    rng = random.Random(f"{target.name} {seed}")
    warm_up(target)
    counts: Counter[str] = Counter()
    faults: list[Fault] = []
    slowest, grown, until = 0.0, 0.0, time.monotonic() + seconds
    for data in inputs(target, rng, until, most):
        forget_peak()
        began, before = time.monotonic(), held("VmRSS")
        outcome = tried(target, data)
        slowest, grown = max(slowest, time.monotonic() - began), max(grown, held("VmHWM") - before)
        counts["inputs"] += 1
        counts[outcome if not outcome.startswith("fault") else "faults"] += 1
        if outcome.startswith("fault"):
            faults.append(Fault(data, outcome))
        if len(faults) >= 10:
            break
    return Outcome(counts, faults, slowest, grown)


def warm_up(target: Target) -> None:
    """What is built once in a process (a gazetteer, a trained model) is no part of what an input costs."""
    with suppress(Exception):
        target.run(target.seeds[0])


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


def forget_peak() -> None:
    """From here on VmHWM is the most that was held since now, where the system allows it."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def held(name: str) -> float:
    """Megabytes of memory: VmRSS at this moment, VmHWM at most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))
