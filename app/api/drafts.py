"""Drafts: what could not be filed waits here with the questions to ask, until an agent files or drops it."""

from typing import Any

from app.api import answers, api
from app.api.requests import once
from app.api.schemas import DraftBody
from app.auth import current_actor
from app.database import transaction
from app.drafts import drop_draft, file_draft
from app.present import draft_json, ticket_json
from dispatch.queries import open_drafts


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
        return ticket_json(db, file_draft(db, draft_id, given, current_actor())), 201


@api.post("/drafts/<int:draft_id>/drop")
@answers("Object")
@once
def draft_drop(draft_id: int) -> Any:
    """Nothing to file: the draft leaves the queue and is kept."""
    with transaction(write=True) as db:
        return draft_json(drop_draft(db, draft_id, current_actor()))
