"""What a photo says of itself in EXIF: where and when it was taken, and which way is up; any field may be hostile."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from PIL import ExifTags, Image

CHINA = timezone(timedelta(hours=8))  # EXIF times without an offset: one zone in all China, no summer time since 1992
NO_TAGS: Mapping[int, Any] = {}


@dataclass(frozen=True)
class Gps:
    """A point in degrees WGS-84, or none: then `problem` says why, unless the photo simply has no GPS.

    problem: `unreadable` (damaged EXIF), `incomplete` (a value or its hemisphere is missing), `out_of_range`.
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


def read_exif(image: Image.Image) -> Exif:
    """Reads the EXIF of an opened image; a PNG decodes its pixels for it, because the chunk may stand after them."""
    tags = guarded(image.getexif)
    if tags is None:
        return Exif(Gps(problem="unreadable"), None, 1)
    return Exif(_gps(tags), _taken_at(tags), _orientation(tags))


def guarded(read: Callable[..., Any], *words: Any) -> Any:
    """Pillow's EXIF parser meets hostile bytes with almost any exception; to us they all mean: not readable (None)."""
    try:
        return read(*words)
    except MemoryError:
        raise
    except Exception:
        return None


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
    if abs(lon) > 180 or abs(lat) > 90:
        return Gps(problem="out_of_range")
    if lon == 0 and lat == 0:
        return Gps()  # what a receiver without a fix writes
    accuracy = guarded(float, error)
    usable = accuracy is not None and math.isfinite(accuracy) and accuracy > 0
    return Gps(lon, lat, None, accuracy if usable else None)


def _sign(reference: Any, letters: str) -> Any:
    """1 or -1 for "E" or "W" ("N" or "S"); None where the hemisphere is not said."""
    text = reference.decode("latin-1") if isinstance(reference, bytes) else str(reference or "")
    letter = text.strip(" \0")[:1].upper()
    return {letters[0]: 1, letters[1]: -1}.get(letter)


def _degrees(value: Any) -> float | None:
    """Degrees from (degrees, minutes, seconds), shorter tuples and a bare number too; None if they are none."""
    parts = [float(part) for part in (value if isinstance(value, tuple) else (value,))]
    if len(parts) > 3 or not all(math.isfinite(part) and part >= 0 for part in parts):
        return None
    if any(part > 60 for part in parts[1:]):
        return None
    return sum(part / 60**place for place, part in enumerate(parts))


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
        if moment is not None:
            offset = guarded(_parse, block.get(offset_tag), "%z")
            return moment.replace(tzinfo=offset.tzinfo if offset else CHINA)
    return None


def _parse(text: str, pattern: str) -> datetime:
    return datetime.strptime(text.strip(" \0"), pattern)  # noqa: DTZ007 (the caller gives the zone)


def _orientation(tags: Image.Exif) -> int:
    value = guarded(int, tags.get(ExifTags.Base.Orientation, 1))
    return value if value in range(1, 9) else 1
