"""Drafts: what could not be filed waits here with the question to ask, until an agent files or drops it."""

from datetime import timedelta
from typing import Any

from app.api import answers, api
from app.api.requests import once
from app.api.schemas import ClaimBody, DraftBody, DraftQuery, ReasonBody, WaitingQuery
from app.auth import current_actor
from app.clock import now
from app.database import transaction
from app.draft_view import draft_json, waiting_json
from app.drafts import claim_draft, drop_draft, file_draft, restore_draft, reveal_draft
from app.present import ticket_json
from dispatch.config import current_config
from dispatch.draft_queue import DraftFilter, claims, find_draft, first_ids, list_drafts, settled_since, waiting
from dispatch.queries import region_in_scope
from dispatch.workflow import URGENCIES

LATELY = timedelta(minutes=2)  # steps of others that a queue which asks every few seconds may have missed


@api.get("/drafts")
@api.input(DraftQuery, location="query", arg_name="query")
@answers("Items")
def drafts(query: dict[str, Any]) -> Any:
    """The drafts in scope: open ones by urgency, then the oldest first; settled ones the newest first."""
    cursor, limit = query.pop("cursor", None), query.pop("limit")
    with transaction() as db:
        waits = current_config(db).draft_waits
        found, after = list_drafts(db, current_actor(), DraftFilter(**query), waits, now(), cursor, limit)
        return {"items": [draft_json(draft, db) for draft in found], "next": after}


@api.get("/drafts/<int:draft_id>")
@answers("Object")
def draft_one(draft_id: int) -> Any:
    """One draft, open or settled."""
    with transaction() as db:
        return draft_json(find_draft(db, current_actor(), draft_id), db)


@api.get("/drafts/waiting")
@api.input(WaitingQuery, location="query", arg_name="query")
@answers("Object")
def drafts_waiting(query: dict[str, Any]) -> Any:
    """What waits now: counts by urgency, how many too long, the first ones; who is at which, what was settled."""
    actor, at = current_actor(), now()
    with transaction() as db:
        waits = current_config(db).draft_waits
        path = region_in_scope(db, actor, query["region"]).path if query.get("region") else actor.path
        told = waiting_json(waiting(db, path, waits, at), at)
        every = told if path == actor.path else waiting_json(waiting(db, actor.path, waits, at), at)
        first = first_ids(db, actor, DraftFilter(**query), waits, at)
        return told | {
            "bar": {"open": every["open"], "emergency": every["urgency"]["emergency"]},
            "first": [{"id": one, "urgency": URGENCIES[rank]} for one, rank in first],
            "claims": {str(one): name for one, (login, name) in claims(db, actor, at).items() if login != actor.login},
            "settled": {str(one): state for one, state in settled_since(db, actor, at - LATELY).items()},
        }


@api.post("/drafts/<int:draft_id>/file")
@api.input(DraftBody, location="json", arg_name="given")
@answers("Ticket", 201)
@once
def draft_file(draft_id: int, given: dict[str, Any]) -> Any:
    """Make the ticket: what is given here replaces what the draft holds."""
    complete = given.pop("complete", False)
    with transaction(write=True) as db:
        return ticket_json(db, file_draft(db, draft_id, given, current_actor(), complete)), 201


@api.post("/drafts/<int:draft_id>/drop")
@api.input(ReasonBody, location="json", arg_name="given")
@answers("Object")
@once
def draft_drop(draft_id: int, given: dict[str, Any]) -> Any:
    """Nothing to file, for the reason given: the draft leaves the queue and is kept."""
    with transaction(write=True) as db:
        return draft_json(drop_draft(db, draft_id, given["reason"], current_actor()))


@api.post("/drafts/<int:draft_id>/restore")
@answers("Object")
@once
def draft_restore(draft_id: int) -> Any:
    """Back into the queue: a dropped draft is open again."""
    with transaction(write=True) as db:
        return draft_json(restore_draft(db, draft_id, current_actor()), db)


@api.post("/drafts/<int:draft_id>/claim")
@api.input(ClaimBody, location="json", arg_name="given")
@answers("Object")
def draft_claim(draft_id: int, given: dict[str, Any]) -> Any:
    """Say that you work on it, for two minutes at a time; 409 with the name of somebody else who does."""
    with transaction(write=True) as db:
        return draft_json(claim_draft(db, draft_id, current_actor(), given["take_over"]), db)


@api.post("/drafts/<int:draft_id>/reveal")
@api.input(ReasonBody, location="json", arg_name="given")
@answers("Object")
def draft_reveal(draft_id: int, given: dict[str, Any]) -> Any:
    """The one answer that shows the caller's number; it is never kept, and the act and its reason are on record."""
    with transaction(write=True) as db:
        draft, phone = reveal_draft(db, draft_id, given["reason"], current_actor())
        told = draft_json(draft)
        told["caller"]["phone"] = phone
        return told
