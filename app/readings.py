"""What an agent's words would become if they were saved now: guesses, place, unit, promise, likely duplicates."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.articles_door import article_json
from app.babel import locale
from app.draft_view import question
from app.filing import complaint_of, doubts, home_of, place_of
from app.intake import ROOT
from app.present import region_json, similar_json
from app.transcripts import reading_of_call, sharpened
from dispatch import clocks
from dispatch.changes import iso
from dispatch.config import Config, current_config
from dispatch.intake import new_ticket, receiving_centre
from dispatch.models import Ticket
from dispatch.place import Place, in_region, way
from dispatch.similar import matter_of, similar
from dispatch.transcript import Reading, TranscriptError, extract_all, read_transcript
from grids.models import DISTRICT, LEVELS
from grids.names import gazetteer
from grids.queries import path_regions
from grids.scope import Actor


def reading_of(db: Session, given: dict[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:
    """A preview; nothing is stored. `reading` is the first matter, `further` are the others that were told.

    Raises BadInput for a point that cannot be."""
    config = current_config(db)
    text = "\n".join(part for part in (given.get("text"), given.get("address")) if part)
    turns = turns_of(text)
    phone = given.get("caller_phone") or None
    call = extract_all(turns, gazetteer(db), config.taxonomy, phone, home_of(actor), now, config.judge)
    reading = call.readings[0]
    place = in_region(db, given["region"]) if given.get("region") else place_of(db, reading, given)
    questions = list(dict.fromkeys(reading.questions + doubts(reading, place)))
    return {
        **reading_of_call(call, config),
        "turns": [asdict(turn) for turn in turns],
        "questions": [question(code) for code in questions],
        "articles": [article_json(one) for one in config.knowledge.search(text, category_of(reading))],
        **place_json(db, place),
        **outlook(db, reading, place, actor, now, config),
    }


def category_of(reading: Reading) -> str | None:
    return str(reading.category.value) if reading.category else None


def sharpened_reading(given: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """What is given, with the point of an online geocoder where one is set up; before any transaction."""
    if given.get("region"):
        return given
    text = "\n".join(part for part in (given.get("text"), given.get("address")) if part)
    return sharpened(turns_of(text), given, actor)


def turns_of(text: str) -> list[Any]:
    """The turns of a pasted dialogue, or none while there is nothing to read yet."""
    try:
        return read_transcript(text.encode(), "text") if text.strip() else []
    except TranscriptError:
        return []


def place_json(db: Session, place: Place | None) -> dict[str, Any]:
    """Region with its path, the point (lon, lat) WGS-84, the distance to the border and what lies behind it."""
    if place is None:
        return {"region": None, "location": None, "border_m": None, "candidates": []}
    path = [region_json(region) for region in path_regions(db, place.region.path)]
    found = place.spot.found if place.spot else None
    return {
        "region": (region_json(place.region) or {}) | {"path": path},
        "location": {"lon": place.lon, "lat": place.lat} if place.lon is not None else None,
        "border_m": round(found.border_m, 1) if found and found.border_m is not None else None,
        "candidates": [{"code": one.code, "distance_m": round(one.distance_m)} for one in found.candidates]
        if found
        else [],
    }


def outlook(
    db: Session, reading: Reading, place: Place | None, actor: Actor, now: datetime, config: Config
) -> dict[str, Any]:
    """The unit that would get it and why, the promised time, and what may be the same matter."""
    if reading.matter is None:
        return {"route": None, "due_at": None, "similar": [], "likely_duplicate": None}
    complaint = complaint_of(reading, place, "")
    ticket = new_ticket(complaint, receiving_centre(db, actor, ROOT), now, config)
    alike = similar_json(similar(db, actor, matter_of(ticket)))
    return {
        "route": route_of(db, ticket, config) if place and place.region.level >= DISTRICT else None,
        "due_at": iso(clocks.start(ticket, "HANDLE", now, config).due_at),
        "similar": alike,
        "likely_duplicate": next((row["number"] for row in alike if row["very_likely"]), None),
    }


def route_of(db: Session, ticket: Ticket, config: Config) -> dict[str, Any]:
    found = way(db, ticket, config)
    return {
        "unit": found.unit.code,
        "name": found.unit.name,
        "region": found.unit.region.code,
        "level": LEVELS[found.unit.region.level - 1],
        "reason": found.reason_en if locale() == "en" else found.reason,
    }
