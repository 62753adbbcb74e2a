"""Statements that were heard, in a form that can be said again: keys that the database gives are left open."""

from typing import Any, NamedTuple


class New(NamedTuple):
    """A key that is given while the statements run: the `nth` new one of `table`; table "number" is the ticket's."""

    table: str
    nth: int


class Step(NamedTuple):
    """One statement with its parameters; `makes` is the table whose key it gives, `reads` whether it gives rows."""

    sql: str
    params: Any
    makes: str | None
    reads: bool
