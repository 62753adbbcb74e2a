"""The doors for complaints: a citizen's photos, an agent's form, a transcript. Reads plain values, opens no transaction
but its own, and says in words what is missing."""

import hashlib
import re
import secrets
from typing import Any

from sqlalchemy.orm import Session

from app import photos as uploads
from app.auth import ANONYMOUS
from app.clock import now
from app.database import transaction
from app.placing import found_place
from dispatch.commands import perform
from dispatch.config import Config, current_config
from dispatch.errors import BadInput
from dispatch.intake import Complaint, receive, receiving_centre
from dispatch.models import Photo, Ticket
from dispatch.place import Place, at_point, in_region, number, point_of
from geodata.coords import DATUMS, distance_m, to_wgs84
from grids.models import DISTRICT
from grids.names import gazetteer
from grids.queries import code_of
from grids.scope import CITIZEN, Actor

ROOT = "21"
PHONE = re.compile(r"\+?[0-9][0-9 -]{4,18}[0-9]")
SAME_POINT_M = 60.0  # a pin and an EXIF point this close mean the same spot
OFFSET_M = 150.0  # GCJ-02 and BD-09 lie hundreds of metres off: closer than this is not a datum
FAR_M = 1000.0  # nobody photographs a pothole from further away


def take_snap(fields: dict[str, Any], photos: list[bytes], actor: Actor | None = None) -> tuple[Ticket, str]:
    """Snap and Report: 1 to 5 photos, any of description, category, lon, lat, datum, accuracy, phone, address.

    Answers (ticket, tracking token). The place is the pin, else the photo's EXIF point, else a written address that
    proves at least the district. Raises BadInput and PhotoError; then nothing was made.
    """
    if not photos:
        raise BadInput("photos_count", fields={"photo": "missing"})
    phone = checked_phone(fields.get("phone"), "phone")
    point_of(fields)
    token = secrets.token_urlsafe(18)
    with uploads.kept(photos, "before", now()) as stored, transaction(write=True) as db:
        config = current_config(db)
        complaint = Complaint(
            description=described(fields, config),
            category=fields.get("category") or None,
            address=str(fields.get("address") or ""),
            caller_phone=phone,
            channel="snap",
            place=snap_place(db, fields, stored),
            token_digest=hashlib.sha256(token.encode()).hexdigest(),
            photos=stored,
        )
        by = actor if actor and actor is not ANONYMOUS and actor.role in ("agent", "manager") else CITIZEN
        ticket = receive(db, complaint, receiving_centre(db, CITIZEN, ROOT), by, now(), config)
    return ticket, token


def described(fields: dict[str, Any], config: Config) -> str:
    """The citizen's words; without any, the name of the category; without that, that there are photos."""
    words = str(fields.get("description") or "").strip()
    if words:
        return words
    category = config.taxonomy.category(str(fields.get("category") or ""))
    return category.name if category else "随手拍：见照片"


def snap_place(db: Session, fields: dict[str, Any], photos: list[Photo]) -> Place:
    """Pin, else EXIF, else the address. Raises BadInput when none gives a district, or the point is outside."""
    accuracy = number(fields.get("accuracy")) or 0.0
    exif = next((photo.raw for photo in photos if photo.raw["lon"] is not None), None)
    point = point_of(fields)
    if point is not None:
        place = at_point(db, point, accuracy, "pin")
        return flagged(place, (exif["lon"], exif["lat"])) if exif else place
    words = str(fields.get("address") or "").strip()
    if exif is not None:
        try:
            return at_point(db, (exif["lon"], exif["lat"], "wgs84"), accuracy or exif["accuracy_m"] or 0.0, "exif")
        except BadInput as outside:
            if not words:
                raise BadInput("photo_outside_province", outside.fields, **outside.params) from outside
    if words:
        return place_in_words(db, words)
    raise BadInput(no_place(photos), fields={"lon": "missing", "lat": "missing"})


def no_place(photos: list[Photo]) -> str:
    """Why the photos prove no place: the first one that has something wrong says it."""
    problem = next((photo.raw["gps_problem"] for photo in photos if photo.raw["gps_problem"]), None)
    return f"place_{problem}" if problem else "place_missing"


