"""The doors for complaints: transcripts, snaps, and a live reading of what an agent types."""

from itertools import islice
from typing import Any

from flask import request

from app.api import answers, api
from app.api.places import place_limit
from app.api.requests import body, once, photos
from app.api.schemas import NearQuery, PhoneQuery, ReadingBody
from app.auth import current_actor, request_actor
from app.clock import now
from app.database import transaction
from app.filing import called_at
from app.intake import checked_phone, take_snap
from app.present import ticket_json
from app.readings import reading_of, sharpened_reading
from app.security import is_staff, limiter
from app.transcripts import Source, sources_in, take_transcript
from dispatch.changes import row_json
from dispatch.errors import BadInput
from dispatch.models import Ticket
from dispatch.place import at_point, point_of
from dispatch.queries import calls_of
from dispatch.similar import near
from dispatch.transcript import Call, TranscriptError, call_of_turns

MAX_FILES = 500
MAX_CALLS = 500  # of one request; thousands go through the bulk import
SNAP_LIMIT_STAFF, SNAP_LIMIT = "200 per second", "60 per hour"


@api.post("/transcripts")
@answers("Items", 201)
@once
def transcripts() -> Any:
    """Upload transcripts (multipart `file`, one or more) or JSON {text} or {turns}; each stands alone."""
    given = body()
    if given.get("mode") not in (None, "", "auto", "draft"):
        raise BadInput("inputs_wrong", fields={"mode": "unknown"}, verb="")
    check_call(given)
    items = [take_transcript(source, given, current_actor()) for source in sources(given)]
    return {"items": items, "next": None}, 201


def check_call(given: dict[str, Any]) -> None:
    """What is said of all the files at once is refused as a whole. Raises BadInput."""
    checked_phone(given.get("caller_phone"), "caller_phone")
    called_at(given)
    point = point_of(given)
    if point is not None:
        with transaction() as db:
            at_point(db, point)


def sources(given: dict[str, Any]) -> list[Source]:
    """The transcripts of this request. Raises BadInput when there are none or too many."""
    uploads = request.files.getlist("file")
    if len(uploads) > MAX_FILES:
        raise BadInput("inputs_wrong", fields={"file": "too_long"}, verb="")
    found: list[Source] = []
    for upload in uploads:
        found += sources_of(upload.read(), upload.filename or "", MAX_CALLS - len(found))
    if isinstance(given.get("text"), str) and given["text"].strip():
        found += sources_of(given["text"].encode(errors="replace"), "text", MAX_CALLS)
    if isinstance(given.get("turns"), list):
        try:
            found.append(Source("turns", call=call_of_turns(given["turns"])))
        except TranscriptError as error:
            raise BadInput("nothing_to_read", fields={"turns": "unknown"}) from error
    if not found:
        raise BadInput("nothing_to_read", fields={"file": "missing"})
    return found


def sources_of(data: bytes, name: str, most: int) -> list[Source]:
    """The calls of one file; one with more than the request may still bring is refused whole: nothing is half done."""
    found = list(islice(sources_in(data, name), max(most, 0) + 1))
    if len(found) > most:
        return [Source(name, call=Call(name, error=TranscriptError("too_many_calls", limit=MAX_CALLS)))]
    return found


def snap_limit() -> str:
    return SNAP_LIMIT_STAFF if is_staff() else SNAP_LIMIT


@api.post("/snaps")
@answers("Ticket", 201)
@limiter.limit(snap_limit)
@once
def snaps() -> Any:
    """Snap and Report: multipart `photo` (1 to 5) and what else is known; the place is the pin, else the photo's."""
    ticket, token = take_snap(body(), photos(), request_actor())
    with transaction() as db:
        told = ticket_json(db, db.get_one(Ticket, ticket.id))
    return {"number": ticket.number, "tracking_token": token, "due_at": told["due_at"], "ticket": public(told)}, 201


@api.get("/snaps/near")
@api.input(NearQuery, location="query", arg_name="query")
@answers("Object")
@limiter.limit(place_limit)
def snaps_near(query: dict[str, Any]) -> Any:
    """How many open reports there are near a point, and how near the nearest is: nothing of anybody's words."""
    with transaction() as db:
        place = at_point(db, point_of(query) or (0.0, 0.0, "wgs84"), query["accuracy"])
        assert place.lon is not None and place.lat is not None
        return near(db, place.lon, place.lat, query.get("category"), now())


def public(told: dict[str, Any]) -> dict[str, Any]:
    """The ticket without what only staff should see."""
    return {name: value for name, value in told.items() if name not in ("caller", "supervisor")}


@api.post("/readings")
@api.input(ReadingBody, location="json", arg_name="given")
@answers("Object")
def readings(given: dict[str, Any]) -> Any:
    """What the words say, each guess with its evidence; where it would go, when it is promised, what is like it."""
    given = sharpened_reading(given, current_actor())
    with transaction() as db:
        return reading_of(db, given, current_actor(), now())


@api.get("/callers")
@api.input(PhoneQuery, location="query", arg_name="query")
@answers("Items")
def callers(query: dict[str, Any]) -> Any:
    """The last five tickets of a caller."""
    with transaction() as db:
        found = calls_of(db, current_actor(), query["phone"].replace(" ", "").replace("-", ""))
        rows = [row_json(ticket) | {"description": ticket.description} for ticket in found]
    return {"items": rows, "next": None}
