"""Where photos lie: a folder or a bucket, found by an unguessable key. The original is kept apart and never served."""

import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from flask import Flask, current_app

from app.bucket import Bucket

SIZES = ("display", "thumb")
ORIGINAL = "original"


class Media(Protocol):
    """A store of bytes by key and variant."""

    def save(self, key: str, variant: str, data: bytes) -> None: ...

    def load(self, key: str, variant: str) -> bytes: ...

    def remove(self, key: str, variant: str) -> None: ...

    def probe(self) -> None: ...


class Folder:
    """Files below one folder, spread over 256 sub-folders by the first letters of the key."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, key: str, variant: str) -> Path:
        return self.root / key[:2] / f"{key}.{variant}"

    def save(self, key: str, variant: str, data: bytes) -> None:
        """Returns when the bytes are on the disk under their name, also if the power fails in the next moment."""
        away(write_safely, self.path(key, variant), data)

    def load(self, key: str, variant: str) -> bytes:
        """Raises FileNotFoundError."""
        return self.path(key, variant).read_bytes()

    def remove(self, key: str, variant: str) -> None:
        """Nothing happens where there is none."""
        self.path(key, variant).unlink(missing_ok=True)

    def probe(self) -> None:
        """Writes and takes away a file. Raises OSError."""
        self.root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self.root) as file:
            file.write(b"probe")


def write_safely(path: Path, data: bytes) -> None:
    """A new file beside it, written through to the disk, takes the name; then the folder is written through."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def away(work: Callable[..., Any], *words: Any) -> Any:
    """Does what waits for the disk: under gevent in a real thread, while other requests are answered."""
    from gevent.monkey import is_module_patched

    if not is_module_patched("socket"):
        return work(*words)
    from gevent import get_hub

    return get_hub().threadpool.apply(work, words)


def init_media(app: Flask) -> None:
    url = app.extensions["settings"].media_url
    app.extensions["media"] = Bucket(url) if url.startswith("s3://") else Folder(Path(url))


def media() -> Media:
    """The store of the current application."""
    store: Media = current_app.extensions["media"]
    return store


def new_key() -> str:
    """A key that cannot be guessed; letters that are safe in a file name and in an address."""
    return secrets.token_hex(16)


def variant(size: str, edition: int) -> str:
    """The name of a copy: each edition has files of its own, so that an older one is never shown by mistake."""
    return f"{size}-{edition}" if edition else size
