"""What a file of an upload holds: one call or several, each with its turns or with the reason why it has none."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dispatch.transcript import TranscriptError, Turn, read_transcript


@dataclass(frozen=True)
class Call:
    """One call: `fields` is what its file says beside the words (caller_phone, lon, lat, …)."""

    source: str
    data: bytes = b""
    turns: list[Turn] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    error: TranscriptError | None = None

    @property
    def digest(self) -> str:
        """The same for the same call, whatever file it comes in; what stands beside its words counts."""
        beside = json.dumps(self.fields, sort_keys=True, ensure_ascii=False).encode() if self.fields else b""
        return hashlib.sha256(self.data + beside).hexdigest()


def calls_of(data: bytes, name: str) -> Iterator[Call]:
    """The calls of a file, one after the other. Never raises for what the file contains."""
    try:
        yield Call(name, data, read_transcript(data, name))
    except TranscriptError as error:
        yield Call(name, data, error=error)
