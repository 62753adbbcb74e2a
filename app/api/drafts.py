"""Drafts: what could not be filed waits here with the questions to ask, until an agent files or drops it."""

from typing import Any

from app.api import answers, api
from app.api.requests import once
from app.api.schemas import DraftBody
from app.auth import current_actor
from app.database import transaction
from app.intake import take_form
from app.present import draft_json, ticket_json
from dispatch.errors import Conflict
from dispatch.queries import find_draft, open_drafts


@api.get("/drafts")
@answers("Items")
def drafts() -> Any:
    """The drafts that wait in scope, the oldest first."""
    with transaction() as db:
        return {"items": [draft_json(draft) for draft in open_drafts(db, current_actor())], "next": None}


@api.post("/drafts/<int:draft_id>/file")
@api.input(DraftBody, location="json", arg_name="given")
@answers("Ticket", 201)
@once
def draft_file(draft_id: int, given: dict[str, Any]) -> Any:
    """Make the ticket: what is given here replaces what the draft holds."""
    with transaction(write=True) as db:
        draft = find_draft(db, current_actor(), draft_id)
        if draft.state != "open":
            raise Conflict("draft_settled")
        known = {"region": draft.region.code if draft.region else None} | draft.fields
        ticket = take_form(
            db, known | {name: value for name, value in given.items() if value is not None}, current_actor()
        )
        draft.state, draft.ticket_id = "filed", ticket.id
        if draft.transcript is not None:
            draft.transcript.ticket_id = ticket.id
        return ticket_json(db, ticket), 201


@api.post("/drafts/<int:draft_id>/drop")
@answers("Object")
@once
def draft_drop(draft_id: int) -> Any:
    """Nothing to file: the draft leaves the queue and is kept."""
    with transaction(write=True) as db:
        draft = find_draft(db, current_actor(), draft_id)
        if draft.state != "open":
            raise Conflict("draft_settled")
        draft.state = "dropped"
        return draft_json(draft)
