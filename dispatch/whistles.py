"""Whistles: a street, or a centre above it, calls units in; they report, and say what they did. The holder leads.

Each unit called in has a clock of its own, of the kind SIGN_IN, that stops when it reports; `Clock.unit` tells it from
the ticket's.
"""

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import clocks
from dispatch.errors import BadInput
from dispatch.escalation import above
from dispatch.models import Clock, Ticket
from dispatch.workflow_models import CALLED, DONE, REPORTED, CoHandler
from grids.models import Region, Unit
from grids.queries import unit_by_code
from grids.scope import covers

if TYPE_CHECKING:
    from dispatch.commands import Act

MOST = 20  # units in one call


def check_whistle(act: "Act") -> None:
    """Units that stand on the ticket's way from the province down, or below the one who calls; each once."""
    given = act.inputs["units"]
    codes = [str(code) for code in given] if isinstance(given, list) else str(given).replace(",", " ").split()
    units = [unit_by_code(act.db, code) for code in dict.fromkeys(codes)]
    found = [unit for unit in units if unit is not None and may_be_called(act.ticket, unit)]
    if not found or len(found) < len(units) or len(units) > MOST:
        raise BadInput("unit_unknown", fields={"units": "unknown"})
    act.inputs["units"] = [unit.code for unit in found]
    act.detail["to"] = found


def may_be_called(ticket: Ticket, unit: Unit) -> bool:
    if unit.id == ticket.holder_id or unit.id in [one.unit_id for one in at_work(ticket)]:
        return False
    stands = unit.region.path
    return covers(stands, ticket.path) or covers(ticket.holder.region.path, stands)


def callable_units(db: Session, ticket: Ticket) -> list[Unit]:
    """The units that a form offers: departments and enterprises beside the ticket's way down, then centres above."""
    codes = ticket.path.strip(".").split(".")
    query = select(Unit).join(Region, Unit.region_id == Region.id).where(Region.code.in_(codes))
    found = db.scalars(query.order_by(Unit.kind.desc(), Region.level.desc(), Unit.code))
    return [unit for unit in found if may_be_called(ticket, unit)]


def at_work(ticket: Ticket) -> list[CoHandler]:
    """Those that were called in and are not done."""
    return [one for one in ticket.co_handlers if one.state != DONE] if ticket.called else []


def whistle(act: "Act") -> None:
    units: list[Unit] = act.detail.pop("to")
    for unit in units:
        clock = clocks.fresh(act.ticket, "SIGN_IN", act.now, act.config, unit)
        clock.ticket_id, clock.unit_id, clock.unit = act.ticket.id, unit.id, unit
        row = CoHandler(unit_id=unit.id, unit=unit, clock=clock, state=CALLED, called_at=act.now, note="")
        act.ticket.co_handlers.append(row)
    act.ticket.called += len(units)
    act.detail["called"] = [{"unit": unit.code, "name": unit.name, "region": unit.region.code} for unit in units]


def report_in(act: "Act") -> None:
    row = mine(act, CALLED)
    row.state, row.reported_at = REPORTED, act.now
    clocks.end(row.clock, act.now)


def co_handle(act: "Act") -> None:
    row = mine(act, REPORTED)
    row.state, row.done_at, row.note = DONE, act.now, act.inputs["note"]


def mine(act: "Act", state: str) -> CoHandler:
    row = next(one for one in act.ticket.co_handlers if one.unit_id == act.actor.unit_id and one.state == state)
    act.detail |= {"co_handler": row.unit.code, "unit_name": row.unit.name}
    return row


def over(act: "Act") -> None:
    """The matter was handled: nobody waits for those who have not reported."""
    for row in at_work(act.ticket):
        if row.clock.stopped_at is None:
            clocks.end(row.clock, act.now)


def tell_above(act: "Act", clock: Clock) -> None:
    """A unit did not report in time: the centre above it is told, and the lead goes on."""
    assert clock.unit is not None
    unit = above(act.db, clock.unit)
    assert unit is not None
    clock.state = "breached"
    clocks.rest(clock)
    act.detail |= {"unit": unit.code, "unit_name": unit.name, "region": unit.region.code}


def named(clock: Clock) -> dict[str, Any]:
    """Whose clock it is, where it is not the ticket's own."""
    return {"co_handler": clock.unit.code, "co_handler_name": clock.unit.name} if clock.unit else {}
