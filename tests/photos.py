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


# --- hostile files --------------------------------------------------------------------------------------------------


def png_bomb(width: int, height: int) -> bytes:
    """A PNG whose pixels are all there, black, in one bit each: 20 kB unfold to the whole picture."""
    line = zlib.compressobj(9)
    rows = [line.compress(bytes(1 + (width + 7) // 8)) for _ in range(height)]
    return png(width, height, 1, 0, b"".join([*rows, line.flush()]))


def png_with(*chunks: bytes) -> bytes:
    """A good PNG with more chunks before its pixels."""
    data = encoded("PNG")
    place = data.index(b"IDAT") - 4
    return data[:place] + b"".join(chunks) + data[place:]


def unfolding(kind: bytes, size: int = 200_000_000) -> bytes:
    """A chunk zTXt or iCCP of 200 kB that unfolds to `size` bytes."""
    squeezed = zlib.compressobj(9)
    packed = b"".join(squeezed.compress(bytes(1_000_000)) for _ in range(size // 1_000_000)) + squeezed.flush()
    return chunk(kind, b"name\0\0" + packed)


def jpeg_of(width: int, height: int) -> bytes:
    """A small JPEG whose header claims another size."""
    data = bytearray(encoded())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def webp_of(width: int, height: int) -> bytes:
    """A WebP whose canvas claims a size that its frame does not have."""
    data = encoded("WEBP")
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    parts = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + canvas + data[12:]
    return b"RIFF" + struct.pack("<I", len(parts) + 4) + b"WEBP" + parts


def heif_of(kind: str, width: int, height: int, **words: Any) -> bytes:
    """A HEIC or AVIF of 320 x 256 whose boxes, a grid's among them, claim another size."""
    out = io.BytesIO()
    picture(320, 256).save(out, kind, **words)
    claims = ((">II", 320, 256), (">HH", 320, 256))
    data = out.getvalue()
    for form, old_width, old_height in claims:
        most = (1 << 8 * struct.calcsize(form) // 2) - 1
        new = struct.pack(form, min(width, most), min(height, most))
        data = data.replace(struct.pack(form, old_width, old_height), new)
    return data


def exif_segment(body: bytes) -> bytes:
    """A good JPEG with this EXIF block in front of its own segments."""
    segment = b"Exif\0\0" + body
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + encoded()[2:]


def exif_bomb() -> bytes:
    """A directory of 5,000 entries that all point to the same 55 kB: 275 MB for a parser that fetches each."""
    entry = b"".join(struct.pack(">HHII", 0x9000 + number, 7, 55_000, 8) for number in range(5_000))
    return exif_segment(b"MM\0*\0\0\0\x08" + struct.pack(">H", 5_000) + entry)


def animated(kind: str) -> bytes:
    """Red first, then blue: only what is seen first counts."""
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


BLACK_GIF = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"
EVIL = b"<html><script>alert('photo')</script></html>"
ZIP = b"PK\x03\x04\x14\0\0\0\0\0" + bytes(16) + b"\x08\0\0\0evil.jsp" + EVIL
