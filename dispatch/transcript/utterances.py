"""One utterance of a recogniser's JSON, under whatever names its text, speaker, times and words have."""

import json
import math
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from dispatch.transcript.plain import seconds
from dispatch.transcript.speakers import ROLES
from dispatch.transcript.turns import TranscriptError
from dispatch.transcript.words import glued, tidy


class Said(NamedTuple):
    """An utterance; times in seconds; `silent`: the recogniser itself believes that nobody spoke."""

    label: str | None
    text: str
    start: float | None = None
    end: float | None = None
    silent: bool = False


MS = 0.001
TEXT = (
    *("text", "Text", "FinalSentence", "sentence", "content", "utterance", "transcript", "onebest", "texts"),
    *("message", "msg", "内容", "文本", "通话内容", "转写"),
)
SPEAKER = (
    *("speaker", "role", "spk", "SpeakerId", "speaker_id", "speakerId", "Speaker", "说话人", "角色", "ChannelId"),
    *("channel_id", "channelId", "channel", "name", "sender", "from"),
)
WORDS = ("words", "Words", "word_info", "wordList")
WORD = ("word", "Word", "text", "Text", "w", "content")
# Names of begin and end; seconds per unit where the name belongs to one vendor, None where the shape says it.
TIMES: tuple[tuple[str, str, float | None], ...] = (
    ("start", "end", None),
    ("StartMs", "EndMs", MS),
    ("BeginTime", "EndTime", MS),
    ("begin_time", "end_time", MS),
    ("start_time", "end_time", MS),
    ("startTime", "endTime", MS),
    ("start_ms", "end_ms", MS),
    ("bg", "ed", MS),
    ("Start", "End", MS),
    ("begin", "end", None),
)
PAIRS = ("timestamp", "ts_list", "timestamps")  # [begin, end], or a list of such for each character
LONGEST_S = 10 * 24 * 3600.0  # a later time is a date, not a place in a recording
MOST_UTTERANCES = 20_000  # ten hours of talk, at two seconds each
MS_PACE = 20  # units a character and more: milliseconds (some 200); in seconds speech takes about a quarter
# Whisper's own rule for silence: no_speech_prob above 0.6 and avg_logprob below -1 (its default thresholds).
NO_SPEECH, LOW_LOGPROB = 0.6, -1.0
SHORT_RUN = 2  # characters between words of another speaker: a slip of the diarisation, not a turn

RawTime = tuple[float | None, float | None, float | None]  # begin, end, seconds per unit or None


def said_in(items: list[Any], unit: float | None, label: str | None, strict: bool = False) -> list[Said]:
    """The utterances of a list, in the order in which they were said. Raises TranscriptError for one without text
    where that is an error of the caller (`strict`)."""
    found: list[tuple[Said, RawTime]] = []
    for number, item in enumerate(bounded(items), 1):
        pieces = pieces_of(item, label) if isinstance(item, dict) else None
        if pieces is None and strict:
            raise TranscriptError("bad_turn", number=number)
        found += pieces or []
    pace = unit or paced(found)
    return in_order(
        [said._replace(start=timed(raw[0], raw[2] or pace), end=timed(raw[1], raw[2] or pace)) for said, raw in found]
    )


def bounded(items: list[Any]) -> list[Any]:
    """The items, unless there are more than anybody says in a call."""
    if len(items) > MOST_UTTERANCES:
        raise TranscriptError("too_long", limit=MOST_UTTERANCES)
    return items


def pieces_of(item: dict[str, Any], label: str | None) -> list[tuple[Said, RawTime]] | None:
    """One utterance, or one for each run of words of another speaker; None for an item that has no text at all."""
    words = [word for word in first(item, WORDS, list) or [] if isinstance(word, dict)]
    runs = runs_of(words)
    if len(runs) > 1:
        return [(Said(name, text_of_words(run), silent=silent(item)), time_of_words(run)) for name, run in runs]
    text = text_of(item, words)
    if text is None:
        return by_role(item)
    who = speaker_of(item) or (runs[0][0] if runs else None) or label
    time = time_of(item)
    return [(Said(who, tidy(text), silent=silent(item)), time if time[0] is not None else time_of_words(words))]


def text_of(item: dict[str, Any], words: list[dict[str, Any]]) -> str | None:
    text = first(item, TEXT, str)
    if text:
        return str(text)
    if isinstance(item.get("text_seg"), str):  # FunASR: spaced characters, and the mark that follows them
        return glued([*item["text_seg"].split(), str(item.get("punc") or "")])
    inner = item.get("result")  # Huawei
    if isinstance(inner, dict) and isinstance(inner.get("text"), str):
        return str(inner["text"])
    return text_of_words(words) if words else text


def by_role(item: dict[str, Any]) -> list[tuple[Said, RawTime]] | None:
    """{"citizen": "…"}, {"hot-line": "…"}, or both in one: the key says who speaks."""
    named = [(str(key), value) for key, value in item.items() if str(key).strip().lower() in ROLES]
    said = [(Said(key, value.strip()), time_of(item)) for key, value in named if isinstance(value, str)]
    return said or None


