"""What is fuzzed: a parser with its seeds, the errors that it may raise, and what one input may cost."""

import importlib
import pkgutil
from collections.abc import Callable
from typing import NamedTuple

import tests.fuzz

SECONDS, MEGABYTES = 5.0, 512


class Target(NamedTuple):
    """`run` reads one input; anything that it raises beside `allowed` is a fault, and so is an input that takes longer
    than `seconds` or makes the process grow by more than `megabytes`."""

    name: str
    seeds: list[bytes]
    run: Callable[[bytes], None]
    allowed: tuple[type[Exception], ...] = ()
    seconds: float = SECONDS
    megabytes: int = MEGABYTES


def targets(names: tuple[str, ...] = ()) -> list[Target]:
    """The parts of the package, all or those named; raises LookupError for a name that is none."""
    found = {target.name: target for info in pkgutil.iter_modules(tests.fuzz.__path__) for target in parts(info.name)}
    unknown = set(names) - found.keys()
    if unknown:
        raise LookupError(f"no part {', '.join(sorted(unknown))}; there are {', '.join(sorted(found))}")
    return [found[name] for name in names or sorted(found)]


def parts(name: str) -> list[Target]:
    if name.startswith("__"):
        return []
    module = importlib.import_module(f"tests.fuzz.{name}")
    if not hasattr(module, "SEEDS"):
        return []
    limits = (getattr(module, "SECONDS", SECONDS), getattr(module, "MEGABYTES", MEGABYTES))
    return [Target(name, module.SEEDS, module.run, module.ALLOWED, *limits)]
