"""Transcripts: each file stands alone. Read, understood, then filed as a ticket or kept as a draft with questions."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.clock import now
from app.database import transaction
from app.intake import ROOT, checked_phone
from app.present import draft_json, ticket_json
from app.problems import words_of
from dispatch.config import Config, current_config
from dispatch.errors import DispatchError
from dispatch.intake import Complaint, receive, receiving_centre
from dispatch.models import Draft, Transcript
from dispatch.place import Place, at_point, in_region, number, point_of
from dispatch.transcript import Reading, TranscriptError, Turn, extract, read_transcript
from grids.models import CITY, DISTRICT
from grids.names import gazetteer
from grids.queries import code_of
from grids.scope import Actor

SURE = 0.6  # a place or matter below this is asked for, not filed


@dataclass(frozen=True)
class Source:
    """One transcript as it came: a file's bytes with its name, or turns from JSON."""

    name: str
    data: bytes = b""
    turns: list[Turn] | None = None

    def read(self) -> list[Turn]:
        return self.turns if self.turns is not None else read_transcript(self.data, self.name)

    @property
    def digest(self) -> str:
        plain = self.data or repr(self.turns).encode()
        return hashlib.sha256(plain).hexdigest()


def take_transcript(source: Source, fields: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """One item of the answer: {source, turns, reading, tickets, drafts, error}. Never raises for what a file contains.

    `fields`: caller_phone, lon, lat, datum, mode (`auto` files what is certain enough, `draft` never files).
    """
    item: dict[str, Any] = {"source": source.name, "turns": [], "tickets": [], "drafts": [], "error": None}
    try:
        turns = source.read()
        item["turns"] = [asdict(turn) for turn in turns]
        with transaction(write=True) as db:
            item |= understood(db, source, turns, fields, actor)
    except DispatchError as error:
        item["error"] = words_of(error)
    return item


def understood(db: Session, source: Source, turns: list[Turn], fields: dict[str, Any], actor: Actor) -> dict[str, Any]:
    config = current_config(db)
    phone = checked_phone(fields.get("caller_phone"), "caller_phone")
    reading = extract(turns, gazetteer(db), config.taxonomy, phone or None, home_of(actor), config.judge)
    if reading.matter is None:
        raise TranscriptError("no_matter")
    place = place_of(db, reading, fields)
    questions = list(dict.fromkeys(reading.questions + doubts(reading, place)))
    kept = keep(db, source, turns, reading)
    told = {"reading": reading_json(reading, config)}
    if fields.get("mode") != "draft" and certain(reading, place):
        ticket = receive(
            db, complaint_of(reading, place, phone), receiving_centre(db, actor, ROOT), actor, now(), config
        )
        kept.ticket_id = ticket.id
        return told | {"tickets": [ticket_json(db, ticket)]}
    draft = new_draft(reading, place, phone, questions, kept, actor)
    draft.region_id, draft.region = (place.region.id, place.region) if place else (None, None)
    db.add(draft)
    db.flush()
    return told | {"drafts": [draft_json(draft)]}


def home_of(actor: Actor) -> str | None:
    """The code of the region that the actor answers for."""
    return code_of(actor.path) if actor.path else None


def place_of(db: Session, reading: Reading, fields: dict[str, Any]) -> Place | None:
    """A given point, else what the words prove; None when they prove nothing."""
    point = point_of(fields)
    if point is not None:
        return at_point(db, point, number(fields.get("accuracy")) or 0.0, "call")
    if reading.place is None or reading.place.value is None or reading.place.confidence < SURE:
        return None
    return in_region(db, reading.place.value)


def certain(reading: Reading, place: Place | None) -> bool:
    """Enough to file: a matter that is clear, and a place known to the district at least."""
    assert reading.matter is not None
    return place is not None and place.region.level >= DISTRICT and reading.matter.confidence >= SURE


def doubts(reading: Reading, place: Place | None) -> list[str]:
    """The questions that would settle a draft."""
    found = []
    if place is None or place.region.level < DISTRICT:
        found.append("ask_district" if place is not None and place.region.level == CITY else "ask_place")
    if reading.matter is not None and reading.matter.confidence < SURE:
        found.append("ask_matter")
    return found


def keep(db: Session, source: Source, turns: list[Turn], reading: Reading) -> Transcript:
    kept = Transcript(
        source=source.name[-200:],
        digest=source.digest,
        turns=[asdict(turn) for turn in turns],
        reading=asdict(reading),
        created_at=now(),
    )
    db.add(kept)
    db.flush()
    return kept


def value(guess: Any) -> Any:
    return guess.value if guess is not None else None


def complaint_of(reading: Reading, place: Place | None, phone: str) -> Complaint:
    return Complaint(
        description=str(value(reading.matter)),
        kind=value(reading.kind),
        urgency=value(reading.urgency),
        category=value(reading.category),
        address=str(value(reading.address) or ""),
        caller_name=str(value(reading.name) or ""),
        caller_phone=phone or str(value(reading.phone) or ""),
        confidential=bool(value(reading.confidential)),
        channel="phone",
        place=place,
    )


def new_draft(
    reading: Reading, place: Place | None, phone: str, questions: list[str], kept: Transcript, actor: Actor
) -> Draft:
    """What is known, held by the region that is known, else by the agent's own."""
    known = complaint_of(reading, place, phone)
    fields = {
        "description": known.description,
        "kind": known.kind,
        "urgency": known.urgency,
        "category": known.category,
        "address": known.address,
        "caller_name": known.caller_name,
        "caller_phone": known.caller_phone,
        "confidential": known.confidential,
        "lon": place.lon if place else None,
        "lat": place.lat if place else None,
    }
    path = place.region.path if place else actor.path or f"{ROOT}."
    return Draft(fields=fields, questions=questions, path=path, transcript_id=kept.id, created_at=now(), state="open")


def reading_json(reading: Reading, config: Config) -> dict[str, Any]:
    """Each guess with its words and its confidence; codes with their labels; phone and name as they were said."""
    from app.babel import locale
    from app.labels import label

    told = asdict(reading)
    for name, group in (("kind", "kind"), ("urgency", "urgency")):
        if told.get(name):
            told[name]["label"] = label(group, told[name]["value"])
    for category in filter(None, [told["category"], *told["rivals"]]):
        category["label"] = config.taxonomy.name(category["value"], locale())
    return told
