"""Transcripts: each file stands alone. Read, understood, and each of its matters filed as a ticket or kept as a draft
with questions."""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.clock import now
from app.database import transaction
from app.geocode import geocoder
from app.geocode.improve import improve
from app.intake import ROOT, checked_phone
from app.placing import region_place
from app.present import draft_json, ticket_json
from app.problems import words_of
from dispatch.config import Config, current_config
from dispatch.errors import BadInput, DispatchError
from dispatch.intake import MAX_TEXT, Complaint, receive, receiving_centre
from dispatch.models import Draft, Ticket, Transcript
from dispatch.place import Place, at_point, number, point_of
from dispatch.transcript import (
    Call,
    CallReading,
    Reading,
    TranscriptError,
    Turn,
    calls_in,
    extract,
    extract_all,
    read_transcript,
)
from dispatch.working_time import SHANGHAI
from grids.models import CITY, DISTRICT
from grids.names import gazetteer
from grids.queries import code_of
from grids.scope import Actor

GIVEN = 0.9  # a number that the caller was asked for, or calls their own
SURE = 0.6  # a place or matter below this is asked for, not filed


@dataclass(frozen=True)
class Source:
    """One transcript as it came: a file's bytes with its name, turns from JSON, or one call of a file."""

    name: str
    data: bytes = b""
    turns: list[Turn] | None = None
    call: Call | None = None

    def read(self) -> list[Turn]:
        if self.call is not None and self.call.error is not None:
            raise self.call.error
        if self.call is not None:
            return self.call.turns
        return self.turns if self.turns is not None else read_transcript(self.data, self.name)

    @property
    def digest(self) -> str:
        if self.call is not None:
            return self.call.digest
        plain = self.data or repr(self.turns).encode()
        return hashlib.sha256(plain).hexdigest()

    @property
    def doubts(self) -> list[str]:
        """What must be asked before anything is filed: the recogniser may have made it up."""
        return list(self.call.doubts) if self.call is not None else []


def sources_in(data: bytes, name: str) -> Iterator[Source]:
    """The calls of a file: one, or many of a table or an archive."""
    return (Source(call.source, call=call) for call in calls_in(data, name))


