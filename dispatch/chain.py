"""Hash chains: every row's digest covers the row before it, so that nothing can be changed or taken out unseen.

Only the standard library, because `scripts/audit_verify.py` must work without the application.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

# What is sealed of a row, in this order; every chained table has besides `seq` and `digest`.
CHAINED: dict[str, tuple[str, ...]] = {
    "event": (
        *("ticket_id", "verb", "at", "recorded_at", "actor", "from_status", "to_status"),
        *("path", "from_path", "detail"),
    ),
    "audit_entry": ("at", "actor", "action", "object", "detail"),
}
MOMENTS, TEXTS_OF_JSON = ("at", "recorded_at"), ("detail",)


class Break(NamedTuple):
    """Where a chain does not hold: the number of the row, and `missing`, `changed` or `end` (rows cut off)."""

    seq: int
    fault: str


def link(before: str, seq: int, content: Sequence[Any]) -> str:
    """The digest (64 hexadecimal digits of SHA-256) of row number `seq` behind the row whose digest is `before`."""
    plain = [before, seq, *(moment(one) if isinstance(one, datetime) else one for one in content)]
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def moment(at: datetime) -> str:
    """UTC to the microsecond; a moment without offset, as SQLite stores it, is UTC."""
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="microseconds")


def read_row(columns: Sequence[str], values: Sequence[Any]) -> list[Any]:
    """Values as a database driver gives them, as `link` wants them: moments and JSON from their text."""
    return [stored(column, value) for column, value in zip(columns, values, strict=True)]


def stored(column: str, value: Any) -> Any:
    if column in MOMENTS and isinstance(value, str):
        return datetime.fromisoformat(value)
    if column in TEXTS_OF_JSON and isinstance(value, str):
        return json.loads(value)
    return value


def first_break(rows: Iterable[tuple[int, str, Sequence[Any]]], begin: int, end: int, head: str) -> Break | None:
    """The first place where the rows (seq, digest, content), in order, are not the chain from `begin` to `end`.

    `head` is the digest that the last one must have; an empty chain (`end` below `begin`) has the digest "".
    """
    before, expected = "", begin
    for seq, digest, content in rows:
        if seq != expected:
            return Break(expected, "missing")
        if link(before, seq, content) != digest:
            return Break(seq, "changed")
        before, expected = digest, expected + 1
    if expected != end + 1 or before != head:
        return Break(expected, "end")
    return None
