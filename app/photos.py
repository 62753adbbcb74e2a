"""Uploaded photos: read in their own process and safe on the disk before any transaction begins, as rows.

Small ones have their copies at once; the others are pending until `app.developer` has decoded them.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask import current_app

from app.developer import developer, save_copies
from app.media import ORIGINAL, SIZES, media, new_key, variant
from dispatch.errors import BadInput
from dispatch.models import Photo
from dispatch.photo import MAX_BYTES, PhotoError, PhotoReading
from dispatch.photo import Photo as Copies
from dispatch.photo_jobs import PENDING, READY
from dispatch.photo_worker import PhotoWorker

__all__ = ["MAX_BYTES", "MAX_PHOTOS", "discard", "kept", "store"]
MAX_PHOTOS = 5
READERS = 2  # processes: one is enough, the other is there when somebody sends it what takes long
# So small that decoding costs no more than receiving: done at once, and refused at once when damaged.
AT_ONCE_BYTES, AT_ONCE_PIXELS, AT_ONCE_SECONDS = 2**20, 2_000_000, 0.5


def worker() -> PhotoWorker:
    """The processes that read photos for requests, started at the first one."""
    if "photo_worker" not in current_app.extensions:
        current_app.extensions["photo_worker"] = PhotoWorker(READERS)
    made: PhotoWorker = current_app.extensions["photo_worker"]
    return made


@contextmanager
def kept(photos: Sequence[bytes], phase: str, now: datetime) -> Iterator[list[Photo]]:
    """`store`, and the files are removed again when what they were for fails."""
    stored = store(photos, phase, now)
    try:
        yield stored
    except BaseException:
        discard(stored)
        raise


def store(photos: Sequence[bytes], phase: str, now: datetime) -> list[Photo]:
    """Rows for the photos, not yet bound to a ticket; the files are safe. Raises BadInput, PhotoError: none is kept."""
    if len(photos) > MAX_PHOTOS:
        raise BadInput("photos_count", fields={"photo": "too_long"})
    read = [(data, *accepted(data)) for data in photos]
    made = [keep(data, facts, copies, phase, now) for data, facts, copies in read]
    if any(photo.state == PENDING for photo in made):
        developer().soon()
    return made


def accepted(data: bytes) -> tuple[PhotoReading, Copies | None]:
    """What the file says of itself, and its copies if they could be made at once. Raises PhotoError."""
    facts = worker().inspect(data)
    if len(data) > AT_ONCE_BYTES or facts.width * facts.height > AT_ONCE_PIXELS:
        return facts, None
    try:
        return facts, worker().process(data, seconds=AT_ONCE_SECONDS)
    except PhotoError as error:
        if error.code != "too_costly":
            raise
        return facts, None  # the machine is busy, or the file is hostile: `developer` will see


def keep(data: bytes, facts: PhotoReading, copies: Copies | None, phase: str, now: datetime) -> Photo:
    key = new_key()
    media().save(key, ORIGINAL, data)
    if copies is not None:
        save_copies(key, 0, copies)
    return Photo(
        key=key,
        phase=phase,
        state=PENDING if copies is None else READY,
        edition=0,
        tries=0,
        blurred=[],
        proposed=copies.proposed if copies else [],
        width=facts.width,
        height=facts.height,
        dhash=f"{copies.dhash:016x}" if copies else None,
        taken_at=facts.taken_at,
        raw=raw(facts),
        created_at=now,
    )


def discard(photos: Sequence[Photo]) -> None:
    """Removes the files of rows that nobody will have."""
    for photo in photos:
        for name in (ORIGINAL, *(variant(size, photo.edition) for size in SIZES)):
            media().remove(photo.key, name)


def raw(facts: PhotoReading) -> dict[str, Any]:
    """What the file said of itself, bounded: kept, never shown. EXIF points are WGS-84."""
    return {
        "format": facts.format,
        "orientation": facts.orientation,
        "lon": facts.lon,
        "lat": facts.lat,
        "accuracy_m": facts.accuracy_m,
        "gps_problem": facts.gps_problem,
        "make": facts.make,
        "model": facts.model,
        "taken_at": facts.taken_at.isoformat() if facts.taken_at else None,
    }
