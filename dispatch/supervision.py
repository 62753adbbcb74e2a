"""Supervision: a manager above puts their name to a ticket, and the holder owes an answer until it is given.

It stands beside `Ticket.supervisor`, the centre that a missed deadline has brought in: a supervision by hand must not
shift who that will be.
"""

from typing import TYPE_CHECKING

from dispatch.working_time import in_beijing
from grids.queries import centre_of, code_of

if TYPE_CHECKING:
    from dispatch.commands import Act


def supervise(act: "Act") -> None:
    unit = centre_of(act.db, code_of(act.actor.path or ""))
    told = {"unit": unit.code, "unit_name": unit.name, "region": unit.region.code}
    by = {"by": act.actor.login, "name": act.actor.name, "at": in_beijing(act.now), "reason": act.inputs["reason"]}
    act.ticket.supervision = told | by
    act.detail |= told


def answer(act: "Act") -> None:
    asked = act.ticket.supervision
    act.detail["answers"] = {name: asked[name] for name in ("unit", "name", "at")}
    act.ticket.supervision = None
