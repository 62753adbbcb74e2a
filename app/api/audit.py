"""The audit log for administrators: acts that are no verb of a ticket (those stand on the tickets' timelines)."""

from typing import Any

from app.api import answers, api
from app.api.schemas import AuditQuery
from app.database import transaction
from dispatch.audit import AuditEntry, entries
from dispatch.changes import iso
from dispatch.errors import BadInput


@api.get("/audit")
@api.input(AuditQuery, location="query", arg_name="query")
@answers("Items")
def audit(query: dict[str, Any]) -> Any:
    """The audit log, the newest first."""
    asked = {name: query.get(name) for name in ("actor", "action", "object", "from_", "to")}
    before = number_of(query["cursor"]) if query.get("cursor") else None
    with transaction() as db:
        found = entries(db, query["limit"] + 1, before, **asked)
    shown, more = found[: query["limit"]], len(found) > query["limit"]
    return {"items": [entry_json(entry) for entry in shown], "next": str(shown[-1].seq) if more else None}


def number_of(cursor: str) -> int:
    if not cursor.isdecimal() or len(cursor) > 18:
        raise BadInput("inputs_wrong", fields={"cursor": "unknown"}, verb="list")
    return int(cursor)


def entry_json(entry: AuditEntry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "at": iso(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "object": entry.object,
        "detail": entry.detail,
    }
