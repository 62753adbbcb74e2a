"""What agents do with drafts: file, drop, restore, claim, reveal. One way for page and API."""

from typing import Any

from sqlalchemy.orm import Session

from app.clock import now
from app.intake import form_place, take_form
from dispatch import drafts
from dispatch.draft_queue import find_draft
from dispatch.errors import BadInput, DispatchError
from dispatch.models import Draft, Ticket
from dispatch.place import Place
from grids.models import DISTRICT
from grids.scope import Actor

PLACE = {"lon", "lat", "datum", "region"}


def file_draft(db: Session, draft_id: int, given: dict[str, Any], actor: Actor, complete: bool = False) -> Ticket:
    """The ticket: what is given replaces what the draft holds, and another place replaces its whole place.

    `complete`: raises BadInput while the matter, or a place known to the district, is missing.
    Raises Conflict when somebody else has settled the draft or is at it.
    """
    draft = find_draft(db, actor, draft_id, lock=True)
    drafts.must_be_mine(draft, actor, now())
    known = corrected(draft, given)
    if complete and (faults := missing(known, place_of(db, known, actor))):
        raise BadInput("draft_incomplete", fields=faults)
    ticket = take_form(db, known, actor)
    drafts.file(draft, ticket, actor, now())
    ticket.transcript, ticket.said = draft.transcript, draft.said
    return ticket


def corrected(draft: Draft, given: dict[str, Any]) -> dict[str, Any]:
    """The fields as they would be filed; None corrects nothing."""
    given = {name: value for name, value in given.items() if value is not None}
    known = dict(draft.fields)
    if PLACE.intersection(given) or given.get("address", known.get("address")) != known.get("address"):
        known = {name: value for name, value in known.items() if name not in PLACE}
    elif draft.region is not None:
        known["region"] = draft.region.code
    return known | given


def place_of(db: Session, known: dict[str, Any], actor: Actor) -> Place | None:
    """Where it would be; None while nothing is known. What cannot be a place is left to `take_form` to refuse."""
    try:
        return form_place(db, known, actor)
    except DispatchError:
        return None


def missing(known: dict[str, Any], place: Place | None) -> dict[str, str]:
    """What keeps a draft from being filed: field -> code of its sentence. No place keeps an emergency."""
    faults = {}
    if not str(known.get("description") or "").strip():
        faults["description"] = "no_matter"
    emergency = known.get("urgency") == "emergency"
    if not emergency and (place is None or place.region.level < DISTRICT):
        faults["address"] = "no_district"
    return faults


def drop_draft(db: Session, draft_id: int, reason: str, actor: Actor) -> Draft:
    """It was no matter for a ticket: it leaves the queue and is kept, with the reason."""
    draft = find_draft(db, actor, draft_id, lock=True)
    drafts.drop(draft, reason, actor, now())
    return draft


def restore_draft(db: Session, draft_id: int, actor: Actor) -> Draft:
    """Back into the queue."""
    draft = find_draft(db, actor, draft_id, lock=True)
    drafts.restore(draft, actor, now())
    return draft


def claim_draft(db: Session, draft_id: int, actor: Actor, take_over: bool = False) -> Draft:
    """The actor works on it; said to everybody who looks at it."""
    draft = find_draft(db, actor, draft_id, lock=True)
    drafts.claim(db, draft, actor, now(), take_over)
    return draft


def reveal_draft(db: Session, draft_id: int, reason: str, actor: Actor) -> tuple[Draft, str]:
    """The draft and the caller's whole number; the reason is kept."""
    draft = find_draft(db, actor, draft_id, lock=True)
    return draft, drafts.reveal(draft, reason, actor, now())
