"""What every reader of transcripts gives: turns of a talk, calls of a file, or one clear reason why there are none."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dispatch.errors import DispatchError


@dataclass(frozen=True)
class Turn:
    """One utterance. `speaker`: agent, citizen or unknown; `start`, `end` in seconds from the beginning of the
    recording, None where not given; `label`: the speaker as the source called them."""

    speaker: str
    text: str
    start: float | None = None
    end: float | None = None
    label: str | None = None


class TranscriptError(DispatchError):
    """Nothing to read: `code` says why, `params` have the number of a bad turn or the limit that was passed."""


class Talk(NamedTuple):
    """The turns of one recording. `doubts`: codes of questions that must be settled before a ticket is filed."""

    turns: list[Turn]
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Call:
    """One call of a file: its turns, or the error that says why it has none.

    `source`: where it came from, ending with the file's name ("calls.zip/inner.txt", "#2 calls.csv"); `row`: its
    number in a table, counted from 1 without the header; `data`: the words it was read from; `fields`: what a table
    says beside them, under the names of the API (caller_phone, called_at, lon, lat, datum, accuracy, address,
    caller_name, call_id); `doubts`: see Talk.
    """

    source: str
    data: bytes = b""
    turns: list[Turn] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    error: TranscriptError | None = None
    row: int | None = None

    @property
    def digest(self) -> str:
        """The same for the same call, whatever file it comes in: a row counts with what stands beside its words."""
        beside = json.dumps(self.fields, sort_keys=True, ensure_ascii=False).encode() if self.fields else b""
        return hashlib.sha256(self.data + beside).hexdigest()
