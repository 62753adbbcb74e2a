"""Photos made for the tests: four coloured corners, EXIF blocks as asked for, PNGs chunk by chunk."""

import io
import struct
import zlib
from typing import Any

import piexif
from PIL import Image

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF")
CORNERS = {"red": (255, 0, 0), "lime": (0, 255, 0), "blue": (0, 0, 255), "white": (255, 255, 255)}
SHENYANG = {
    piexif.GPSIFD.GPSLatitudeRef: "N",
    piexif.GPSIFD.GPSLatitude: ((41, 1), (47, 1), (5364, 100)),
    piexif.GPSIFD.GPSLongitudeRef: "E",
    piexif.GPSIFD.GPSLongitude: ((123, 1), (25, 1), (1230, 100)),
}
LON, LAT = 123 + 25 / 60 + 12.30 / 3600, 41 + 47 / 60 + 53.64 / 3600


def picture(width: int = 80, height: int = 60, mode: str = "RGB") -> Image.Image:
    """Four corners of different colours, so that each of the eight orientations looks different."""
    image = Image.new("RGB", (2, 2))
    image.putdata(list(CORNERS.values()))
    return image.resize((width, height), Image.Resampling.NEAREST).convert(mode)


def corners(image: Image.Image) -> list[str]:
    """The colours seen top left, top right, bottom left, bottom right."""
    places = [(x, y) for y in (0.25, 0.75) for x in (0.25, 0.75)]
    pixels = [image.getpixel((int(image.width * x), int(image.height * y))) for x, y in places]
    return [min(CORNERS, key=lambda name: _distance(pixel, CORNERS[name])) for pixel in pixels]


def _distance(one: Any, other: tuple[int, ...]) -> int:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


def encoded(kind: str = "JPEG", image: Image.Image | None = None, exif: bytes = b"", **blocks: dict[int, Any]) -> bytes:
    """A file of a kind; blocks are piexif's: gps, main (IFD 0), shot (the EXIF block)."""
    names = {"gps": "GPS", "main": "0th", "shot": "Exif"}
    if blocks:
        exif = piexif.dump({names[name]: block for name, block in blocks.items()})
    out = io.BytesIO()
    (image or picture()).save(out, kind, **({"exif": exif} if exif else {}))
    return out.getvalue()


def png(width: int, height: int, depth: int = 8, colour: int = 0, pixels: bytes = b"") -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def damaged(data: bytes) -> bytes:
    """A JPEG that is whole by its structure, with a Huffman table that decodes to nothing: found by decoding only."""
    place = data.index(b"\xff\xc4")
    return data[: place + 5] + bytes(16) + data[place + 21 :]
