"""Transcripts as JSON, or as one JSON value a line: recordings of recognisers, turns of our API, lists of lines."""

import json
from typing import Any

from dispatch.transcript.plain import read_plain
from dispatch.transcript.speakers import role_of
from dispatch.transcript.turns import Talk, TranscriptError, Turn
from dispatch.transcript.utterances import TEXT, Said, first, said_in
from dispatch.transcript.vendors import WRAPPERS, opened, recordings_in

ASK = "ask_recording"


def read_json(text: str) -> list[Talk]:
    """The talks of a JSON text, usually one; raises TranscriptError when it is broken or holds no utterances."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = by_line(text)
    if isinstance(data, list) and data and all(isinstance(item, str) for item in data):
        return [Talk(read_plain("\n".join(data)))]
    recordings = recordings_in(data)
    if recordings and any(recordings):
        return [talk_of(said) for said in recordings if said]
    words = whole_text(data)
    if words:
        return [Talk(read_plain(words))]
    raise TranscriptError("no_turns" if recordings is None or asks_for_turns(data) else "no_speech")


def turns_of(items: list[Any]) -> list[Turn]:
    """One turn for each item of an API body, times in seconds. Raises TranscriptError for one without text."""
    return talk_of(said_in(items, 1.0, None, strict=True)).turns


def by_line(text: str) -> list[Any]:
    """JSON lines: one value in each."""
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        raise TranscriptError("broken_json") from None


def talk_of(said: list[Said]) -> Talk:
    """Without what the recogniser itself takes for silence; its sentences there are inventions, and a doubt."""
    spoken = [one for one in said if one.text and not one.silent]
    turns = [Turn(role_of(one.label), one.text, one.start, one.end, one.label) for one in spoken]
    return Talk(turns, (ASK,) if any(one.silent and one.text for one in said) else ())


def whole_text(data: Any) -> str | None:
    """The text of a result that has nothing but one text."""
    for value in opened(data):
        text = first(value, (*TEXT, *WRAPPERS), str) if isinstance(value, dict) else None
        if text and text.strip() and text.lstrip()[:1] not in ("{", "["):
            return str(text)
    return None


def asks_for_turns(data: Any) -> bool:
    return data == [] or (isinstance(data, dict) and data.get("turns") == [])
