"""Snap and Report: a citizen's photo becomes a ticket, without an account and without JavaScript if need be."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.auth import ANONYMOUS, request_actor
from app.babel import locale
from app.database import transaction
from app.intake import take_snap
from app.pages.track import place_of
from app.photos import MAX_BYTES, MAX_PHOTOS
from app.problems import status_of, words_of, words_of_fields
from app.tracking import tracked
from dispatch.classify import Taxonomy
from dispatch.clocks import latest
from dispatch.config import current_config
from dispatch.errors import DispatchError

pages = Blueprint("snap", __name__)

# What is snapped most (default); the taxonomy decides the names, and what it does not have is not offered.
COMMON = ("cityscape.rubbish", "road.surface", "cityscape.manhole", "light.street", "traffic.parking")
FIELDS = ("description", "category", "lon", "lat", "datum", "accuracy", "phone", "address")


@pages.get("/")
@pages.get("/snap")
def form() -> str:
    with transaction() as db:
        return render(db)


@pages.post("/snap")
def send() -> ResponseReturnValue:
    """The plain form; the page's script uses the API, which calls the same function."""
    given = {name: text for name in FIELDS if (text := request.form.get(name, "").strip())}
    if not {"lon", "lat"} <= given.keys():
        given = {name: text for name, text in given.items() if name not in ("lon", "lat", "datum", "accuracy")}
    photos = [file.read() for file in request.files.getlist("photo") if file.filename]
    actor = request_actor()
    try:
        ticket, token = take_snap(given, photos, None if actor is ANONYMOUS else actor)
    except DispatchError as refusal:
        with transaction() as db:
            return render(db, words_of(refusal), request.form, words_of_fields(refusal)), status_of(refusal)
    return redirect(url_for("snap.done", number=ticket.number, token=token))


@pages.get("/snap/<number>")
def done(number: str) -> str:
    """The number to keep and the promised time, for whoever has the token."""
    token = request.args.get("token", "")
    with transaction() as db:
        ticket = tracked(db, number, token)
        promise = next((clock for clock in latest(ticket) if clock.kind == "HANDLE"), None)
        return render_template(
            "phone/snap_done.html",
            here=url_for("snap.done", number=number, token=token),
            link=url_for("track.show", number=number, token=token),
            ticket=ticket,
            place=place_of(db, ticket),
            due=promise.due_at if promise else None,
            provisional=bool(promise and promise.provisional),
        )


def render(
    db: Session, problem: str = "", given: Mapping[str, Any] | None = None, faults: Mapping[str, str] | None = None
) -> str:
    taxonomy = current_config(db).taxonomy
    return render_template(
        "phone/snap.html",
        problem=problem,
        given=given or {},
        faults=faults or {},
        groups=groups_of(taxonomy),
        common=[(code, taxonomy.name(code, locale())) for code in COMMON if taxonomy.category(code)],
        most_photos=MAX_PHOTOS,
        most_bytes=MAX_BYTES,
    )


def groups_of(taxonomy: Taxonomy) -> list[tuple[str, list[tuple[str, str]]]]:
    """(name of the group, its (code, name) pairs, the group itself first), in the order of the taxonomy."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for code, category in taxonomy.categories.items():
        groups.setdefault(category.group, []).append((code, taxonomy.name(code, locale())))
    return [(taxonomy.name(group, locale()), pairs) for group, pairs in groups.items()]