def flagged(place: Place, exif: tuple[float, float]) -> Place:
    """Keeps the EXIF point beside the pin, and flags what makes one doubt either of them.

    pin_fits_DATUM: read as DATUM, the pin would lie where the photo was taken. exif_fits_DATUM: the camera seems to
    have written its place in DATUM instead of WGS-84. pin_far: further apart than any datum explains.
    """
    assert place.lon is not None and place.lat is not None
    place.raw["exif"] = {"lon": exif[0], "lat": exif[1]}
    apart = distance_m(place.lon, place.lat, *exif)
    place.raw["exif_distance_m"] = round(apart)
    flag = doubt(place.raw, (place.lon, place.lat), exif, apart)
    if flag:
        place.raw["flag"] = flag
    return place


def doubt(raw: dict[str, Any], pin: tuple[float, float], exif: tuple[float, float], apart: float) -> str | None:
    """`pin` and `exif` are (lon, lat) WGS-84, `apart` metres."""
    if apart <= OFFSET_M:
        return None
    for datum in DATUMS:
        if datum != raw["datum"] and distance_m(*to_wgs84(raw["lon"], raw["lat"], datum), *exif) < SAME_POINT_M:
            return f"pin_fits_{datum}"
        if datum != "wgs84" and distance_m(*to_wgs84(*exif, datum), *pin) < SAME_POINT_M:
            return f"exif_fits_{datum}"
    return "pin_far" if apart > FAR_M else None


def place_in_words(db: Session, address: str) -> Place:
    """The region that an address proves, the district at least. Raises BadInput."""
    found = gazetteer(db).find(address)
    if found is not None and found.outside:
        raise BadInput("outside_province", fields={"address": "outside"})
    if found is None or found.code is None or found.level < DISTRICT:
        raise BadInput("address_unclear", fields={"address": "unknown"})
    return found_place(db, found)


def checked_phone(value: Any, field: str) -> str:
    """A phone number as digits, or "". Raises BadInput for anything else."""
    text = str(value or "").strip()
    if not text:
        return ""
    if not PHONE.fullmatch(text):
        raise BadInput("inputs_wrong", fields={field: "no_phone"}, verb="receive")
    return re.sub(r"[ -]", "", text)


def take_form(db: Session, fields: dict[str, Any], actor: Actor) -> Ticket:
    """The agent's form, already read as JSON or form fields; only `description` is needed. `into` names a ticket of the
    same matter. Raises BadInput and Conflict."""
    config = current_config(db)
    complaint = Complaint(
        description=str(fields.get("description") or ""),
        kind=fields.get("kind") or None,
        urgency=fields.get("urgency") or None,
        category=fields.get("category") or None,
        address=str(fields.get("address") or ""),
        caller_name=str(fields.get("caller_name") or ""),
        caller_phone=checked_phone(fields.get("caller_phone"), "caller_phone"),
        confidential=fields.get("confidential") in (True, "true", "on", "1"),
        channel=str(fields.get("channel") or "phone"),
        place=form_place(db, fields, actor),
    )
    ticket = receive(db, complaint, receiving_centre(db, actor, ROOT), actor, now(), config)
    if fields.get("into"):  # the same matter as another's: a ticket of its own, handled together
        perform(db, ticket, "merge", actor, now(), config, into=str(fields["into"]))
        db.flush()
    return ticket


def form_place(db: Session, fields: dict[str, Any], actor: Actor) -> Place | None:
    """Point, else region code, else what address and description prove; None when they prove nothing."""
    point = point_of(fields)
    if point is not None:
        return at_point(db, point, number(fields.get("accuracy")) or 0.0, "agent")
    if fields.get("region"):
        return in_region(db, str(fields["region"]))
    for text in (fields.get("address"), fields.get("description")):
        found = gazetteer(db).find(str(text), within=code_of(actor.path) if actor.path else None) if text else None
        if found is not None and found.outside:
            raise BadInput("outside_province", fields={"address": "outside"})
        if found is not None and found.code is not None:
            return found_place(db, found)
    return None
