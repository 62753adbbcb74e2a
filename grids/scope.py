"""Who sees what: the one rule, once in Python and once in SQL, side by side.

Staff see the tickets located in their region's subtree, and those that their unit holds or co-handles.
"""

from collections.abc import Collection
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
    """What scope asks of a ticket: where it lies, who holds it, and who was called in."""

    path: str
    holder_id: int

    @property
    def co_unit_ids(self) -> Collection[int]: ...


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
    if covers(actor.path, ticket.path):
        return True
    unit = actor.unit_id
    return unit is not None and (ticket.holder_id == unit or unit in ticket.co_unit_ids)


def seen_by(actor: Actor, table: Any, path: Any = None) -> ColumnElement[bool]:
    """The same in SQL, over the table of tickets; `path` stands for its path where no index shall serve it."""
    located = within(table.path if path is None else path, actor.path)
    if actor.unit_id is None:
        return located
    return or_(located, table.holder_id == actor.unit_id, table.co_handled_by(actor.unit_id))
