"""Fuzz target: the readers of photos, in this process; anything but a photo or a PhotoError is a fault.

Limits of time and memory belong to the process that decodes (`dispatch.photo_child`): seeds are small here, and so is
what they grow into.
"""

import piexif

from dispatch.photo import PhotoError, inspect, process
from tests.photos import FORMATS, SHENYANG, animated, encoded, exif_segment, heif_of, picture, png_with, webp_of

SEEDS: list[bytes] = [
    *(encoded(kind, gps=SHENYANG, main={piexif.ImageIFD.Orientation: 6}) for kind in FORMATS),
    *(animated(kind) for kind in ("PNG", "WEBP", "AVIF")),
    encoded("JPEG", picture(mode="CMYK")),
    encoded("PNG", picture(mode="P")),
    encoded("PNG", picture(mode="LA")),
    heif_of("HEIF", 320, 256, tile_size=64),
    webp_of(80, 60),
    png_with(),
    exif_segment(b"MM\0*\0\0\0\x08\0\0"),
]
ALLOWED: tuple[type[Exception], ...] = (PhotoError,)
MAX_PIXELS = 4_000_000  # of a mutated header: what is larger takes long and is tested elsewhere


def run(data: bytes) -> None:
    """Reads and decodes; raises PhotoError, or answers with facts that hold."""
    reading = inspect(data)
    assert 1 <= reading.orientation <= 8 and reading.width > 0 and reading.height > 0
    assert reading.lon is None or abs(reading.lon) <= 180
    assert reading.lat is None or abs(reading.lat) <= 90
    if reading.width * reading.height > MAX_PIXELS:
        return
    photo = process(data, [(0.1, 0.1, 0.5, 0.5)])
    for copy in (photo.display, photo.thumb):
        assert copy.startswith(b"\xff\xd8\xff") and b"Exif" not in copy
    assert 0 <= photo.dhash < 1 << 63
