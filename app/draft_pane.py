"""What the pane of one draft shows: the talk with the words that were understood, each guess, and where it would go."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.clock import now
from app.draft_view import candidates, spoken
from app.drafts import corrected, missing, place_of
from app.intake import ROOT
from app.present import masked, masked_name
from app.readings import place_json, route_of
from app.sentences import FIELDS as FIELD_WORDS
from dispatch import clocks
from dispatch.config import current_config
from dispatch.drafts import SAID_NUMBER
from dispatch.errors import DispatchError
from dispatch.intake import Complaint, check, new_ticket, receiving_centre
from dispatch.models import Draft
from dispatch.place import Place
from dispatch.similar import Matter, similar
from grids.gazetteer import Gazetteer
from grids.models import CITY, DISTRICT
from grids.names import gazetteer
from grids.queries import code_of
from grids.scope import Actor

# Guess -> the number of its line in the form; the marks in the talk carry the same numbers.
NUMBERS = {"address": 1, "place": 1, "category": 2, "kind": 3, "urgency": 4, "phone": 5, "name": 6, "confidential": 6}
FIELDS = ("address", "category", "kind", "urgency")
MOST_CHOICES = 18  # the first nine have a key; no city of the province has more districts
LOW = 0.8  # a guess below this is shown as doubtful


@dataclass(frozen=True)
class Line:
    """One turn: pieces of text with the number of the guess that they speak for, or None; `said`: of this matter."""

    speaker: str
    pieces: list[tuple[str, int | None]]
    said: bool


@dataclass(frozen=True)
class Outlook:
    """Where the draft would go as it stands, and what is missing, in words; `choices`: (code, name) of places."""

    place: dict[str, Any]
    route: dict[str, Any] | None
    due_at: datetime | None
    similar: list[dict[str, Any]]
    choices: list[tuple[str, str]]
    chosen: str
    missing: dict[str, str]


def lines(draft: Draft) -> list[Line]:
    """The talk, without the caller's number and name."""
    turns = draft.transcript.turns if draft.transcript else []
    marks = marks_of(draft.reading or {})
    told = {span["turn"] for span in spans_of(draft.reading, "matter")}
    return [
        Line(turn.get("speaker") or "", pieces(turn.get("text") or "", marks.get(number, [])), number in told)
        for number, turn in enumerate(turns)
    ]


def spans_of(reading: Any, name: str) -> list[dict[str, Any]]:
    guess = (reading or {}).get(name)
    return list(guess.get("spans") or []) if isinstance(guess, dict) else []


def marks_of(reading: Any) -> dict[int, list[tuple[int, int, str]]]:
    """Turn -> (start, end, name of the guess), in the order of the text and without overlaps."""
    found: dict[int, list[tuple[int, int, str]]] = {}
    for name in NUMBERS:
        for span in spans_of(reading, name):
            found.setdefault(span["turn"], []).append((span["start"], span["end"], name))
    return {turn: apart(sorted(marks, key=lambda mark: (mark[0], -mark[1]))) for turn, marks in found.items()}