def take_transcript(source: Source, fields: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """One item of the answer: {source, turns, reading, further, tickets, drafts, error}; `reading` is the first matter,
    `further` are the others, each with its own ticket or draft. Never raises for what a file contains.

    `fields`: caller_phone, called_at, lon, lat, datum, mode (`auto` files what is certain enough, `draft` never
    files); what a table says beside a call goes before them.
    """
    item: dict[str, Any] = {"source": source.name, "turns": [], "tickets": [], "drafts": [], "error": None}
    if source.call is not None:
        item |= {"row": source.call.row} if source.call.row is not None else {}
        fields = fields | source.call.fields
    try:
        turns = source.read()
        item["turns"] = [asdict(turn) for turn in turns]
        fields = sharpened(turns, fields, actor)
        with transaction(write=True) as db:
            item |= understood(db, source, turns, fields, actor)
    except DispatchError as error:
        item["error"] = words_of(error)
    return item


def understood(db: Session, source: Source, turns: list[Turn], fields: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """All matters of a call, kept together with it or not at all. Raises TranscriptError when there is none."""
    config = current_config(db)
    phone = checked_phone(fields.get("caller_phone"), "caller_phone")
    at = called_at(fields) or now()
    call = extract_all(turns, gazetteer(db), config.taxonomy, phone or None, home_of(actor), at)
    call = replace(call, matters=[matter for matter in call.matters if matter.matter is not None])
    if not call.matters:
        raise TranscriptError("no_matter")
    kept, alone = keep(db, source, turns, call), len(call.matters) == 1
    taken = Taken(fields, phone, kept, actor, config, alone, tuple(source.doubts))
    made = [settled(db, reading, position, taken) for position, reading in enumerate(call.readings)]
    db.flush()
    return reading_of_call(call, config) | {
        "tickets": [ticket_json(db, one) for one in made if isinstance(one, Ticket)],
        "drafts": [draft_json(one) for one in made if isinstance(one, Draft)],
    }


@dataclass(frozen=True)
class Taken:
    """A call that is being taken: what was given with it, where it is kept, by whom; `alone`: it has one matter.

    `doubts`: codes of what must be asked before anything of it is filed.
    """

    fields: dict[str, Any]
    phone: str
    kept: Transcript
    actor: Actor
    config: Config
    alone: bool
    doubts: tuple[str, ...] = ()


def settled(db: Session, reading: Reading, position: int, call: Taken) -> Ticket | Draft:
    """A ticket where the matter is certain, else a draft."""
    place = place_of(db, reading, call.fields if at_the_point(reading, position) else {})
    complaint = complaint_of(reading, place, call.phone)
    complaint = replace(complaint, transcript_id=call.kept.id, said=said(reading, position))
    if call.fields.get("mode") != "draft" and not call.doubts and certain(reading, place):
        ticket = filed(db, complaint, call)
        if ticket is not None:
            return ticket
    questions = list(dict.fromkeys([*call.doubts, *reading.questions, *doubts(reading, place)]))
    draft = new_draft(reading, place, call.phone, questions, call.kept, call.actor)
    draft.said = complaint.said
    draft.region_id, draft.region = (place.region.id, place.region) if place else (None, None)
    db.add(draft)
    return draft


def filed(db: Session, complaint: Complaint, call: Taken) -> Ticket | None:
    """The ticket; None where one of several matters is refused, which must not lose the others."""
    receiver = receiving_centre(db, call.actor, ROOT)
    if call.alone:
        return receive(db, complaint, receiver, call.actor, now(), call.config)
    try:
        with db.begin_nested():
            return receive(db, complaint, receiver, call.actor, now(), call.config)
    except DispatchError:
        return None


def said(reading: Reading, position: int) -> dict[str, Any]:
    """What a ticket keeps of the caller's words; `position`: which matter of the call it is, from 0."""
    return {
        "position": position,
        "quotes": [asdict(quote) for quote in reading.quotes],
        "happened": asdict(reading.happened) if reading.happened else None,
    }


def at_the_point(reading: Reading, position: int) -> bool:
    """Whether a point given with the call is this matter's: not where a later matter names another place."""
    return position == 0 or reading.place is None or reading.place.borrowed


def called_at(fields: dict[str, Any]) -> datetime | None:
    """When the call was, from ISO 8601, in Beijing time where no offset is given. Raises BadInput."""
    text = str(fields.get("called_at") or "").strip()
    if not text:
        return None
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput("inputs_wrong", fields={"called_at": "no_time"}, verb="") from None
    return given if given.tzinfo else given.replace(tzinfo=SHANGHAI)


def sharpened(turns: list[Turn], fields: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """The fields with the point that an online geocoder knows for the address, where one is set up and none is given.

    Outside of every transaction: a slow vendor must not hold the database up.
    """
    if geocoder() is None or point_of(fields) is not None:
        return fields
    with transaction() as db:
        reading = extract(turns, gazetteer(db), current_config(db).taxonomy, None, home_of(actor))
        place = place_of(db, reading, fields)
    if place is None or place.lon is not None or reading.address is None:
        return fields
    return fields | improve(place.region.code, str(reading.address.value))


def home_of(actor: Actor) -> str | None:
    """The code of the region that the actor answers for."""
    return code_of(actor.path) if actor.path else None


def place_of(db: Session, reading: Reading, fields: dict[str, Any]) -> Place | None:
    """A given point, else what the words prove, with a landmark in them; None when they prove nothing."""
    point = point_of(fields)
    if point is not None:
        return at_point(db, point, number(fields.get("accuracy")) or 0.0, fields.get("place_source") or "call")
    if reading.place is None or reading.place.value is None or reading.place.confidence < SURE:
        return None
    return region_place(db, reading.place.value, (value(reading.address), value(reading.matter)))


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


def keep(db: Session, source: Source, turns: list[Turn], call: CallReading) -> Transcript:
    first, *further = call.readings
    kept = Transcript(
        source=source.name[-200:],
        digest=source.digest,
        turns=[asdict(turn) for turn in turns],
        reading=asdict(first) | {"further": [asdict(one) for one in further]},
        created_at=now(),
    )
    db.add(kept)
    db.flush()
    return kept


def value(guess: Any) -> Any:
    return guess.value if guess is not None else None


def complaint_of(reading: Reading, place: Place | None, phone: str) -> Complaint:
    """`phone`: the number that the telephone system shows; one that the caller gives for certain goes before it."""
    return Complaint(
        description=str(value(reading.matter)),
        kind=value(reading.kind),
        urgency=value(reading.urgency),
        category=value(reading.category),
        address=str(value(reading.address) or "")[: MAX_TEXT["address"]],
        caller_name=str(value(reading.name) or ""),
        caller_phone=called_back_at(reading, phone),
        confidential=bool(value(reading.confidential)),
        channel="phone",
        place=place,
    )


def called_back_at(reading: Reading, shown: str) -> str:
    told = reading.phone
    return str(told.value) if told and (not shown or told.confidence >= GIVEN) else shown


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


def reading_of_call(call: CallReading, config: Config) -> dict[str, Any]:
    """{reading, further}: the first matter and the others."""
    first, *further = (reading_json(one, config) for one in call.readings)
    return {"reading": first, "further": further}


def reading_json(reading: Reading, config: Config) -> dict[str, Any]:
    """Each guess with its words and its confidence; codes with their labels; phone and name as they were said."""
    from app.labels import label

    told = asdict(reading)
    for name, group in (("kind", "kind"), ("urgency", "urgency")):
        if told.get(name):
            told[name]["label"] = label(group, told[name]["value"])
    if told.get("category"):
        from app.babel import locale

        told["category"]["label"] = config.taxonomy.name(told["category"]["value"], locale())
    return told
