"""Command line of the fuzzer; exits with 1 when there are faults, and keeps each of their inputs in a file."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.fuzz.runner import Outcome, fuzz
from tests.fuzz.target import Target, targets


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Mutation fuzzing of the parsers.")
    parser.add_argument("parts", nargs="*", metavar="PART", help="all of them when none is named")
    parser.add_argument("--seconds", type=float, default=10, help="for each part")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    outcomes = [tell(target, fuzz(target, asked.seed, asked.seconds)) for target in targets(tuple(asked.parts))]
    return int(any(outcome.faults for outcome in outcomes))


def tell(target: Target, outcome: Outcome) -> Outcome:
    counts = ", ".join(f"{name} {number:,}" for name, number in outcome.counts.most_common())
    print(f"{target.name}: {counts}; slowest {outcome.slowest * 1000:.0f} ms, memory +{outcome.grown:.0f} MB")
    for fault in outcome.faults:
        with tempfile.NamedTemporaryFile(prefix=f"fuzz-{target.name}-", delete=False) as file:
            file.write(fault.data)
        print(f"  {fault.problem}\n    {len(fault.data)} bytes kept in {Path(file.name)}")
    return outcome


sys.exit(main())
