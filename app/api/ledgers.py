"""The ledger of a ticket's deadlines: why each is due when it is."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.labels import label
from app.present import clock_json
from dispatch.changes import iso
from dispatch.clocks import all_clocks, calendar_of, earlier, phase, spans_of
from dispatch.config import current_config
from dispatch.models import Clock, Ticket
from dispatch.sla import Allowance, Deadline, deadline


def deadline_of(db: Session, clock: Clock) -> Deadline:
    """The clock's deadline computed again, with its segments, to the second where all hours count."""
    calendar = calendar_of(clock, current_config(db))
    start, rest_of_minute = phase(clock.started_at, clock.measure)
    pauses, extensions = spans_of(clock)
    allowance, paused = Allowance(clock.amount, clock.measure), earlier(pauses, rest_of_minute)
    return later(deadline(start, allowance, calendar, paused, extensions), rest_of_minute)


def later(found: Deadline, span: timedelta) -> Deadline:
    """The same deadline and segments, all of them later by `span`."""
    moved = [
        replace(one, starts_at=one.starts_at + span, ends_at=one.ends_at + span if one.ends_at else None)
        for one in found.segments
    ]
    return replace(found, due_at=found.due_at + span if found.due_at else None, segments=tuple(moved))


def deadlines_json(db: Session, ticket: Ticket) -> list[dict[str, Any]]:
    """Every clock that the ticket ever had, the oldest first, each with its segments."""
    return [ledger_json(db, clock) for clock in sorted(all_clocks(ticket), key=lambda clock: clock.id)]


def ledger_json(db: Session, clock: Clock) -> dict[str, Any]:
    found = deadline_of(db, clock)
    return clock_json(clock) | {
        "label": label("clock", clock.kind),
        "co_handler": clock.unit.code if clock.unit else None,
        "minutes": found.minutes,
        "calendar": {"code": clock.calendar, "version": clock.calendar_version},
        "segments": [
            {
                "from": iso(segment.starts_at),
                "to": iso(segment.ends_at),
                "kind": segment.kind,
                "minutes": segment.minutes,
                "total": segment.total,
                "reason": segment.reason,
                "by": segment.by,
                "added": segment.added,
            }
            for segment in found.segments
        ],
    }
