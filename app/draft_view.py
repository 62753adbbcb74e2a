"""A draft as JSON and as words: the next question as it is read out, who is at it, what became of it."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.clock import now
from app.labels import label
from app.present import masked, masked_name, quotes_json, region_json
from app.sentences import QUESTIONS
from dispatch.changes import iso
from dispatch.draft_queue import Waiting, drafts_of
from dispatch.drafts import claimed, open_of, open_of_ticket
from dispatch.models import Draft, DraftEvent, Ticket
from dispatch.workflow import URGENCIES
from grids.gazetteer import Gazetteer
from grids.names import gazetteer

SPOKEN = 3  # names that fit into one question
HIDDEN = ("caller_phone", "caller_name")


def draft_json(draft: Draft, db: Session | None = None) -> dict[str, Any]:
    """The ticket's fields as far as they are known, `questions` all and `question` the next; the caller is masked.

    With `db` the next question names the places that it may be.
    """
    fields = draft.fields
    names = gazetteer(db) if db is not None and candidates(draft) else None
    return {name: value for name, value in fields.items() if name not in HIDDEN} | {
        "id": draft.id,
        "state": draft.state,
        "urgency": fields.get("urgency") or URGENCIES[draft.rank],
        "caller": {
            "phone": masked(fields.get("caller_phone") or ""),
            "name": masked_name(fields.get("caller_name") or "", bool(fields.get("confidential"))),
        },
        "region": region_json(draft.region),
        "quotes": quotes_json(draft.said, fields.get("caller_name") or ""),
        "happened": (draft.said or {}).get("happened"),
        "questions": [question(code) for code in draft.questions],
        "question": next_question(draft, names),
        "source": draft.transcript.source if draft.transcript else None,
        "claimed": claim_json(draft),
        "settled": settled_json(draft),
        "number": draft.ticket.number if draft.ticket else None,
        "created_at": iso(draft.created_at),
    }


def question(code: str) -> dict[str, str]:
    return {"code": code, "text": str(QUESTIONS.get(code, code))}


def questions_of_ticket(db: Session, ticket: Ticket) -> list[dict[str, str]]:
    """What should still be asked about a ticket that was filed before everything was known."""
    return [question(code) for code in open_of_ticket(drafts_of(db, ticket.id), ticket)]


def next_question(draft: Draft, names: Gazetteer | None = None) -> dict[str, str] | None:
    """The one thing to ask or say next, in words to be read out; None when nothing is open."""
    codes = open_of(draft)
    if not codes:
        return None
    code = codes[0]
    places = candidates(draft)
    if code == "ask_which_place" and names is not None and 2 <= len(places) <= SPOKEN:
        told = [spoken(names, each) for each in places if each in names.tree.index]
        if len(told) == len(places):
            return {"code": code, "text": _("请问是%(places)s？", places=_("，还是").join(told))}
    return question(code)


def candidates(draft: Draft) -> list[str]:
    """Codes of the regions that the words may mean."""
    place = (draft.reading or {}).get("place") or {}
    return list(place.get("candidates") or [])


def spoken(names: Gazetteer, code: str) -> str:
    """City, district, street and community, without the province."""
    tree = names.tree
    line = tree.line(tree.index[code])
    return "".join(tree.names[one] for one in reversed(line) if tree.levels[one] > 1) or tree.names[line[0]]


def claim_json(draft: Draft) -> dict[str, Any] | None:
    """Who is at it now."""
    if draft.state != "open" or not claimed(draft, now()):
        return None
    return {"by": draft.claimed_by, "name": draft.claimed_name, "at": iso(draft.claimed_at)}


def settled_json(draft: Draft) -> dict[str, Any] | None:
    """Who filed or dropped it, when and why; None while it is open."""
    step = last_step(draft)
    if step is None:
        return None
    told = {"verb": step.verb, "by": step.actor, "name": step.actor_name, "at": iso(step.at)}
    return told | ({"reason": reason_words(step)} if step.verb == "drop" else {})


def last_step(draft: Draft) -> DraftEvent | None:
    steps = [each for each in draft.events if each.verb in ("file", "drop")]
    return steps[-1] if steps and draft.state != "open" else None


def reason_words(step: DraftEvent) -> str:
    return label("drop_reason", str(step.detail.get("reason") or ""))


def waiting_json(found: Waiting, at: datetime) -> dict[str, Any]:
    """Counts of the open drafts; `late`: those that wait longer than their urgency may."""
    oldest = found.oldest_emergency_at
    return {
        "open": found.open,
        "urgency": {name: found.counts.get(name, 0) for name in URGENCIES},
        "late": {name: found.late.get(name, 0) for name in URGENCIES},
        "oldest_emergency_at": iso(oldest),
        "as_of": iso(at),
    }
