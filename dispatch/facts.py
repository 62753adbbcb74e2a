"""Facts of a ticket beside its state: what `when` in the workflow table asks, and how a refusal is told."""

from collections.abc import Callable

from dispatch.clusters import clustered
from dispatch.errors import Conflict
from dispatch.models import Ticket
from dispatch.workflow import Verb
from dispatch.workflow_models import CALLED, REPORTED
from grids.models import STREET
from grids.scope import Actor

Fact = Callable[[Actor, Ticket], bool]


def co_handles(state: str) -> Fact:
    """The actor's own unit was called in and stands at this state."""

    def fact(actor: Actor, ticket: Ticket) -> bool:
        rows = ticket.co_handlers if ticket.called else ()
        return any(one.unit_id == actor.unit_id and one.state == state for one in rows)

    return fact


def street_or_above(actor: Actor, ticket: Ticket) -> bool:
    return ticket.holder.kind == "centre" and ticket.holder.region.level <= STREET


FACTS: dict[str, Fact] = {
    "clustered": lambda actor, ticket: clustered(ticket),
    "on_hold": lambda actor, ticket: bool(ticket.on_hold),
    "extension_asked": lambda actor, ticket: bool(ticket.extension_asked),
    "supervised": lambda actor, ticket: ticket.supervision is not None,
    "recheck": lambda actor, ticket: ticket.recheck == "due",
    "street_or_above": street_or_above,
    "called": co_handles(CALLED),
    "reported": co_handles(REPORTED),
}
# The code of the refusal where a fact does not hold as the table asks.
MISSED = {
    "clustered": "not_merged",
    "on_hold": "not_on_hold",
    "!on_hold": "on_hold_already",
    "extension_asked": "no_extension_asked",
    "!extension_asked": "extension_asked_already",
    "supervised": "not_supervised",
    "recheck": "no_recheck",
    "!recheck": "recheck_first",
    "street_or_above": "whistle_too_low",
    "called": "not_waiting_for_report",
    "reported": "report_in_first",
}


def missed(row: Verb, actor: Actor, ticket: Ticket) -> str | None:
    """The first fact of the row that does not hold as it asks; None when all do."""
    return next((name for name in row.when if not holds(name, actor, ticket)), None)


def holds(name: str, actor: Actor, ticket: Ticket) -> bool:
    return FACTS[name.removeprefix("!")](actor, ticket) != name.startswith("!")


def check_facts(row: Verb, actor: Actor, ticket: Ticket) -> None:
    """Raises Conflict."""
    name = missed(row, actor, ticket)
    if name is not None:
        raise Conflict(MISSED[name], verb=row.name)
