"""Uploads of batches on disk: one file per upload, safe before anybody is told so, gone when its calls are known."""

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any, NamedTuple

from flask import current_app

from app.media import new_key

PIECE = 1 << 20


class Upload(NamedTuple):
    """What was stored: its key, a digest of names, contents and fields, and (name, start, size) of each file."""

    key: str
    digest: str
    files: list[tuple[str, int, int]]


def store(files: Iterable[tuple[str, IO[bytes]]], fields: dict[str, Any]) -> Upload:
    """Copies the files one after the other into one; when it returns they survive a loss of power."""
    key, digest = new_key(), hashlib.sha256(json.dumps(fields, sort_keys=True).encode())
    folder().mkdir(parents=True, exist_ok=True)
    places, start = [], 0
    with open(path_of(key), "xb") as kept:
        for name, source in files:
            digest.update(f"\n{name}\n".encode(errors="replace"))
            while piece := source.read(PIECE):
                digest.update(piece)
                kept.write(piece)
            places.append((name, start, kept.tell() - start))
            start = kept.tell()
        kept.flush()
        os.fsync(kept.fileno())
    sync_folder()
    return Upload(key, digest.hexdigest(), places)


def read(key: str, start: int, size: int) -> bytes:
    """The bytes of one file of an upload. OSError when they are gone."""
    with open(path_of(key), "rb") as kept:
        kept.seek(start)
        return kept.read(size)


def forget(key: str) -> None:
    path_of(key).unlink(missing_ok=True)


def folder() -> Path:
    """Beside the photos; in the instance's folder where those lie in object storage."""
    settings = current_app.extensions["settings"]
    return Path(settings.instance if "://" in settings.media_url else settings.media_url) / "batches"


def path_of(key: str) -> Path:
    return folder() / f"{key}.upload"


def sync_folder() -> None:
    """The name of a new file is safe only when its folder is."""
    handle = os.open(folder(), os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
