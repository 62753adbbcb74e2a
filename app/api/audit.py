"""The audit log for administrators: acts that are no verb of a ticket (those stand on the tickets' timelines)."""

from typing import Any

from sqlalchemy import select

from app.api import answers, api
from app.api.schemas import AuditQuery
from app.database import transaction
from dispatch.audit import AuditEntry
from dispatch.changes import iso
from dispatch.errors import BadInput


@api.get("/audit")
@api.input(AuditQuery, location="query", arg_name="query")
@answers("Items")
def audit(query: dict[str, Any]) -> Any:
    """The audit log, the newest first."""
    wanted = select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(query["limit"] + 1)
    for name in ("actor", "action"):
        if query.get(name):
            wanted = wanted.where(getattr(AuditEntry, name) == query[name])
    if query.get("object"):
        wanted = wanted.where(AuditEntry.object.startswith(query["object"], autoescape=True))
    if query.get("from_"):
        wanted = wanted.where(AuditEntry.at >= query["from_"])
    if query.get("to"):
        wanted = wanted.where(AuditEntry.at < query["to"])
    if query.get("cursor"):
        wanted = wanted.where(AuditEntry.seq < number_of(query["cursor"]))
    with transaction() as db:
        found = db.scalars(wanted).all()
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
