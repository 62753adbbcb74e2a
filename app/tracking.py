"""What a citizen sees of a ticket with its token: plain facts, no staff names, no other caller."""

import hashlib
import hmac
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.labels import label
from app.present import category_json, photo_json
from dispatch.changes import iso
from dispatch.config import current_config
from dispatch.errors import NotFound
from dispatch.models import Ticket
from dispatch.queries import timeline
from grids.queries import path_regions

PUBLIC_VERBS = (
    "receive",
    "answer",
    "reject",
    "dispatch",
    "sign_in",
    "contact",
    "report_up",
    "give_back",
    "relocate",
    "escalate",
    "handle",
    "call_back",
    "rate",
    "redo",
    "reopen",
    "urge",
)


def tracked(db: Session, number: str, token: str, lock: bool = False) -> Ticket:
    """The ticket of a number and its token; NotFound for a wrong pair, without saying which of the two is wrong."""
    query = select(Ticket).where(Ticket.number == number.replace(" ", "")).options(selectinload(Ticket.clocks))
    if lock:
        query = query.with_for_update(of=Ticket)
    ticket = db.scalar(query)
    given = hashlib.sha256(token.encode()).hexdigest()
    if ticket is None or not ticket.token_digest or not hmac.compare_digest(given, ticket.token_digest):
        raise NotFound("track_absent")
    return ticket


def public_view(db: Session, ticket: Ticket) -> dict[str, Any]:
    """The tracking page as JSON."""
    return {
        "number": ticket.number,
        "status": ticket.status,
        "status_label": label("status", ticket.status),
        "description": ticket.description,
        "category": category_json(current_config(db), ticket.category),
        "place": "".join(region.name for region in path_regions(db, ticket.path)),
        "address": ticket.address,
        "due_at": iso(ticket.due_at),
        "overdue": ticket.overdue,
        "resolved": ticket.resolved,
        "satisfaction": ticket.satisfaction,
        "created_at": iso(ticket.created_at),
        "closed_at": iso(ticket.closed_at),
        "timeline": [public_event(event) for event in timeline(db, ticket) if event.verb in PUBLIC_VERBS],
        "photos": [photo_json(photo) | {"taken_at": None} for photo in ticket.photos],
    }


def public_event(event: Any) -> dict[str, Any]:
    """When and what; of the words only those that were written for the citizen."""
    told = {"verb": event.verb, "label": label("verb", event.verb), "at": iso(event.at), "to": event.to_status}
    detail = event.detail or {}
    if event.verb in ("answer", "handle"):
        told["note"] = detail.get("note", "")
    if event.verb == "reject":
        told |= {"reason": detail.get("reason", ""), "turn_to": detail.get("turn_to", "")}
    if detail.get("unit_name"):
        told["unit"] = detail["unit_name"]
    return told