def speaker_of(item: dict[str, Any]) -> str | None:
    value = first(item, SPEAKER, (str, int, float))
    if value is None and isinstance(item.get("additions"), dict):  # Volcengine
        value = first(item["additions"], SPEAKER, (str, int, float))
    return None if value is None else str(value).strip()[:60] or None


def first(item: dict[str, Any], keys: Iterable[str], kind: type | tuple[type, ...]) -> Any:
    """The first value of the kind under one of the keys; an empty one only where there is no other."""
    empty = None
    for key in keys:
        if key in item and isinstance(value := item[key], kind) and not isinstance(value, bool):
            if value != "":
                return value
            empty = value
    return empty


def silent(item: dict[str, Any]) -> bool:
    speech, sure = item.get("no_speech_prob"), item.get("avg_logprob")
    return isinstance(speech, float) and isinstance(sure, float) and speech > NO_SPEECH and sure < LOW_LOGPROB


def runs_of(words: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """(speaker, words) in turn; a word without a speaker, and a slip between two words of one, go with those before."""
    runs: list[tuple[str, list[dict[str, Any]]]] = []
    for word in words:
        who = first(word, ("speaker", "SpeakerId", "speaker_id", "spk"), (str, int))
        if runs and (who is None or str(who) == runs[-1][0]):
            runs[-1][1].append(word)
        elif len(runs) > 1 and str(who) == runs[-2][0] and len(text_of_words(runs[-1][1])) < SHORT_RUN:
            slip = runs.pop()
            runs[-1][1].extend([*slip[1], word])
        elif who is not None:
            runs.append((str(who), [word]))
    return runs


def text_of_words(words: list[dict[str, Any]]) -> str:
    marked = [str(first(word, WORD, str) or "") + str(word.get("punctuation") or "") for word in words]
    return glued(marked)


def time_of_words(words: list[dict[str, Any]]) -> RawTime:
    """From the first word that has a time to the last."""
    begun = next((time for time in map(time_of, words) if time[0] is not None), None)
    ended = next((time for time in map(time_of, reversed(words)) if time[0] is not None), None)
    return (begun[0], ended[1], begun[2]) if begun and ended else (None, None, None)


def time_of(item: dict[str, Any]) -> RawTime:
    for begin, end, unit in TIMES:
        if item.get(begin) is not None:
            return measured(item[begin], item.get(end), unit)
    if isinstance(offsets := item.get("offsets"), dict):  # whisper.cpp
        return measured(offsets.get("from"), offsets.get("to"), MS)
    for key in PAIRS:
        if pair := ends_of(item.get(key)):
            return measured(*pair, None)
    return None, None, None


def ends_of(value: Any) -> tuple[Any, Any] | None:
    """Begin and end of [begin, end] or of a list of such, also as a string."""
    value = unquoted(value)
    if not isinstance(value, list) or not value:
        return None
    if isinstance(value[0], list):
        value = [
            value[0][0] if value[0] else None,
            value[-1][-1] if isinstance(value[-1], list) and value[-1] else None,
        ]
    return (value[0], value[-1]) if len(value) == 2 else None


def measured(begin: Any, end: Any, unit: float | None) -> RawTime:
    """Numbers, numbers in strings, or clocks such as 00:01:02.5, which are seconds whatever the name says."""
    if any(isinstance(value, str) and ":" in value for value in (begin, end)):
        return clock(begin), clock(end), 1.0
    first_, last = number(begin), number(end)
    whole = all(value is None or value == int(value) for value in (first_, last))
    return first_, last, 1.0 if unit == MS and not whole else unit


def unquoted(value: Any) -> Any:
    """JSON that was put into a string, read; any other value as it is."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        read = float(value)
    except (ValueError, OverflowError):
        return None
    return read if math.isfinite(read) and read >= 0 else None


def clock(value: Any) -> float | None:
    text = str(value).strip()
    return seconds(text) if re.fullmatch(r"\d{1,3}(?::\d{1,2}){1,2}(?:[.,]\d{1,6})?", text) else None


def timed(value: float | None, unit: float) -> float | None:
    return None if value is None or value * unit > LONGEST_S else round(value * unit, 3)


def paced(found: list[tuple[Said, RawTime]]) -> float:
    """Seconds per unit, by how long the characters take: nobody speaks one character in twenty seconds."""
    spans = [(end - begin, len(said.text)) for said, (begin, end, _) in found if begin is not None and end is not None]
    spent, characters = sum(span for span, _ in spans), sum(length for _, length in spans)
    return MS if characters and spent / characters >= MS_PACE else 1.0


def in_order(said: list[Said]) -> list[Said]:
    """By time where several sides have theirs: channels are often written one after the other."""
    if len({one.label for one in said}) > 1 and all(one.start is not None for one in said):
        return sorted(said, key=lambda one: one.start or 0.0)
    return said
