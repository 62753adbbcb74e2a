"""Dialogue written as plain text: labels in the line or above it, stamps, continuation lines, or no label at all."""

import re
from collections import Counter
from dataclasses import replace

from dispatch.transcript.speakers import KNOWN, NAMES, OPENING, OTHER, role_of
from dispatch.transcript.turns import Turn
from dispatch.transcript.words import narrow

CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"
DATE = r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[ T]?"
STAMP = re.compile(
    rf"\s*[\[【(（<]?\s*(?:{DATE})?({CLOCK})(?:\s*(?:-->|->|[-~—至,])\s*({CLOCK}))?"
    r"\s*[\]】)）>]?\s*"
)
SAID_TIME = re.compile(r"\s*\d{1,2}:\d{2}(?![:\d])(?!\s*(?:-->|[-~]))")  # 8:30 停的水: words, not a stamp
INDEX = re.compile(r"\s*(?:[\[【(（#]\s*\d{1,4}\s*[\]】)）]?|\d{1,4}\s*[.、)）:：\t]|\d{1,4} )(?!\d)\s*")
BRACKETS = re.compile(r"\s*[\[【(（<](.{1,20}?)[\]】)）>](?![\]】)）>])\s*[:：]?\s*")
COLON = re.compile(r"\s*([^:：，。！？?!,；;]{1,20}?)\s*[:：]\s*")
WIDE = re.compile(rf"\s*({NAMES})\s+(?=\S)", re.I)
STAMPED = re.compile(rf"\s*({NAMES})(?=\s*[\[(（【]?{CLOCK})", re.I)
SPEAKER_INSIDE = re.compile(rf"(?<=[\s。！？?!；;…])(?=(?:{NAMES})\s*[:：]|[【\[](?:{NAMES})[】\]])", re.I)
SPOKEN = re.compile("[一-龥]")
SENTENCE = re.compile(r"[^。！？?!]+[。！？?!]*")
AN_HOUR = 3600.0  # no recording begins there: such stamps are times of day
SURE_SHARE = 0.5  # of the lines must have a label before unknown words before a colon count as labels


def read_plain(text: str) -> list[Turn]:
    """Turns of a dialogue in plain text; without any label the lines of one narrative."""
    lines = [line for raw in narrow(text).splitlines() for line in _split(raw.replace("\u3000", " ")) if line.strip()]
    repeated = _repeated_labels(lines)
    turns: list[Turn] = []
    for line in lines:
        start, end, label, words = _parts(line, repeated)
        labelled = bool(turns and turns[-1].label)
        if label is None and labelled and (start is None or not turns[-1].text):
            turns[-1] = _longer(turns[-1], words)
        else:
            turns.append(Turn(role_of(label), words, start, end, label))
    return _from_the_first([turn for turn in turns if turn.text])


def _from_the_first(turns: list[Turn]) -> list[Turn]:
    """Times of day become seconds from the first of them."""
    first = next((turn.start for turn in turns if turn.start is not None), 0.0)
    if first < AN_HOUR:
        return turns
    return [replace(turn, start=_less(turn.start, first), end=_less(turn.end, first)) for turn in turns]


def _less(time: float | None, first: float) -> float | None:
    return None if time is None else max(round(time - first, 3), 0.0)


def _split(line: str) -> list[str]:
    """A line with several speakers, before each of them; an index or stamp stays with its speaker."""
    cuts = [0]
    for found in SPEAKER_INSIDE.finditer(line):
        if SPOKEN.search(line, cuts[-1], found.start()):
            cuts.append(found.start())
    return [line[at:until] for at, until in zip(cuts, [*cuts[1:], len(line)], strict=True)]


def label_in(text: str) -> tuple[str | None, str]:
    """(label, the rest) of a line that begins with a usual speaker's name; (None, text) otherwise."""
    return _label(text, frozenset())


def _parts(line: str, repeated: frozenset[str]) -> tuple[float | None, float | None, str | None, str]:
    """(start, end, label, words): the stamp may stand before or after the label."""
    start, end, rest = _stamp(line)
    if start is None and (index := INDEX.match(rest)):
        start, end, after = _stamp(rest[index.end() :])
        if start is not None or _label(after, repeated)[0]:
            rest = after
    label, words = _label(rest, repeated)
    if label is None and start is not None and SAID_TIME.match(line):
        return None, None, None, line.strip()
    if label is not None and start is None and not SAID_TIME.match(words):
        start, end, words = _stamp(words)
        words = re.sub(r"^\s*[:：]\s*", "", words)
    return start, end, label, words.strip()


def _stamp(text: str) -> tuple[float | None, float | None, str]:
    found = STAMP.match(text)
    if not found:
        return None, None, text
    return seconds(found[1]), seconds(found[2]), text[found.end() :]


def seconds(clock: str | None) -> float | None:
    """'1:02:03.5' or '02:03,5' as seconds."""
    if not clock:
        return None
    total = 0.0
    for part in clock.replace(",", ".").split(":"):
        total = total * 60 + float(part)
    return round(total, 3)


def _label(text: str, repeated: frozenset[str]) -> tuple[str | None, str]:
    for pattern in (STAMPED, BRACKETS, COLON):
        found = pattern.match(text)
        if found and (_usual(found[1]) or found[1].strip() in repeated):
            return found[1].strip(), text[found.end() :]
    if found := WIDE.match(text):
        return found[1], text[found.end() :]
    if KNOWN.fullmatch(text.strip()) and role_of(text) != "unknown":
        return text.strip(), ""
    return None, text


def _usual(name: str) -> bool:
    return role_of(name) != "unknown" or bool(OTHER.fullmatch(name.strip()))


def _repeated_labels(lines: list[str]) -> frozenset[str]:
    """Words before a colon that come again and again on most lines: names of speakers that no list can hold."""
    found = [COLON.match(_stamp(line)[2]) for line in lines]
    names = Counter(one[1].strip() for one in found if one)
    often = {name for name, times in names.items() if times >= 2 and not name.isdigit()}
    share = sum(names[name] for name in often) / max(len(lines), 1)
    return frozenset(often) if len(often) >= 2 and share >= SURE_SHARE else frozenset()


def _longer(turn: Turn, words: str) -> Turn:
    joint = " " if turn.text[-1:].isascii() and words[:1].isascii() and turn.text else ""
    return Turn(turn.speaker, turn.text + joint + words, turn.start, turn.end, turn.label)


def by_sentence(turns: list[Turn]) -> list[Turn]:
    """A whole call in one utterance of nobody: by sentences, if the agent's greeting is in it."""
    if len(turns) != 1 or turns[0].speaker != "unknown" or not OPENING.search(turns[0].text):
        return turns
    words = [part for part in map(str.strip, SENTENCE.findall(turns[0].text)) if part]
    return [replace(turns[0], text=part, end=None, start=None) for part in words] if len(words) > 1 else turns
