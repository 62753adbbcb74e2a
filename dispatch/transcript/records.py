"""Transcripts as JSON: turns of our API, and what recognisers write, by one table of shapes."""

import json
import math
from typing import Any, NamedTuple

from dispatch.transcript.plain import read_plain
from dispatch.transcript.speakers import ROLES, role_of
from dispatch.transcript.turns import TranscriptError, Turn


class Shape(NamedTuple):
    """Where the utterances lie (keys from the root) and how long their unit of time is, in seconds."""

    path: tuple[str, ...]
    unit: float


SHAPES = (
    Shape(("turns",), 1.0),  # our API
    Shape(("segments",), 1.0),  # Whisper and its kin
    Shape(("sentence_info",), 0.001),  # FunASR
    Shape(("Result", "Sentences"), 0.001),  # Aliyun, file transcription
    Shape(("Sentences",), 0.001),
    Shape(("sentences",), 0.001),
    Shape(("ResultDetail",), 0.001),  # Tencent, recognition task
    Shape(("Data", "ResultDetail"), 0.001),
    Shape(("Response", "Data", "ResultDetail"), 0.001),
    Shape(("utterances",), 0.001),
    Shape(("result", "utterances"), 0.001),
    Shape(("dialogue",), 1.0),
    Shape(("messages",), 1.0),
    Shape(("data",), 1.0),
)
TEXT = ("text", "Text", "FinalSentence", "sentence", "content", "utterance", "transcript", "内容", "文本")
SPEAKER = (
    "speaker",
    "role",
    "spk",
    "SpeakerId",
    "speaker_id",
    "ChannelId",
    "channel_id",
    "channel",
    "name",
    "说话人",
    "角色",
)
START = ("start", "StartMs", "BeginTime", "begin_time", "start_time", "begin")
END = ("end", "EndMs", "EndTime", "end_time")


def read_json(text: str) -> list[Turn]:
    """Turns of a JSON text; raises TranscriptError when it is broken or holds no utterances."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = _lines(text)
    found = _utterances(data)
    if not found:
        raise TranscriptError("no_turns")
    return found


def turns_of(items: list[Any], unit: float = 1.0) -> list[Turn]:
    """One turn for each item; `unit`: seconds per unit of its times. Raises TranscriptError for one without text."""
    turns = []
    for number, item in enumerate(items, 1):
        turn = _turn(item, unit) if isinstance(item, dict) else None
        if turn is None:
            raise TranscriptError("bad_turn", number=number)
        turns.append(turn)
    return [turn for turn in turns if turn.text]


def _lines(text: str) -> list[Any]:
    """JSON lines: one object in each."""
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        raise TranscriptError("broken_json") from None


def _utterances(data: Any) -> list[Turn]:
    if isinstance(data, list):
        if data and all(isinstance(item, str) for item in data):
            return read_plain("\n".join(data))
        wrapped = _by_shape(data[0]) if len(data) == 1 and isinstance(data[0], dict) else []
        return wrapped or turns_of(data)
    if not isinstance(data, dict):
        return []
    text = _first(data, TEXT)
    return _by_shape(data) or (read_plain(text) if isinstance(text, str) else [])


def _by_shape(data: dict[str, Any]) -> list[Turn]:
    for shape in SHAPES:
        items = _at(data, shape.path)
        if isinstance(items, list) and items:
            return turns_of(items, shape.unit)
    return []


def _at(data: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _turn(item: dict[str, Any], unit: float) -> Turn | None:
    text = _first(item, TEXT)
    if isinstance(text, str):
        label = _first(item, SPEAKER)
        label = None if label is None else str(label)
        return Turn(role_of(label), text.strip(), _time(item, START, unit), _time(item, END, unit), label)
    if len(item) == 1:  # {"citizen": "…"}
        ((label, text),) = item.items()
        if str(label).lower() in ROLES and isinstance(text, str):
            return Turn(role_of(label), text.strip(), None, None, label)
    return None


def _first(item: dict[str, Any], keys: tuple[str, ...]) -> Any:
    return next((item[key] for key in keys if item.get(key) is not None), None)


def _time(item: dict[str, Any], keys: tuple[str, ...], unit: float) -> float | None:
    value = _first(item, keys)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return round(value * unit, 3)
