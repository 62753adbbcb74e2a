"""Subtitles: SubRip, WebVTT and SBV, also damaged ones: what was said is kept even where its time cannot be read.

Own reader because webvtt-py 0.6 silently drops the words below a malformed time line and joins two voices in a cue.
"""

import re
from html import unescape

from dispatch.transcript.plain import label_in, seconds
from dispatch.transcript.speakers import role_of
from dispatch.transcript.turns import Turn

CLOCK = r"(?:\d+:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
TIMES = re.compile(rf"\s*({CLOCK})\s*(?:-->|->|,)\s*({CLOCK})(?:\s.*)?$")
ARROW = re.compile(r"^\s*[\d:.,a-z]*\s*-->")  # a time line, though malformed
NUMBER = re.compile(r"\s*\d+\s*$")
IGNORED = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")
VOICE = re.compile(r"<v(?:\.[^\s<>]{0,60})?[ \t]{1,9}([^<>]{1,100})>")
TAG = re.compile(r"<[^<>]*>")


def is_captions(text: str) -> bool:
    if text.startswith("WEBVTT"):
        return True
    lines = [line for line in text.splitlines() if line.strip()][:6]
    return any(TIMES.match(line) or ARROW.match(line) for line in lines)


def read_captions(text: str) -> list[Turn]:
    """The cues as turns, in the file's order; repeated lines of rolling captions count once, and a cue without
    a name goes on with the speaker before it."""
    turns: list[Turn] = []
    shown: list[str] = []  # the lines of the cue before
    for start, end, cue in _blocks(text):
        lines = cue[1:] if len(cue) > 1 and shown[-1:] == cue[:1] else cue
        shown = cue
        for named, words in _voices("\n".join(lines)):
            label = named or (turns[-1].label if turns else None)
            if not (turns and turns[-1].text == words and turns[-1].label == label):
                turns.append(Turn(role_of(label), words, start, end, label))
    return turns


Block = tuple[float | None, float | None, list[str]]


def _blocks(text: str) -> list[Block]:
    blocks: list[Block] = []
    for paragraph in re.split(r"\r?\n[ \t]*\r?\n", text):
        lines = [line for line in paragraph.splitlines() if line.strip()]
        if lines and not IGNORED.match(lines[0]) and not lines[0].startswith("WEBVTT"):
            blocks += _cues(lines)
    return blocks


def _cues(lines: list[str]) -> list[Block]:
    """The cues of one paragraph: a time line begins one, the line before it is its identifier."""
    timed = [at for at, line in enumerate(lines) if TIMES.match(line) or ARROW.match(line)]
    if not timed:
        words = [line for line in lines if not NUMBER.match(line) and not line.startswith(("##", "::", "}"))]
        return [(None, None, words)] if words else []
    cues: list[Block] = []
    for at, until in zip(timed, [*timed[1:], len(lines) + 1], strict=True):
        found = TIMES.match(lines[at])
        last = until if until > len(lines) else until - (1 if NUMBER.match(lines[until - 1]) else 0)
        start, end = (seconds(found[1]), seconds(found[2])) if found else (None, None)
        cues.append((start, end, lines[at + 1 : last]))
    return cues


def _voices(text: str) -> list[tuple[str | None, str]]:
    """(label, words) of each voice in a cue: <v Name>, else a name before a colon at the start of a line."""
    pieces = VOICE.split(text)
    said = [(None, pieces[0])] + [(name.strip(), words) for name, words in zip(pieces[1::2], pieces[2::2], strict=True)]
    return [one for label, words in said for one in _lines(label, words)]


def _lines(voice: str | None, text: str) -> list[tuple[str | None, str]]:
    found: list[tuple[str | None, str]] = []
    for line in unescape(TAG.sub("", text)).splitlines():
        label, words = label_in(line.strip(" -\t")) if voice is None else (voice, line.strip())
        if not words:
            continue
        if label == voice and found:
            found[-1] = (found[-1][0], found[-1][1] + words)
        else:
            found.append((label, words))
    return found
