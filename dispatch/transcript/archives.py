"""Members of a ZIP, one after the other, none of them trusted: not their names, not their sizes."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from dispatch.transcript.turns import TranscriptError

START = (b"PK\x03\x04", b"PK\x05\x06")
MOST_MEMBERS = 50_000
LARGEST_MEMBER = 30_000_000  # bytes
UNPACKED = 500_000_000  # bytes of all members
RATIO, RATIO_FROM = 200, 1_000_000  # a member larger than this that was packed to less than a 200th is a bomb
NOT_CALLS = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
OFFICE = {"xl/workbook.xml": "xlsx", "word/document.xml": "office", "ppt/presentation.xml": "office"}
OFFICE |= {"content.xml": "office"}
# What zipfile raises for damaged bytes, each part of it in its own way.
DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError, RuntimeError, IndexError)
DRIVE = re.compile("[A-Za-z]:")


class Member(NamedTuple):
    """A file of an archive: its bytes, or the error that says why they cannot be had."""

    name: str
    data: bytes = b""
    error: TranscriptError | None = None


def kind_of(data: bytes) -> str:
    """xlsx, office (a document that is no table), or zip. Raises TranscriptError when it cannot be opened."""
    with _opened(data) as archive:
        names = set(archive.namelist())
    return next((kind for name, kind in OFFICE.items() if name in names), "zip")


def members(data: bytes) -> Iterator[Member]:
    """The files of an archive in its order. Raises TranscriptError when it is broken, empty or holds too many."""
    with _opened(data) as archive:
        infos = [info for info in archive.infolist() if not _skipped(info)]
        if not infos:
            raise TranscriptError("archive_empty")
        if len(infos) > MOST_MEMBERS:
            raise TranscriptError("archive_members", limit=MOST_MEMBERS)
        left = UNPACKED
        for info in infos:
            member = _read(archive, info, left)
            left -= len(member.data)
            yield member


def _opened(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except DAMAGE as problem:
        raise TranscriptError("archive_broken") from problem


def _skipped(info: zipfile.ZipInfo) -> bool:
    parts = info.filename.split("/")
    return info.filename.endswith("/") or parts[0] in NOT_CALLS or parts[-1] in NOT_CALLS or parts[-1].startswith("._")


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int) -> Member:
    name = _name(info)
    if code := _refusal(info, name, left):
        return Member(_last(name), error=TranscriptError(code))
    limit = min(LARGEST_MEMBER, left)
    try:
        with archive.open(info) as file:
            data = file.read(limit + 1)
    except DAMAGE:
        return Member(name, error=TranscriptError("archive_broken"))
    if len(data) > limit:  # the header told a smaller size
        return Member(name, error=TranscriptError("unpacked_too_large"))
    return Member(name, data)


def _refusal(info: zipfile.ZipInfo, name: str, left: int) -> str | None:
    """Why a member is not even opened."""
    if info.flag_bits & 0x1:
        return "archive_encrypted"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "archive_method"
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or DRIVE.match(name):
        return "archive_name"
    swollen = info.file_size > RATIO_FROM and info.file_size > RATIO * max(info.compress_size, 1)
    return "unpacked_too_large" if swollen or info.file_size > min(LARGEST_MEMBER, left) else None


def _name(info: zipfile.ZipInfo) -> str:
    """The name in Chinese: packers on Windows write GBK and do not say so."""
    name = info.filename.replace("\\", "/")
    if info.flag_bits & 0x800 or name.isascii():
        return name
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


def _last(name: str) -> str:
    return name.rstrip("/").rsplit("/", 1)[-1] or "?"
