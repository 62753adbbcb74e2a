"""`python -m tests.bench [PART…]`: runs the parts and prints their figures; without names all of them."""

import argparse
import time

from tests.bench import (
    beside,
    boards,
    bulk,
    classify,
    deadlines,
    intake,
    lookups,
    photos,
    punctual,
    screens,
    similar,
    sweeps,
)
from tests.bench.ratios import told
from tests.bench.worlds import DATABASES, worlds

PARTS = {
    "deadlines": deadlines,
    "boards": boards,
    "classify": classify,
    "lookups": lookups,
    "intake": intake,
    "photos": photos,
    "screens": screens,
    "sweeps": sweeps,
    "similar": similar,
    "bulk": bulk,
    "beside": beside,
    "punctual": punctual,  # last: events that have a number are not deleted any more
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("part", nargs="*", choices=[[], *PARTS], help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=3, help="turns of each side (default 3)")
    parser.add_argument("--due", type=int, default=10_000, help="clocks due in a turn (default 10,000)")
    parser.add_argument("--open", type=int, default=1_000_000, help="open tickets beside them (default 1,000,000)")
    parser.add_argument("--tickets", type=int, default=1_000_000, help="that duplicates are among (default 1,000,000)")
    parser.add_argument("--database", action="append", choices=DATABASES, help="default: both")
    args = parser.parse_args()
    began = time.monotonic()
    say("loading the generated province …")
    with worlds(args.database or DATABASES) as loaded:
        for name in (name for name in PARTS if not args.part or name in args.part):
            for line in PARTS[name].lines(loaded, args):
                say(told(line))
    say(f"{time.monotonic() - began:.0f} s in all")


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
