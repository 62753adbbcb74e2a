"""A draft's life: made, worked on by one person at a time, filed, dropped, restored. Every step leaves an event.

Drafts are no tickets: they have no clocks and no holder. `dispatch.draft_queue` reads them.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.errors import BadInput, Conflict
from dispatch.intake import Complaint
from dispatch.models import Draft, DraftEvent, Ticket
from dispatch.place import Place
from dispatch.transcript import Reading
from dispatch.transcript.extract import QUESTIONS
from dispatch.workflow import OPEN, URGENCIES
from grids.models import CITY, COMMUNITY, DISTRICT, STREET
from grids.scope import Actor

CLAIM = timedelta(minutes=2)  # a claim that is not renewed ends by itself
EMERGENCY_SURE = 0.6  # an emergency read with less is asked about first
LONGEST_REASON = 300
# A phone as it is written or dictated, wherever it stands in a talk: shown masked.
SAID_NUMBER = re.compile(r"\+?\d(?:[ -]?\d){6,}|[〇零一二两三四五六七八九幺拐洞勾]{7,}")
# The level from which on a question about the place is answered.
PLACE_LEVEL = {
    "ask_place": DISTRICT,
    "ask_which_place": DISTRICT,
    "ask_city": CITY,
    "ask_district": DISTRICT,
    "ask_street": STREET,
    "ask_community": COMMUNITY,
}
# Kept out of a draft's fields: the place has columns of its own, the photos and the token belong to snaps.
NOT_FIELDS = ("place", "photos", "token_digest", "channel", "transcript", "said")


def new(known: Complaint, questions: Iterable[str], reading: Any, home: str, now: datetime) -> Draft:
    """An open draft, not yet in a session: held by the region that is known, else by `home` (a path).

    `reading`: what was read of this one matter, as a dict; `questions`: codes, in any order.
    """
    place = known.place
    fields = {name: getattr(known, name) for name in known.__dataclass_fields__ if name not in NOT_FIELDS}
    point = {"lon": place.lon if place else None, "lat": place.lat if place else None}
    return Draft(
        state="open",
        rank=rank_of(known.urgency),
        fields=fields | point,
        questions=in_order(questions),
        reading=reading or {},
        region_id=place.region.id if place else None,
        region=place.region if place else None,
        path=place.region.path if place else home,
        transcript=known.transcript,
        said=known.said,
        created_at=now,
    )


def rank_of(urgency: str | None) -> int:
    return URGENCIES.index(urgency if urgency in URGENCIES else "ordinary")


def must_file_now(reading: Reading, place: Place | None) -> bool:
    """An emergency is never kept waiting for a better place: once any region is known, its centre gets the ticket."""
    urgency = reading.urgency
    return place is not None and urgency.value == "emergency" and urgency.confidence >= EMERGENCY_SURE


def attach(draft: Draft, ticket: Ticket) -> Draft:
    """The questions of a matter that was filed at once stay with its ticket, in a draft that is settled already."""
    draft.state, draft.ticket_id, draft.path = "filed", ticket.id, ticket.path
    return draft


# Questions


def in_order(questions: Iterable[str]) -> list[str]:
    """Each once, the most useful first: danger, what, where, then who and which category; unknown codes after where."""
    return sorted(dict.fromkeys(questions), key=place_in_order)


def place_in_order(code: str) -> int:
    return QUESTIONS.index(code if code in QUESTIONS else "ask_phone")


def still_open(questions: Iterable[str], level: int, phone: str = "", category: str | None = None) -> list[str]:
    """The questions that are not yet answered. `level`: of the region that is known, 0 for none."""
    answered = {code: level >= needed for code, needed in PLACE_LEVEL.items()} | {
        "ask_phone": bool(phone),
        "ask_category": bool(category),
    }
    return [code for code in in_order(questions) if not answered.get(code)]


def open_of(draft: Draft) -> list[str]:
    fields = draft.fields
    level = draft.region.level if draft.region else 0
    return still_open(draft.questions, level, fields.get("caller_phone") or "", fields.get("category"))


def open_of_ticket(drafts: Iterable[Draft], ticket: Ticket) -> list[str]:
    """What should still be asked about an open ticket; what was to be said on the call is over."""
    if ticket.status not in OPEN:
        return []
    codes = [code for draft in drafts for code in draft.questions if not code.startswith("say_")]
    return still_open(codes, ticket.region.level, ticket.caller_phone, ticket.category)


# Steps


def claimed(draft: Draft, now: datetime) -> bool:
    return draft.claimed_at is not None and draft.claimed_at > now - CLAIM


def claim(db: Session, draft: Draft, actor: Actor, now: datetime, take_over: bool = False) -> None:
    """The actor works on this draft and on no other. Raises Conflict when somebody else does, without `take_over`."""
    must_be_open(draft)
    if claimed(draft, now) and draft.claimed_by != actor.login:
        if not take_over:
            raise Conflict("draft_claimed", name=draft.claimed_name or draft.claimed_by)
        note(draft, "take_over", actor, now, {"claimed_by": draft.claimed_by})
    others = select(Draft).where(Draft.claimed_by == actor.login, Draft.id != draft.id)
    for other in db.scalars(others.with_for_update(of=Draft, skip_locked=True)):
        release(other)
    draft.claimed_by, draft.claimed_name, draft.claimed_at = actor.login, actor.name or actor.login, now


def release(draft: Draft) -> None:
    draft.claimed_by = draft.claimed_name = draft.claimed_at = None


def file(draft: Draft, ticket: Ticket, actor: Actor, now: datetime) -> None:
    """The draft has become this ticket."""
    must_be_mine(draft, actor, now)
    release(draft)
    draft.state, draft.ticket_id, draft.ticket = "filed", ticket.id, ticket
    note(draft, "file", actor, now, {"number": ticket.number})


def drop(draft: Draft, reason: str, actor: Actor, now: datetime) -> None:
    """It was no matter for a ticket. Raises BadInput without a reason."""
    must_be_mine(draft, actor, now)
    note(draft, "drop", actor, now, {"reason": checked_reason(reason)})
    release(draft)
    draft.state = "dropped"


def restore(draft: Draft, actor: Actor, now: datetime) -> None:
    """Back into the queue, as it was. Raises Conflict for a draft that is not dropped."""
    if draft.state != "dropped":
        raise Conflict("draft_not_dropped")
    draft.state = "open"
    note(draft, "restore", actor, now)


def reveal(draft: Draft, reason: str, actor: Actor, now: datetime) -> str:
    """The caller's whole number, for a reason that is kept. Raises BadInput without one."""
    note(draft, "reveal", actor, now, {"reason": checked_reason(reason)})
    return str(draft.fields.get("caller_phone") or "")


def must_be_open(draft: Draft) -> None:
    if draft.state != "open":
        raise Conflict("draft_settled")


def must_be_mine(draft: Draft, actor: Actor, now: datetime) -> None:
    """Open, and nobody else is at it. Raises Conflict."""
    must_be_open(draft)
    if claimed(draft, now) and draft.claimed_by != actor.login:
        raise Conflict("draft_claimed", name=draft.claimed_name or draft.claimed_by)


def checked_reason(reason: str) -> str:
    text = reason.strip()
    if not text:
        raise BadInput("inputs_wrong", fields={"reason": "missing"}, verb="")
    if len(text) > LONGEST_REASON:
        raise BadInput("inputs_wrong", fields={"reason": "too_long"}, verb="")
    return text


def note(draft: Draft, verb: str, actor: Actor, now: datetime, detail: dict[str, Any] | None = None) -> None:
    told = DraftEvent(verb=verb, at=now, actor=actor.login, actor_name=actor.name or actor.login, detail=detail or {})
    draft.events.append(told)
