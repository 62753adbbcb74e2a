"""Photos as a phone takes them, ready for a file chooser and for the API."""

from typing import Any

import piexif

from tests import world
from tests.photos import encoded, picture

FINE = 1_000_000  # parts of a second of arc: far below a millimetre


def photo(cell: str) -> dict[str, Any]:
    """A JPEG with the middle of a cell in its EXIF block, as Playwright takes it."""
    image = encoded("JPEG", picture(1200, 900), gps=gps_at(*world.centre(cell)))
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": image}


def upload(cell: str) -> list[tuple[str, tuple[str, bytes, str]]]:
    """The same as a multipart file for `Server.call`."""
    image = photo(cell)
    return [("photo", (image["name"], image["buffer"], image["mimeType"]))]


def gps_at(lon: float, lat: float) -> dict[int, Any]:
    """EXIF's GPS block for a point in the north and east, WGS-84."""
    return {
        piexif.GPSIFD.GPSLatitudeRef: "N",
        piexif.GPSIFD.GPSLatitude: sexagesimal(lat),
        piexif.GPSIFD.GPSLongitudeRef: "E",
        piexif.GPSIFD.GPSLongitude: sexagesimal(lon),
    }


def sexagesimal(degrees: float) -> tuple[tuple[int, int], ...]:
    minutes, seconds = divmod(round(degrees * 3600 * FINE), 60 * FINE)
    return (minutes // 60, 1), (minutes % 60, 1), (seconds, FINE)
