"""Runs the tests on SQLite, then those marked `database` again on PostgreSQL, and says both results last.

One pytest process per database: GeoAlchemy2 loses the GiST index when one process makes both schemas.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOTHING_COLLECTED = 5


def main() -> None:
    words = sys.argv[1:]
    results = [run("SQLite", words, {}), run_on_postgresql(words)]
    print("\n" + "\n".join(text for _, text in results), flush=True)
    sys.exit(0 if all(passed for passed, _ in results) else 1)


def run_on_postgresql(words: list[str]) -> tuple[bool, str]:
    if has_postgresql():
        return run("PostgreSQL", ["-m", "database", *words], {"TEST_DATABASE": "postgresql"}, may_be_empty=bool(words))
    return os.environ.get("CI") != "true", "PostgreSQL: NOT RUN, PostgreSQL with PostGIS is not installed here"


def has_postgresql() -> bool:
    return any(Path("/usr/share/postgresql").glob("*/extension/postgis.control"))


def run(name: str, words: list[str], env: dict[str, str], may_be_empty: bool = False) -> tuple[bool, str]:
    """Runs pytest and passes its output on; whether it passed, and its failures with its last line."""
    print(f"\n==> tests on {name}", flush=True)
    failures: list[str] = []
    last = "no output"
    command = [sys.executable, "-m", "pytest", *words]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | env, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            last = line.strip() or last
            if line.startswith(("FAILED ", "ERROR ")):
                failures.append(line.strip())
    passed = process.returncode == 0 or (may_be_empty and process.returncode == NOTHING_COLLECTED)
    return passed, "\n".join([*failures, f"{name}: {last.strip('= ')}"])


if __name__ == "__main__":
    main()
