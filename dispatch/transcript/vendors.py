"""What recognisers write, as one table of shapes: where the utterances lie, and how an utterance is read."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from dispatch.transcript.peculiar import lattice_of, streamed, tencent_lines
from dispatch.transcript.utterances import MS, Said, bounded, in_order, said_in, unquoted

DEEPEST = 5  # wrappers around the utterances, JSON in strings included
WRAPPERS = (
    *("Response", "response", "Data", "data", "content", "body", "payload", "output", "orderResult", "Result"),
    *("result", "results", "Transcription", "transcription", "session", "call"),
)
STREAM_MODES = ("offline", "online", "2pass", "2pass-online", "2pass-offline")


class Shape(NamedTuple):
    """`path`: keys from the root, or from within WRAPPERS, to the list; a list on the way is gone through.

    `unit`: seconds per unit of its plain times (None: told by the pace of speech; a time whose name says its unit
    counts by that name); `read`: one item of the list as utterances.
    """

    vendor: str
    path: tuple[str, ...]
    unit: float | None
    read: Callable[..., list[Said]] = said_in


SHAPES = (
    Shape("this API", ("turns",), 1.0),
    Shape("Whisper, faster-whisper, whisper-timestamped, WhisperX; Huawei", ("segments",), 1.0),
    Shape("whisper.cpp", ("transcription",), 1.0),
    Shape("Whisper in Transformers", ("chunks",), 1.0),
    Shape("FunASR, sentences with speakers", ("sentence_info",), MS),
    Shape("FunASR, WebSocket", ("stamp_sents",), MS),
    Shape("Aliyun, file transcription", ("Sentences",), MS),
    Shape("Aliyun, Tingwu", ("Paragraphs",), MS),
    Shape("Aliyun, Tingwu", ("paragraphs",), MS),
    Shape("Aliyun, Model Studio: one transcript for each channel", ("transcripts", "sentences"), MS),
    Shape("FunASR in ModelScope, TeleAI", ("sentences",), MS),
    Shape("Tencent, recognition task", ("ResultDetail",), MS),
    Shape("Tencent, call back", ("resultDetail",), MS),
    Shape("Tencent, recognition task", ("Result",), 1.0, tencent_lines),
    Shape("Tencent, flash recognition: one result for each channel", ("flash_result", "sentence_list"), MS),
    Shape("iFlytek, smoothed", ("lattice",), MS, lattice_of),
    Shape("iFlytek, as spoken", ("lattice2",), MS, lattice_of),
    Shape("Volcengine; AssemblyAI", ("utterances",), MS),
    Shape("lists of messages", ("dialogue",), None),
    Shape("lists of messages", ("dialog",), None),
    Shape("lists of messages", ("messages",), None),
    Shape("lists of messages", ("conversation",), None),
)


def recordings_in(data: Any) -> list[list[Said]] | None:
    """The utterances of each recording in a JSON value; None where nothing is known that holds any."""
    for value in opened(data):
        if isinstance(value, dict):
            found = by_shape(value)
            if found is not None:
                return [found]
        elif isinstance(value, list) and (several := in_list(value)) is not None:
            return several
    return None


def opened(data: Any) -> Iterator[Any]:
    """The value itself, then what its wrappers hold, nearest first; JSON inside a string is read."""
    layer = [unquoted(data)]
    for _ in range(DEEPEST):
        yield from layer
        inner = [value[key] for value in layer if isinstance(value, dict) for key in WRAPPERS if value.get(key)]
        layer = [value for value in map(unquoted, inner) if isinstance(value, dict | list)]


def by_shape(value: dict[str, Any]) -> list[Said] | None:
    """The utterances of the first shape that fits, none for silence; None where no shape fits."""
    if value.get("mode") in STREAM_MODES:
        return streamed([value])
    fitting = (along(value, shape, None) for shape in SHAPES if shape.path[0] in value)
    silence = None
    for found in fitting:
        if found:
            return in_order(found)
        silence = silence if found is None else found
    return silence


def along(value: dict[str, Any], shape: Shape, label: str | None) -> list[Said] | None:
    """Every item at the end of the shape's path; a channel named on the way is the label of what lies below."""
    key, rest = shape.path[0], shape.path[1:]
    items = unquoted(value.get(key))
    if shape.read is tencent_lines:
        return tencent_lines(items) or None if isinstance(items, str) else None
    if not isinstance(items, list):
        return None
    if not rest:
        return shape.read(items, shape.unit, label, strict=key == "turns")
    below = [(item, channel_of(item)) for item in items if isinstance(item, dict)]
    parts = [along(item, shape._replace(path=rest), channel) for item, channel in below]
    found = [part for part in parts if part is not None]
    return [said for part in found for said in part] if found else None


def channel_of(item: dict[str, Any]) -> str | None:
    channel = item.get("channel_id", item.get("channel"))
    return str(channel) if isinstance(channel, int | str) else None


def in_list(items: list[Any]) -> list[list[Said]] | None:
    """A list is one talk, or several recordings, or the messages of a stream. Raises TranscriptError."""
    bounded(items)
    dicts = [item for item in items if isinstance(item, dict)]
    if dicts and all(item.get("mode") in STREAM_MODES for item in dicts):
        return [streamed(dicts)]
    lists = [unquoted(item) for item in items]
    if items and all(isinstance(item, list) for item in lists):
        return [said_in(item, None, None) for item in lists if item]
    shaped = [by_shape(item) for item in dicts]
    if any(found is not None for found in shaped):
        return [found for found in shaped if found is not None]
    if len(dicts) > 1 and len({str(item["key"]) for item in dicts if "key" in item and "text" in item}) == len(dicts):
        return [said_in([item], MS, None) for item in dicts]  # FunASR, a list of files without speakers
    return [said_in(items, None, None, strict=True)] if dicts else None
