"""One door for transcripts of any shape, recognised by content, never by the file's name."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dispatch.transcript.captions import is_captions, read_captions
from dispatch.transcript.decoding import decode
from dispatch.transcript.hallucination import without_phantoms
from dispatch.transcript.language import is_chinese
from dispatch.transcript.peculiar import TENCENT_LINE, tencent_lines
from dispatch.transcript.plain import by_sentence, read_plain
from dispatch.transcript.records import read_json, talk_of, turns_of
from dispatch.transcript.speakers import with_roles
from dispatch.transcript.turns import Talk, TranscriptError, Turn
from dispatch.transcript.words import narrow
from dispatch.transcript.writing import read_as

LONGEST = 200_000  # characters that are spoken: a call of ten hours
LONGEST_JSON = 40 * LONGEST  # characters: recognisers write times, tokens and scores around each word
JSON_START = re.compile(r"\s*(?:\{|\[\s*(?:[{\[\"]|\]))")
MARKUP_START = re.compile(r"\s*<(?:\?xml|!doctype|html)", re.I)
NOT_KEPT = re.compile("[\x00\ud800-\udfff]")


def read_transcript(data: bytes, name: str = "") -> list[Turn]:
    """The turns of a transcript file, at least one; raises TranscriptError. `name` is not trusted with anything.

    A file with several calls gives the turns of all of them; `calls.calls_in` keeps them apart.
    """
    return [turn for talk in talks_in(decode(data)) for turn in usable(talk).turns]


def turns_from_json(turns: list[dict[str, Any]]) -> list[Turn]:
    """The turns of an API body, [{speaker, text, start, end}], times in seconds; raises TranscriptError."""
    return talk_from_json(turns).turns


def talk_from_json(turns: list[dict[str, Any]]) -> Talk:
    """The same, with what is doubtful about them."""
    if not isinstance(turns, list) or not turns:
        raise TranscriptError("no_turns")
    return usable(Talk(turns_of(turns)))


def talks_in(text: str) -> list[Talk]:
    """The talks of a decoded file as they stand there, before it is judged whether they are usable."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if JSON_START.match(text):
        return read_json(within(text, LONGEST_JSON))
    if MARKUP_START.match(text):
        raise TranscriptError("markup")
    text = narrow(within(text, LONGEST))
    return [Talk(_reader(text)(text))]


def usable(talk: Talk) -> Talk:
    """The talk with roles and without phantoms, if Chinese speech remains in it; raises TranscriptError."""
    turns = [one for one in map(cleaned, talk.turns) if one.text]
    if not turns:
        raise TranscriptError("hallucinated" if talk.doubts else "no_speech")
    if sum(len(turn.text) for turn in turns) > LONGEST:
        raise TranscriptError("too_long", limit=LONGEST)
    real = without_phantoms(Talk(turns, talk.doubts))
    if not real.turns:
        raise TranscriptError("hallucinated" if real.doubts else "no_speech")
    if not is_chinese([turn.text for turn in real.turns]):
        raise TranscriptError("no_chinese")
    said = by_sentence(real.turns)
    roles = with_roles(read_as(said))
    return Talk([replace(turn, speaker=one.speaker) for turn, one in zip(said, roles, strict=True)], real.doubts)


def cleaned(turn: Turn) -> Turn:
    """Without NUL and half surrogates, which JSON can name and no database keeps."""
    if not NOT_KEPT.search(turn.text) and not (turn.label and NOT_KEPT.search(turn.label)):
        return turn
    label = turn.label and NOT_KEPT.sub("", turn.label)
    return replace(turn, text=NOT_KEPT.sub("", turn.text).strip(), label=label)


def within(text: str, limit: int) -> str:
    if len(text) > limit:
        raise TranscriptError("too_long", limit=limit)
    return text


def _reader(text: str) -> Callable[[str], list[Turn]]:
    if TENCENT_LINE.match(text.lstrip()):
        return lambda lines: talk_of(tencent_lines(lines)).turns
    return read_captions if is_captions(text) else read_plain
