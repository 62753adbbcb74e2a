"""Who sees what: the one rule, once in Python and once in SQL, side by side.

Staff see the tickets located in their region's subtree, and those that their unit holds.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, false, or_


@dataclass(frozen=True)
class Actor:
    """Who acts: a member of staff, a citizen with a ticket's token, or the system's clock.

    `path` is the subtree they see (None: nothing by place); `unit_path` is where their unit stands.
    """

    login: str
    role: str
    name: str = ""
    path: str | None = None
    unit_id: int | None = None
    unit_code: str = ""
    unit_path: str = ""


SYSTEM = Actor("system", "system", path="")
CITIZEN = Actor("citizen", "citizen")


class Located(Protocol):
    """What scope asks of a ticket: where it lies and who holds it."""

    path: str
    holder_id: int


def covers(path: str | None, other: str) -> bool:
    """Whether the subtree under `path` contains `other` (both paths end with a dot; "" is everything)."""
    return path is not None and other.startswith(path)


def within(column: Any, path: str | None) -> ColumnElement[bool]:
    """The same in SQL, as a range that the btree on the path serves. "/" is the character after "."."""
    if path is None:
        return false()
    if path == "":
        return column >= ""
    return and_(column >= path, column < path[:-1] + "/")


def sees(actor: Actor, ticket: Located) -> bool:
    """Whether the actor may see the ticket at all; what they may do with it is the workflow table."""
    held = actor.unit_id is not None and ticket.holder_id == actor.unit_id
    return covers(actor.path, ticket.path) or held


def seen_by(actor: Actor, path: Any, holder_id: Any) -> ColumnElement[bool]:
    """The same in SQL, over a table's path and holder columns."""
    if actor.unit_id is None:
        return within(path, actor.path)
    return or_(within(path, actor.path), holder_id == actor.unit_id)
