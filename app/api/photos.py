"""Photos, for staff in scope and the citizen with the token; and making unreadable what must not be seen in them."""

from typing import Any

from flask import Response, jsonify, request
from sqlalchemy.orm import Session

from app.actions import acted
from app.api import answers, api
from app.api.requests import once
from app.api.schemas import BlurBody, PhotoQuery
from app.auth import ANONYMOUS, current_actor, request_actor
from app.database import transaction
from app.labels import label
from app.media import SIZES, media, variant
from app.present import ticket_json
from app.tracking import tracked
from dispatch.errors import NotFound
from dispatch.models import Photo
from dispatch.photo_jobs import FAILED, PENDING
from dispatch.queries import find_photo
from grids.queries import path_regions
from grids.scope import sees


@api.get("/photos/<key>/<size>")
@api.input(PhotoQuery, location="query", arg_name="query")
@api.doc(summary="A photo", responses=[200, 202, 304, 404])
def photo(key: str, size: str, query: dict[str, Any]) -> Any:
    """A photo as JPEG without metadata; 202 with Retry-After while it is being decoded."""
    if size not in SIZES:
        raise NotFound("photo_absent")
    with transaction() as db:
        found = visible(db, key, query)
    if found.state == PENDING:
        return soon()
    if found.state == FAILED:
        raise NotFound("photo_not_shown", reason=label("photo_problem", found.problem))
    try:
        data = media().load(key, variant(size, found.edition))
    except FileNotFoundError as lost:
        raise NotFound("photo_absent") from lost
    return revalidated(Response(data, mimetype="image/jpeg"), found.edition)


def visible(db: Session, key: str, query: dict[str, Any]) -> Photo:
    """The photo, for staff who see its ticket and for the citizen whose it is. Raises NotFound for anybody else."""
    found, actor = find_photo(db, key), request_actor()
    by_token = bool(query["token"]) and tracked(db, query["number"], query["token"]).id == found.ticket_id
    if not by_token and (actor is ANONYMOUS or not sees(actor, found.ticket)):
        raise NotFound("photo_absent")
    return found


def soon() -> Response:
    """It is being decoded: ask again."""
    answer = jsonify(state=PENDING)
    answer.status_code = 202
    answer.headers["Retry-After"] = "1"
    return answer


def revalidated(answer: Response, edition: int) -> Response:
    """A browser may keep it, and must ask each time whether it still may be shown: it could be blurred by now."""
    answer.set_etag(str(edition))
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.make_conditional(request)
    return answer


@api.post("/photos/<key>/blur")
@api.input(BlurBody, location="json", arg_name="given")
@answers("Ticket")
@once
def photo_blur(key: str, given: dict[str, Any]) -> Any:
    """Make areas of a photo unreadable, for good: {areas: [[left, top, width, height], …]} as shares of the photo."""
    actor = current_actor()
    with transaction() as db:
        ticket = find_photo(db, key).ticket
        if not sees(actor, ticket):
            raise NotFound("photo_absent")
        number = ticket.number
    with acted(actor, number, "blur", given | {"key": key}) as (db, found):
        return ticket_json(db, found, path_regions(db, found.path))
