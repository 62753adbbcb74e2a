"""Uploaded photos: read in their own process, stored, and made into rows, before any transaction begins."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import current_app

from app.media import ORIGINAL, media, new_key
from dispatch.errors import BadInput
from dispatch.models import Photo
from dispatch.photo import Photo as Read
from dispatch.photo import PhotoError
from dispatch.photo_worker import PhotoWorker

MAX_PHOTOS = 5
MAX_BYTES = 12 * 1024 * 1024


def worker() -> PhotoWorker:
    """The process that decodes photos, started at the first one."""
    if "photo_worker" not in current_app.extensions:
        current_app.extensions["photo_worker"] = PhotoWorker()
    made: PhotoWorker = current_app.extensions["photo_worker"]
    return made


def store(photos: Sequence[bytes], phase: str, now: datetime) -> list[Photo]:
    """Rows for the photos, not yet bound to a ticket; the files are safe. Raises BadInput, PhotoError."""
    if len(photos) > MAX_PHOTOS:
        raise BadInput("photos_count", fields={"photo": "too_long"})
    for data in photos:
        if len(data) > MAX_BYTES:
            raise PhotoError("too_large")
    return [keep(data, worker().process(data), phase, now) for data in photos]


def keep(data: bytes, read: Read, phase: str, now: datetime) -> Photo:
    key = new_key()
    for variant, content in ((ORIGINAL, data), ("display", read.display), ("thumb", read.thumb)):
        media().save(key, variant, content)
    facts = read.reading
    return Photo(
        key=key,
        phase=phase,
        width=facts.width,
        height=facts.height,
        dhash=f"{read.dhash:016x}",
        taken_at=facts.taken_at,
        raw=raw(facts),
        created_at=now,
    )


def raw(facts: Any) -> dict[str, Any]:
    """What the file said of itself: kept, never shown. EXIF points are WGS-84."""
    return {
        "format": facts.format,
        "orientation": facts.orientation,
        "lon": facts.lon,
        "lat": facts.lat,
        "gps_problem": facts.gps_problem,
    }
