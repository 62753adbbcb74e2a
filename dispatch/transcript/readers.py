"""One door for transcripts of any shape, recognised by content, never by the file's name."""

import re
from dataclasses import replace
from typing import Any

from dispatch.transcript.captions import is_captions, read_captions
from dispatch.transcript.decoding import decode
from dispatch.transcript.plain import read_plain
from dispatch.transcript.records import read_json, turns_of
from dispatch.transcript.speakers import count_chinese, with_roles
from dispatch.transcript.turns import TranscriptError, Turn

LONGEST = 200_000  # characters: a call of ten hours
JSON_START = re.compile(r"\s*(?:\{|\[\s*(?:[{\[\"]|\]))")
MARKUP_START = re.compile(r"\s*<(?:\?xml|!doctype|html)", re.I)
LEAST_CHINESE = 2
NOT_KEPT = re.compile("[\x00\ud800-\udfff]")


def read_transcript(data: bytes, name: str = "") -> list[Turn]:
    """The turns of a transcript file, at least one; raises TranscriptError. `name` is not trusted with anything."""
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > LONGEST:
        raise TranscriptError("too_long", limit=LONGEST)
    if MARKUP_START.match(text):
        raise TranscriptError("markup")
    return usable(_reader(text)(text))


def turns_from_json(turns: list[dict[str, Any]]) -> list[Turn]:
    """The turns of an API body, [{speaker, text, start, end}], times in seconds; raises TranscriptError."""
    if not isinstance(turns, list) or not turns:
        raise TranscriptError("no_turns")
    made = turns_of(turns)
    if sum(len(turn.text) for turn in made) > LONGEST:
        raise TranscriptError("too_long", limit=LONGEST)
    return usable(made)


def usable(turns: list[Turn]) -> list[Turn]:
    """The turns with roles, if there is Chinese speech in them."""
    if not turns:
        raise TranscriptError("no_speech")
    if count_chinese(turn.text for turn in turns) < LEAST_CHINESE:
        raise TranscriptError("no_chinese")
    return with_roles([replace(turn, text=kept(turn.text), label=turn.label and kept(turn.label)) for turn in turns])


def kept(text: str) -> str:
    """Without NUL and half surrogates, which JSON can name and no database keeps."""
    return NOT_KEPT.sub("", text)


def _reader(text: str) -> Any:
    if JSON_START.match(text):
        return read_json
    return read_captions if is_captions(text) else read_plain
