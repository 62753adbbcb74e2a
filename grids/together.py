"""Many things made in one transaction: each question to the database is asked once, rows are written together.

Ordinary work asks anew each time, because settings and regions may change between two questions. Within `together` a
transaction sees one state of them, so that thousands of tickets need a handful of questions.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy.orm import Session

Answer = TypeVar("Answer")
MARK = "together"


@contextmanager
def together(db: Session) -> Iterator[dict[Any, Any]]:
    """While it lasts nothing is flushed by itself and `remembered` remembers; gives what is remembered."""
    held: dict[Any, Any] = {}
    db.info[MARK] = held
    try:
        with db.no_autoflush:
            yield held
    finally:
        db.info.pop(MARK, None)


def remembered(db: Session, key: Any, ask: Callable[[], Answer]) -> Answer:
    """The answer to a question that a transaction of many asks once; elsewhere it is asked each time."""
    held: dict[Any, Any] | None = db.info.get(MARK)
    if held is None:
        return ask()
    if key not in held:
        held[key] = ask()
    answer: Answer = held[key]
    return answer


def is_together(db: Session) -> bool:
    """Whether this transaction makes many things at once."""
    return MARK in db.info


def add(db: Session, made: Any) -> None:
    """Adds what was made; within `together` it stays outside of the session, whose cascades and bookkeeping cost more
    than the rows, until `grids.rows.write_new`."""
    if is_together(db):
        made_here(db).append(made)
    else:
        db.add(made)


def made_here(db: Session) -> list[Any]:
    """What was added within `together`, in its order."""
    held: list[Any] = db.info[MARK].setdefault(MARK, [])
    return held


def write(db: Session) -> None:
    """Writes what was made so far; within `together` it is written at the end, with all the rest."""
    if not is_together(db):
        db.flush()
