"""`python -m tests.faults [--points N] [--seed S] [KIND…]`: processes killed at random points, on both databases."""

import argparse
import sys
import time

from tests.faults.ground import ground
from tests.faults.points import run_points
from tests.faults.works import WORKS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("kind", nargs="*", choices=[[], *WORKS], help=", ".join(WORKS))
    parser.add_argument(
        "--points", type=int, default=125, help="of each kind on each database (default 125: 1,000 in all)"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", action="append", choices=("sqlite", "postgresql"), help="default: both")
    args = parser.parse_args()
    faults = 0
    for database in args.database or ("sqlite", "postgresql"):
        for kind in args.kind or WORKS:
            began = time.monotonic()
            with ground(database) as app:
                outcome = run_points(app, kind, args.points, args.seed)
            faults += len(outcome.faults)
            print(
                f"{database:<11}{kind:<11}{outcome.points:>5} points, {outcome.acknowledged:>6} acknowledged,"
                f" {outcome.tickets:>6} tickets, {len(outcome.faults)} faults, {time.monotonic() - began:.0f} s",
                flush=True,
            )
            for fault in outcome.faults[:10]:
                print(f"  {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