def apart(marks: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    kept: list[tuple[int, int, str]] = []
    for mark in marks:
        if not kept or mark[0] >= kept[-1][1]:
            kept.append(mark)
    return kept


def pieces(text: str, marks: list[tuple[int, int, str]]) -> list[tuple[str, int | None]]:
    cut: list[tuple[str, int | None]] = []
    at = 0
    for start, end, name in marks:
        cut += [(unsaid(text[at:start]), None), (hidden(name, text[start:end]), NUMBERS[name])]
        at = end
    cut.append((unsaid(text[at:]), None))
    return [piece for piece in cut if piece[0]]


def hidden(name: str, text: str) -> str:
    """What a mark shows: neither the caller's number nor name."""
    if name == "phone":
        return masked(text)
    return masked_name(text, False) if name == "name" else unsaid(text)


def unsaid(text: str) -> str:
    """The text with every long number masked: a phone may stand anywhere."""
    return SAID_NUMBER.sub(lambda found: masked(found[0]), text)


def guesses(draft: Draft) -> dict[str, dict[str, Any]]:
    """For each field of the form: the words it rests on, how sure it is, whether that is little."""
    reading = draft.reading or {}
    found = {}
    for name in FIELDS:
        guess = reading.get(name) or (reading.get("place") if name == "address" else None)
        if isinstance(guess, dict):
            said = dict.fromkeys(unsaid(str(span["text"])) for span in guess.get("spans") or [])
            sure = float(guess.get("confidence") or 0)
            found[name] = {"words": list(said), "sure": sure, "low": sure < LOW}
    return found


def outlook(db: Session, draft: Draft, given: dict[str, Any], actor: Actor) -> Outlook:
    """As it would be filed with what is given; nothing is stored."""
    known = corrected(draft, given)
    place = place_of(db, known, actor)
    unpicked = given | {"region": None}  # the choices stay while one of them is picked
    before = place_of(db, corrected(draft, unpicked), actor) if given.get("region") else place
    choices = choices_of(db, draft, known, before, actor)
    told = going(db, known, place, actor)
    lacks = {name: str(FIELD_WORDS[code]) for name, code in missing(known, place).items()}
    return Outlook(place_json(db, place), *told, choices, str(given.get("region") or ""), lacks)


def going(
    db: Session, known: dict[str, Any], place: Place | None, actor: Actor
) -> tuple[dict[str, Any] | None, datetime | None, list[dict[str, Any]]]:
    """(route, promised time, likely duplicates); nothing while the fields make no ticket."""
    config = current_config(db)
    kind, urgency, category = (known.get(name) or None for name in ("kind", "urgency", "category"))
    complaint = Complaint(str(known.get("description") or ""), kind, urgency, category, place=place)
    try:
        check(complaint, config)
    except DispatchError:
        return None, None, []
    ticket = new_ticket(complaint, receiving_centre(db, actor, ROOT), now(), config)
    matter = Matter(ticket.description, ticket.category, ticket.path, ticket.lon, ticket.lat, now())
    sent = place is not None and (place.region.level >= DISTRICT or ticket.urgency == "emergency")
    due_at = clocks.start(ticket, "HANDLE", now(), config).due_at
    return route_of(db, ticket, config) if sent else None, due_at, similar(db, actor, matter)


def choices_of(
    db: Session, draft: Draft, known: dict[str, Any], place: Place | None, actor: Actor
) -> list[tuple[str, str]]:
    """Places to pick with one key: what the words may mean; for a corrected address what it may mean."""
    names = gazetteer(db)
    address = str(known.get("address") or "")
    codes = candidates(draft)
    if address and address != draft.fields.get("address"):
        found = names.find(address, within=code_of(actor.path) if actor.path else None)
        codes = list(found.candidates) if found else []
    if not codes and (place is None or place.region.level < DISTRICT):
        codes = nearer(names, address, place)
    return [(code, spoken(names, code)) for code in codes[:MOST_CHOICES] if code in names.tree.index]


def nearer(names: Gazetteer, address: str, place: Place | None) -> list[str]:
    """What the words come near to, inside of what is known; for a city with no more words its districts."""
    tree = names.tree
    if place is None:
        return [match.code for match in names.search(address, MOST_CHOICES)] if address.strip() else []
    here = tree.index[place.region.code]
    rest = address.replace(tree.names[here], "").strip()
    found = [match.code for match in names.search(rest, MOST_CHOICES)] if rest else []
    inside = [code for code in found if tree.levels[tree.index[code]] > CITY and tree.covers(here, tree.index[code])]
    if inside or place.region.level != CITY:
        return inside
    return [code for code, parent in zip(tree.codes, tree.parent, strict=True) if parent == here]
