"""Checks the chains of the audit log without the application: `python scripts/audit_verify.py DATABASE`.

DATABASE is an SQLite file or a postgresql:// address (then the package psycopg is needed). Prints a line for each
chain with its head, which can be written down elsewhere and compared later; exit code 1 when a chain is broken.
"""

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from dispatch.chain import CHAINED, Break, first_break, read_row  # noqa: E402  only the standard library


def main(words: list[str]) -> int:
    if len(words) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    with connect(words[0]) as connection:
        faults = [told(connection, name) for name in CHAINED]
    return 1 if any(faults) else 0


def connect(database: str) -> Any:
    if database.startswith("postgresql"):
        import psycopg

        return psycopg.connect(database.replace("postgresql+psycopg:", "postgresql:"))
    if not Path(database).is_file():
        sys.exit(f"there is no file {database}")
    return sqlite3.connect(f"file:{database}?mode=ro", uri=True)


def told(connection: Any, name: str) -> Break | None:
    """Says how a chain is."""
    head = connection.execute(f"SELECT begins, seq, digest FROM chain WHERE name = '{name}'").fetchone()
    if head is None:
        print(f"{name}: no rows")
        return None
    begins, end, digest = head
    fault = first_break(rows(connection, name, begins), begins, end, digest)
    print(f"{name}: " + (f"{fault.fault} at row {fault.seq}" if fault else f"holds, {begins} to {end}, head {digest}"))
    return fault


def rows(connection: Any, name: str, begins: int) -> Iterator[tuple[int, str, list[Any]]]:
    columns = CHAINED[name]
    query = f"SELECT seq, digest, {', '.join(columns)} FROM {name} WHERE seq >= {begins} ORDER BY seq"
    for seq, digest, *values in connection.execute(query):
        yield seq, digest or "", read_row(columns, values)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
