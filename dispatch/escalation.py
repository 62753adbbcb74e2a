"""What happens when a clock comes due: yellow at 50 and 80 percent, red at 100, then one level up per step.

Carried out through `perform` with the actor SYSTEM, each at its true deadline time.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from dispatch import clocks
from dispatch.models import Clock, Ticket
from grids.models import Unit
from grids.queries import centre_of, parent_code
from grids.scope import SYSTEM

if TYPE_CHECKING:
    from dispatch.config import Config

PERCENT = (clocks.HALF, clocks.NEAR, 100)
MOVES_UP = ("DISPATCH", "SIGN_IN")  # a breach makes the centre above the holder
MAX_STEPS = 64  # of one ticket in one go: more is a fault in its data, and must not stop the others


def advance(db: Session, ticket: Ticket, until: datetime, config: "Config") -> int:
    """Carries out every step of the ticket's clocks that was due by `until`, in their order; how many there were."""
    steps = 0
    while clock := next_due(ticket, until):
        take_step(db, ticket, clock, config)
        steps += 1
        if steps > MAX_STEPS:
            raise RuntimeError(f"the clocks of ticket {ticket.id} never come to rest")
    return steps


def next_due(ticket: Ticket, until: datetime) -> Clock | None:
    due = [clock for clock in clocks.all_clocks(ticket) if clock.next_at is not None and clock.next_at <= until]
    return min(due, key=lambda clock: (clock.next_at, clocks.ORDER[clock.kind]), default=None)


def take_step(db: Session, ticket: Ticket, clock: Clock, config: "Config") -> None:
    from dispatch.commands import perform  # perform calls advance: the two are one circle, closed here

    at = clocks.step_time(clock, config)
    assert at is not None
    if clock.changed_at is not None:  # a deadline that had passed before it was known is acted on now
        at = max(at, clock.changed_at)
    verb = "escalate" if goes_up(db, ticket, clock) else "warn"
    perform(db, ticket, verb, SYSTEM, at, config, clock=clock)


def goes_up(db: Session, ticket: Ticket, clock: Clock) -> bool:
    """At 100 percent and after: sign-in and dispatch move the ticket up, handling moves the supervision up.

    The clock of a unit that was called in is told to the centre above that unit.
    """
    if clock.step < 2:
        return False
    if clock.unit is not None:
        return clock.step == 2 and above(db, clock.unit) is not None
    if clock.kind in MOVES_UP:
        return above(db, ticket.holder) is not None
    return clock.kind == "HANDLE" and next_supervisor(db, ticket) is not None


def next_supervisor(db: Session, ticket: Ticket) -> Unit | None:
    return above(db, ticket.supervisor or ticket.holder)


def above(db: Session, unit: Unit) -> Unit | None:
    """The centre one level up; for a department or an enterprise, the centre of the region where it stands."""
    if unit.kind != "centre":
        return centre_of(db, unit.region.code)
    code = parent_code(unit.region.path)
    return centre_of(db, code) if code else None
