"""What the steps of a clock do: lights, the level above that takes over or supervises, times anew by a plan."""

from typing import TYPE_CHECKING, Any

from dispatch import clocks, realigned, whistles
from dispatch.escalation import MOVES_UP, PERCENT, above, next_supervisor
from dispatch.holder import hold_by
from dispatch.working_time import in_beijing

if TYPE_CHECKING:
    from dispatch.commands import Act


def warn(act: "Act") -> None:
    clock = act.inputs.pop("clock")
    act.detail |= due(act, clock) | {"percent": PERCENT[min(clock.step, 2)]}
    if clock.kind == "HANDLE":
        act.ticket.light = ("half", "near", "over")[min(clock.step, 2)]
    if clock.step < 2:
        clocks.step_on(clock, act.config)
    else:
        breach(act, clock)
        clocks.rest(clock)


def escalate(act: "Act") -> None:
    """Sign-in and dispatch: the centre above holds it. Handling: the next centre above supervises."""
    clock = act.inputs.pop("clock")
    act.detail |= due(act, clock)
    if clock.unit is not None:
        whistles.tell_above(act, clock)
        return
    act.ticket.escalation_level += 1
    breach(act, clock)
    if clock.kind in MOVES_UP:
        unit = above(act.db, act.ticket.holder)
        assert unit is not None
        clock.stopped_at = act.now
        clocks.rest(clock)
        hold_by(act, unit)
        clocks.again(act.ticket, clock, act.now, act.config)
    else:
        supervise_next(act, clock)


def supervise_next(act: "Act", clock: Any) -> None:
    unit = next_supervisor(act.db, act.ticket)
    assert unit is not None
    act.ticket.supervisor, act.ticket.supervisor_id = unit, unit.id
    act.detail |= {"unit": unit.code, "unit_name": unit.name, "region": unit.region.code}
    if next_supervisor(act.db, act.ticket) is None:
        clocks.rest(clock)
    else:
        clocks.step_on(clock, act.config)


def recompute(act: "Act") -> None:
    """A deadline that was provisional, by the plan that is official now; `was` is what the citizen had been told."""
    clock = act.inputs.pop("clock")
    was, version = clock.due_at, clock.calendar_version
    clocks.recompute(clock, act.now, act.config)
    act.detail |= {
        "clock": clock.kind,
        "due_at": in_beijing(clock.due_at),
        "was_due_at": in_beijing(was),
        "calendar": clock.calendar,
        "versions": [version, clock.calendar_version],
    } | whistles.named(clock)
    realigned.light(act.ticket)


def breach(act: "Act", clock: Any) -> None:
    clock.state = "breached"
    if clock.kind == "HANDLE":
        act.ticket.overdue, act.ticket.light = True, "over"


def due(act: "Act", clock: Any) -> dict[str, Any]:
    """The clock and the deadline that the event stands for: the event's own time, unless it was known only later."""
    at = clocks.step_time(clock, act.config)
    return {"clock": clock.kind, "due_at": in_beijing(at)} | whistles.named(clock)
