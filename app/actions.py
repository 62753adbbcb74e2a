"""One verb on one ticket, for every door: page, API, track. Photos are stored first, then one transaction acts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from app import photos as uploads
from app.clock import now
from app.database import transaction
from app.developer import developer
from dispatch.commands import perform
from dispatch.config import current_config
from dispatch.errors import BadInput, NotFound
from dispatch.models import Photo, Ticket
from dispatch.queries import allowed_verbs, find_ticket
from dispatch.workflow import BY_SYSTEM, TABLE, Verb
from grids.scope import Actor

NOT_TYPED = ("csrf_token", "photos")  # photos come as files; their keys are made here
MERGE_WITH = ("number", "with")
YES, NO = ("true", "1", "yes", "on"), ("false", "0", "no", "off")


@contextmanager
def acted(
    actor: Actor, number: str, verb: str, inputs: dict[str, Any], photos: Sequence[bytes] = ()
) -> Iterator[tuple[Session, Ticket]]:
    """Carries out a verb of the workflow table on a ticket that the actor sees, and gives (db, ticket) to look at.

    `inputs` are plain values as JSON or a form gives them; `version` among them is what the caller last saw.
    Photos are stored before the transaction begins. Raises DispatchError and PhotoError; then nothing has changed.
    """
    row = TABLE.get(verb)
    if row is None or row.reach == BY_SYSTEM or not row.states:
        raise NotFound("ticket_absent")
    given = named(verb, plain(inputs))
    version = given.pop("version", None)
    stored = stored_photos(actor, number, row, photos) if photos else []
    if stored:
        given["photos"] = [photo.key for photo in stored]
    try:
        with transaction(write=True) as db:
            ticket = find_ticket(db, actor, number, lock=True)
            perform(db, ticket, verb, actor, now(), current_config(db), version=version, **given)
            ticket.photos.extend(stored)
            db.flush()
            yield db, ticket
    except BaseException:
        uploads.discard(stored)
        raise
    if verb == "blur":
        developer().soon()


def named(verb: str, given: dict[str, Any]) -> dict[str, Any]:
    """`merge` takes the other ticket's number under the names that callers give it."""
    for name in MERGE_WITH:
        if verb == "merge" and name in given:
            given.setdefault("into", str(given.pop(name)))
    return given


def stored_photos(actor: Actor, number: str, row: Verb, photos: Sequence[bytes]) -> list[Photo]:
    """The photos of a verb, stored only for those who may do it now. Raises DispatchError and PhotoError."""
    with transaction() as db:
        if row not in allowed_verbs(actor, find_ticket(db, actor, number)):
            return []  # `perform` says why
    return uploads.store(photos, "after" if row.name == "handle" else "before", now())


def plain(inputs: dict[str, Any]) -> dict[str, Any]:
    """Values of a form as the workflow wants them: yes and no, whole numbers. Raises BadInput."""
    given = {name: value for name, value in inputs.items() if value is not None and name not in NOT_TYPED}
    for name in ("resolved", "contacted"):
        text = str(given.get(name, "")).lower()
        if text in YES or text in NO:
            given[name] = text in YES
    for name in ("satisfaction", "version", "amount"):
        if name in given and given[name] != "":
            given[name] = whole(name, given[name])
    return {name: value for name, value in given.items() if value != ""}


def whole(name: str, value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError) as problem:
        raise BadInput("inputs_wrong", fields={name: "no_number"}, verb="") from problem
