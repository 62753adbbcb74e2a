"""Where photos lie: a folder, files found by an unguessable key. The original is kept apart and never served."""

import secrets
from pathlib import Path
from typing import Protocol

from flask import Flask, current_app

SIZES = ("display", "thumb")
ORIGINAL = "original"


class Media(Protocol):
    """A store of bytes by key and variant."""

    def save(self, key: str, variant: str, data: bytes) -> None: ...

    def load(self, key: str, variant: str) -> bytes: ...


class Folder:
    """Files below one folder, spread over 256 sub-folders by the first letters of the key."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, key: str, variant: str) -> Path:
        return self.root / key[:2] / f"{key}.{variant}"

    def save(self, key: str, variant: str, data: bytes) -> None:
        path = self.path(key, variant)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def load(self, key: str, variant: str) -> bytes:
        return self.path(key, variant).read_bytes()


def init_media(app: Flask) -> None:
    app.extensions["media"] = Folder(Path(app.extensions["settings"].media_url))


def media() -> Media:
    """The store of the current application."""
    store: Media = current_app.extensions["media"]
    return store


def new_key() -> str:
    """A key that cannot be guessed; letters that are safe in a file name and in an address."""
    return secrets.token_hex(16)
