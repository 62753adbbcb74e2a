"""What is agreed about a ticket beside its state, as JSON: holds, extensions, units called in with their clocks."""

from typing import Any

from dispatch.changes import iso
from dispatch.models import Ticket
from dispatch.workflow_models import CoHandler, Extension, Pause
from grids.models import LEVELS


def told(ticket: Ticket) -> dict[str, Any]:
    """co_handlers, extensions and holds, each the oldest first."""
    return {
        "co_handlers": [co_handler_json(one) for one in ticket.co_handlers] if ticket.called else [],
        "extensions": [extension_json(one) for one in ticket.extensions],
        "extension_asked": ticket.extension_asked,
        "holds": [hold_json(one) for one in ticket.pauses] if ticket.holds else [],
    }


def co_handler_json(row: CoHandler) -> dict[str, Any]:
    unit, clock = row.unit, row.clock
    return {
        "unit": unit.code,
        "name": unit.name,
        "kind": unit.kind,
        "region": unit.region.code,
        "level": LEVELS[unit.region.level - 1],
        "state": row.state,
        "called_at": iso(row.called_at),
        "reported_at": iso(row.reported_at),
        "done_at": iso(row.done_at),
        "note": row.note,
        "clock": {
            "kind": clock.kind,
            "state": clock.state,
            "started_at": iso(clock.started_at),
            "due_at": iso(clock.due_at),
            "stopped_at": iso(clock.stopped_at),
        },
    }


def extension_json(row: Extension) -> dict[str, Any]:
    return {
        "state": row.state,
        "amount": row.amount,
        "measure": row.measure,
        "reason": row.reason,
        "asked_by": row.asked_by,
        "asked_at": iso(row.asked_at),
        "decided_by": row.decided_by,
        "decided_at": iso(row.decided_at),
        "decision": row.decision,
    }


def hold_json(row: Pause) -> dict[str, Any]:
    return {"started_at": iso(row.started_at), "ended_at": iso(row.ended_at), "reason": row.reason, "by": row.by}
