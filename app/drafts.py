"""Drafts settled by an agent: filed as a ticket, or dropped. One way for page and API."""

from typing import Any

from sqlalchemy.orm import Session

from app.intake import take_form
from dispatch.errors import Conflict
from dispatch.models import Draft, Ticket
from dispatch.queries import find_draft
from grids.scope import Actor

PLACE = {"lon", "lat", "datum", "region"}


def open_draft(db: Session, draft_id: int, actor: Actor) -> Draft:
    """A draft in scope that still waits. Raises NotFound, or Conflict when somebody has settled it."""
    draft = find_draft(db, actor, draft_id)
    if draft.state != "open":
        raise Conflict("draft_settled")
    return draft


def file_draft(db: Session, draft_id: int, given: dict[str, Any], actor: Actor) -> Ticket:
    """The ticket: what is given replaces what the draft holds, and another place replaces its whole place."""
    draft = open_draft(db, draft_id, actor)
    given = {name: value for name, value in given.items() if value is not None}
    known = dict(draft.fields)
    if PLACE.intersection(given) or given.get("address", known.get("address")) != known.get("address"):
        known = {name: value for name, value in known.items() if name not in PLACE}
    elif draft.region is not None:
        known["region"] = draft.region.code
    ticket = take_form(db, known | given, actor)
    draft.state, draft.ticket_id = "filed", ticket.id
    ticket.transcript_id, ticket.said = draft.transcript_id, draft.said
    return ticket


def drop_draft(db: Session, draft_id: int, actor: Actor) -> Draft:
    """It was no matter for a ticket: it leaves the queue and is kept."""
    draft = open_draft(db, draft_id, actor)
    draft.state = "dropped"
    return draft
