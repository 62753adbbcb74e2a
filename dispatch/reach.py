"""Whom a verb is for: reach, the column of the workflow table that compares the actor's place with the ticket's."""

from collections.abc import Callable

from dispatch.models import Ticket
from dispatch.workflow import (
    ABOVE,
    ABOVE_OR_DISTRICT,
    BY_CITIZEN,
    BY_SYSTEM,
    CO_HANDLER,
    HOLDER,
    HOLDER_OR_ABOVE,
    SUBTREE,
    Verb,
)
from grids.models import DISTRICT
from grids.scope import SYSTEM, Actor, covers


def reaches(row: Verb, actor: Actor, ticket: Ticket) -> bool:
    """Whether the actor stands where this verb asks; the role is another question."""
    return REACH[row.reach](actor, ticket)


def holds(actor: Actor, ticket: Ticket) -> bool:
    return actor.unit_id is not None and actor.unit_id == ticket.holder_id


def in_subtree(actor: Actor, ticket: Ticket) -> bool:
    """An attendant acts on what their unit holds; agents and managers on all of their region, and what they hold.

    A unit that was called in sees the ticket, and reaches no more than its own verbs.
    """
    if actor.role in ("citizen", "system"):
        return True
    return holds(actor, ticket) or (actor.role != "attendant" and covers(actor.path, ticket.path))


def called_in(actor: Actor, ticket: Ticket) -> bool:
    return actor.unit_id in ticket.co_unit_ids


def stands_above(actor: Actor, ticket: Ticket) -> bool:
    """The actor's region lies above the holder's. A department has its own region's centre above it."""
    stands = ticket.holder.region.path
    return covers(actor.path, stands) and (actor.path != stands or ticket.holder.kind != "centre")


def above_or_district(actor: Actor, ticket: Ticket) -> bool:
    """From the district up a centre answers for its own work too: there are few levels left above it."""
    if stands_above(actor, ticket):
        return True
    depth = (actor.path or "").count(".")
    return 0 < depth <= DISTRICT and covers(actor.path, ticket.holder.region.path)


REACH: dict[str, Callable[[Actor, Ticket], bool]] = {
    HOLDER: holds,
    SUBTREE: in_subtree,
    BY_CITIZEN: lambda actor, ticket: actor.role == "citizen",
    BY_SYSTEM: lambda actor, ticket: actor is SYSTEM,
    CO_HANDLER: called_in,
    ABOVE: stands_above,
    ABOVE_OR_DISTRICT: above_or_district,
    HOLDER_OR_ABOVE: lambda actor, ticket: holds(actor, ticket) or stands_above(actor, ticket),
}
# Why somebody who may see the ticket does not reach it: the code of the refusal.
REFUSED = {CO_HANDLER: "not_called_in", ABOVE: "not_above", ABOVE_OR_DISTRICT: "not_above"}
