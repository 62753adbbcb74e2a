"""The parts of a photo's file, walked without decoding a pixel: is it whole, how large is it, where is its EXIF."""

from collections.abc import Iterator

MAX_PARTS = 20_000  # chunks or boxes of one file: a photo of 25 MB in PNG's usual pieces of 8 kB has 3,000
SIGNATURE = b"\x89PNG\r\n\x1a\n"
BARE = (0x01, *range(0xD0, 0xD9))  # JPEG markers without a length


def is_whole(kind: str, data: bytes) -> bool:
    """Whether the file has the end that its own structure announces; what follows the end does not matter."""
    if kind == "JPEG":
        return _jpeg_ends(data)
    if kind == "PNG":
        return any(name == b"IEND" for name, _ in png_chunks(data))
    if kind == "WEBP":
        return int.from_bytes(data[4:8], "little") + 8 <= len(data) + 1  # the last byte of padding is often left out
    return _boxes_end(data)


def _jpeg_ends(data: bytes) -> bool:
    """An end-of-image marker after the first scan: those inside an EXIF thumbnail stand before it."""
    place = 2
    for _ in range(MAX_PARTS):
        if data[place : place + 1] != b"\xff" or place + 4 > len(data):
            return False
        marker = data[place + 1]
        if marker == 0xDA:
            return data.find(b"\xff\xd9", place) > 0
        if marker in BARE or marker == 0xFF:
            place += 1 if marker == 0xFF else 2
        else:
            place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return False


def _boxes_end(data: bytes) -> bool:
    """The boxes of HEIF and AVIF lie one after the other, the last one ends with the file or before foreign bytes."""
    place, seen = 0, set()
    for _ in range(MAX_PARTS):
        size, name = int.from_bytes(data[place : place + 4], "big"), data[place + 4 : place + 8]
        if size == 1:
            size = int.from_bytes(data[place + 8 : place + 16], "big")
        if size == 0 and len(name) == 4:
            return True  # to the end of the file
        if size < 8 or not name.isalnum():
            break
        if place + size > len(data):
            return False
        seen.add(name)
        place += size
    return b"meta" in seen or b"moov" in seen


def png_chunks(data: bytes) -> Iterator[tuple[bytes, slice]]:
    """(name, where the whole chunk lies) of a PNG, up to IEND or to the first chunk that is cut off."""
    place = len(SIGNATURE)
    for _ in range(MAX_PARTS):
        end = place + 12 + int.from_bytes(data[place : place + 4], "big")
        name = data[place + 4 : place + 8]
        if end > len(data) or len(name) < 4:
            return
        yield name, slice(place, end)
        if name == b"IEND":
            return
        place = end


def png_without_pixels(data: bytes) -> bytes:
    """The same PNG with an empty IDAT after all other chunks: so metadata that follows the pixels are read as well."""
    parts = [data[where] for name, where in png_chunks(data) if name not in (b"IDAT", b"fdAT", b"acTL", b"IEND")]
    return b"".join([SIGNATURE, *parts, b"\0\0\0\0IDAT\x35\xaf\x06\x1e", b"\0\0\0\0IEND\xae\x42\x60\x82"])


def webp_header(data: bytes) -> tuple[int, int, bytes]:
    """(width, height, EXIF or nothing) of a WebP. Raises ValueError when there is no header.

    By hand, because Pillow's decoder reserves eight bytes a pixel as soon as it is opened.
    """
    head = data[20:30]
    kind = data[12:16]
    if kind == b"VP8X" and len(head) == 10:
        sides = (int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:10], "little") + 1)
    elif kind == b"VP8 " and head[3:6] == b"\x9d\x01\x2a" and len(head) == 10:
        sides = (int.from_bytes(head[6:8], "little") & 0x3FFF, int.from_bytes(head[8:10], "little") & 0x3FFF)
    elif kind == b"VP8L" and head[:1] == b"\x2f":
        bits = int.from_bytes(head[1:5], "little")
        sides = ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    else:
        raise ValueError(f"no WebP header but {kind!r}")
    return (*sides, _webp_exif(data))


def _webp_exif(data: bytes) -> bytes:
    place = 12
    for _ in range(MAX_PARTS):
        size = int.from_bytes(data[place + 4 : place + 8], "little")
        if data[place : place + 4] == b"EXIF":
            return data[place + 8 : place + 8 + size]
        place += 8 + size + size % 2
        if place >= len(data):
            break
    return b""
