"""What a photo says of itself in EXIF: where and when it was taken, which way is up; any field may be hostile."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from PIL import ExifTags, Image

CHINA = timezone(timedelta(hours=8))  # EXIF times without an offset: one zone in all China, no summer time since 1992
NO_TAGS: Mapping[int, Any] = {}
LONGEST = 64  # characters kept of a text
YEARS = range(1990, 2100)  # outside, a camera's clock was never set, or the bytes are no time


@dataclass(frozen=True)
class Gps:
    """A point in degrees WGS-84, or none: then `problem` says why, unless the photo simply has no GPS.

    problem: `unreadable` (damaged EXIF), `incomplete` (a value or its hemisphere is missing), `no_number` (NaN,
    infinite, a fraction of zero), `out_of_range`, `no_fix` (0, 0: what a receiver writes that knows nothing).
    accuracy_m: the camera's own horizontal error in metres (GPSHPositioningError), where it gives one.
    """

    lon: float | None = None
    lat: float | None = None
    problem: str | None = None
    accuracy_m: float | None = None


@dataclass(frozen=True)
class Exif:
    gps: Gps
    taken_at: datetime | None
    orientation: int  # 1 to 8
    make: str = ""
    model: str = ""


def read_exif(read: Callable[[], Image.Exif]) -> Exif:
    """Reads the EXIF that `read` gives."""
    tags = guarded(read)
    if tags is None:
        return Exif(Gps(problem="unreadable"), None, 1)
    base = ExifTags.Base
    return Exif(_gps(tags), _taken_at(tags), _orientation(tags), _text(tags, base.Make), _text(tags, base.Model))


def guarded(read: Callable[..., Any], *words: Any) -> Any:
    """Pillow's EXIF parser meets hostile bytes with almost any exception; to us they all mean: not readable (None).

    MemoryError too: a directory of 5,000 entries that all point to the same 64 kB is no photo's place.
    """
    try:
        return read(*words)
    except Exception:
        return None


def _text(tags: Image.Exif, tag: int) -> str:
    """A text field, printable and bounded; bytes that are no text are left out."""
    value = tags.get(tag)
    text = value.decode("utf-8", "ignore") if isinstance(value, bytes) else value if isinstance(value, str) else ""
    return "".join(letter for letter in text[:LONGEST] if letter.isprintable()).strip()


# --- place ----------------------------------------------------------------------------------------------------------


def _gps(tags: Image.Exif) -> Gps:
    block = guarded(tags.get_ifd, ExifTags.IFD.GPSInfo)
    if block is None:
        return Gps(problem="unreadable")
    names = ExifTags.GPS
    values = [block.get(tag) for tag in (names.GPSLongitude, names.GPSLatitude)]
    if values == [None, None]:
        return Gps()
    signs = [_sign(block.get(names.GPSLongitudeRef), "EW"), _sign(block.get(names.GPSLatitudeRef), "NS")]
    if None in values or None in signs:
        return Gps(problem="incomplete")
    lon, lat = (guarded(_degrees, value) for value in values)
    if lon is None or lat is None:
        return Gps(problem="unreadable")
    return _point(lon * signs[0], lat * signs[1], block.get(names.GPSHPositioningError))


def _point(lon: float, lat: float, error: Any) -> Gps:
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return Gps(problem="no_number")
    if abs(lon) > 180 or abs(lat) > 90:
        return Gps(problem="out_of_range")
    if lon == 0 and lat == 0:
        return Gps(problem="no_fix")
    accuracy = guarded(float, error)
    usable = accuracy is not None and math.isfinite(accuracy) and accuracy > 0
    return Gps(lon, lat, None, accuracy if usable else None)


def _sign(reference: Any, letters: str) -> Any:
    """1 or -1 for "E" or "W" ("N" or "S"); None where the hemisphere is not said."""
    text = reference.decode("latin-1") if isinstance(reference, bytes) else str(reference or "")
    letter = text.strip(" \0")[:1].upper()
    return {letters[0]: 1, letters[1]: -1}.get(letter)


def _degrees(value: Any) -> float | None:
    """Degrees from (degrees, minutes, seconds), shorter tuples and a bare number too; NaN if a part is no finite
    number, None for anything else."""
    parts = [_number(part) for part in (value if isinstance(value, tuple) else (value,))]
    if len(parts) > 3:
        return None
    if not all(math.isfinite(part) for part in parts):
        return math.nan
    if any(part < 0 for part in parts) or any(part > 60 for part in parts[1:]):
        return None
    return sum(part / 60**place for place, part in enumerate(parts))


def _number(value: Any) -> float:
    """Pillow's fraction of zero is NaN; of another number over zero it may raise."""
    try:
        return float(value)
    except (ZeroDivisionError, OverflowError):
        return math.nan


# --- time and direction ---------------------------------------------------------------------------------------------


def _taken_at(tags: Image.Exif) -> datetime | None:
    """The shutter's time, else the file's; aware: with the photo's own offset, else China's."""
    block = guarded(tags.get_ifd, ExifTags.IFD.Exif) or NO_TAGS
    base = ExifTags.Base
    for source, time_tag, offset_tag in (
        (block, base.DateTimeOriginal, base.OffsetTimeOriginal),
        (tags, base.DateTime, base.OffsetTime),
    ):
        moment = guarded(_parse, source.get(time_tag), "%Y:%m:%d %H:%M:%S")
        if moment is not None and moment.year in YEARS:
            offset = guarded(_parse, block.get(offset_tag), "%z")
            return moment.replace(tzinfo=offset.tzinfo if offset else CHINA)
    return None


def _parse(text: str, pattern: str) -> datetime:
    return datetime.strptime(text.strip(" \0"), pattern)  # noqa: DTZ007 (the caller gives the zone)


def _orientation(tags: Image.Exif) -> int:
    value = guarded(int, tags.get(ExifTags.Base.Orientation, 1))
    return value if value in range(1, 9) else 1
