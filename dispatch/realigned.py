"""Clocks whose times are computed anew: a pause, an extension, another kind, category or urgency."""

from typing import TYPE_CHECKING, Any

from dispatch import clocks
from dispatch.escalation import next_supervisor
from dispatch.models import Clock, Ticket
from dispatch.working_time import in_beijing

if TYPE_CHECKING:
    from dispatch.commands import Act

LIGHTS = ("ok", "half", "near")
PROMISE = ("HANDLE",)


def promise(act: "Act") -> None:
    """The promise anew, with the pauses and extensions as they are now; the policy stays."""
    clock = clocks.open_clock(act.ticket, "HANDLE")
    realign(act, [clock] if clock else [])


def all_running(act: "Act") -> None:
    """Every clock that runs, from its true start, by the policy that fits now."""
    running = [clock for clock in clocks.all_clocks(act.ticket) if clock.stopped_at is None]
    for clock in running:
        clocks.fit(clock, act.ticket, act.config, clock.unit or act.ticket.holder)
    realign(act, running)


def realign(act: "Act", running: list[Clock]) -> None:
    act.db.flush()
    told = [told_anew(act, clock) for clock in running]
    act.detail["clocks"] = [*act.detail.get("clocks", ()), *told]
    light(act.ticket)


def told_anew(act: "Act", clock: Clock) -> dict[str, Any]:
    was = clock.due_at
    clocks.realign(clock, act.now, act.config)
    rests = clock.state == "breached" and not goes_on(act, clock)
    if rests:
        clocks.rest(clock)
    told = {"clock": clock.kind, "due_at": in_beijing(clock.due_at), "was_due_at": in_beijing(was)}
    return told | ({"co_handler": clock.unit.code} if clock.unit else {}) | ({"rests": True} if rests else {})


def goes_on(act: "Act", clock: Clock) -> bool:
    """Whether a deadline that was missed has further steps: only the promise, and while somebody stands above."""
    return clock.kind == "HANDLE" and next_supervisor(act.db, act.ticket) is not None


def light(ticket: Ticket) -> None:
    """The ticket's own summary of its promise."""
    clock = clocks.open_clock(ticket, "HANDLE")
    if clock is None:
        return
    ticket.overdue = clock.state == "breached"
    ticket.light = {"breached": "over", "paused": "paused"}.get(clock.state) or LIGHTS[min(clock.step, 2)]
