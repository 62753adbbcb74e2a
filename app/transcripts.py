"""Transcripts: each call stands alone. Read, understood, and each of its matters filed as a ticket or kept as a draft
with questions."""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.clock import now
from app.database import transaction
from app.draft_view import draft_json, questions_of_ticket
from app.filing import Heard, file_call, home_of, place_of, read_call
from app.geocode import geocoder
from app.geocode.improve import improve
from app.present import ticket_json
from app.problems import words_of
from dispatch.config import Config, current_config
from dispatch.errors import DispatchError
from dispatch.place import point_of
from dispatch.transcript import Call, CallReading, Reading, Turn, calls_in, extract, read_transcript
from grids.names import gazetteer
from grids.scope import Actor


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
    def doubts(self) -> tuple[str, ...]:
        """What must be asked before anything is filed: the recogniser may have made it up."""
        return self.call.doubts if self.call is not None else ()


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
        heard = Heard(source.name, source.digest, turns, sharpened(turns, fields, actor), source.doubts)
        with transaction(write=True) as db:
            item |= understood(db, heard, actor)
    except DispatchError as error:
        item["error"] = words_of(error)
    return item


def understood(db: Session, heard: Heard, actor: Actor) -> dict[str, Any]:
    """All matters of a call, kept together with it or not at all. Raises TranscriptError when there is none."""
    at = now()
    call = read_call(db, heard.turns, heard.fields, actor, at)
    tickets, drafts = file_call(db, heard, call, actor, at)
    return reading_of_call(call, current_config(db)) | {
        "tickets": [ticket_json(db, ticket) | {"questions": questions_of_ticket(db, ticket)} for ticket in tickets],
        "drafts": [draft_json(draft) for draft in drafts],
    }


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


def reading_of_call(call: CallReading, config: Config) -> dict[str, Any]:
    """{reading, further}: the first matter and the others."""
    first, *further = (reading_json(one, config) for one in call.readings)
    return {"reading": first, "further": further}


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
