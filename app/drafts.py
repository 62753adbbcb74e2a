"""Drafts settled by an agent: filed as a ticket, or dropped. One way for page and API."""

from typing import Any

from sqlalchemy.orm import Session

from app.intake import take_form
from dispatch.errors import Conflict
from dispatch.models import Draft, Ticket
from dispatch.queries import find_draft
from grids.scope import Actor


def open_draft(db: Session, draft_id: int, actor: Actor) -> Draft:
    """A draft in scope that still waits. Raises NotFound, or Conflict when somebody has settled it."""
    draft = find_draft(db, actor, draft_id)
    if draft.state != "open":
        raise Conflict("draft_settled")
    return draft


def file_draft(db: Session, draft_id: int, given: dict[str, Any], actor: Actor) -> Ticket:
    """The ticket: what is given replaces what the draft holds; the proven region stays unless the place changes."""
    draft = open_draft(db, draft_id, actor)
    known = draft.fields | {name: value for name, value in given.items() if value is not None}
    corrected = known.get("address") != draft.fields.get("address")
    if draft.region is not None and not corrected and not known.get("region"):
        known["region"] = draft.region.code
    ticket = take_form(db, known, actor)
    draft.state, draft.ticket_id = "filed", ticket.id
    if draft.transcript is not None:
        draft.transcript.ticket_id = ticket.id
    return ticket


def drop_draft(db: Session, draft_id: int, actor: Actor) -> Draft:
    """It was no matter for a ticket: it leaves the queue and is kept."""
    draft = open_draft(db, draft_id, actor)
    draft.state = "dropped"
    return draft
