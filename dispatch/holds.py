"""Holds: no solution now, a written reason, and the promise stands still until the ticket is resumed."""

from typing import TYPE_CHECKING

from dispatch import realigned
from dispatch.workflow_models import Pause
from dispatch.working_time import in_beijing

if TYPE_CHECKING:
    from dispatch.commands import Act


def hold(act: "Act") -> None:
    ticket = act.ticket
    by = act.actor.name or act.actor.login
    ticket.pauses.append(Pause(started_at=act.now, reason=act.inputs["reason"], by=by))
    ticket.on_hold = True
    ticket.holds += 1
    act.detail["times"] = ticket.holds
    realigned.promise(act)


def resume(act: "Act") -> None:
    """The pause becomes a period of history; also when the work goes to another unit, or is done after all."""
    pause = next(one for one in reversed(act.ticket.pauses) if one.ended_at is None)
    pause.ended_at = act.now
    act.ticket.on_hold = False
    act.detail["held_since"] = in_beijing(pause.started_at)
    realigned.promise(act)
