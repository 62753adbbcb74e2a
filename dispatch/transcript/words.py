"""Text of recognisers made readable: words glued to sentences, spaced characters joined, tags taken out."""

import re
from collections.abc import Iterable

HAN = "\u3400-\u9fff"
TAG = re.compile(r"<\|[^|<>]{0,30}\|>")  # <|zh|><|NEUTRAL|> of SenseVoice, <|0.00|> of Whisper
BETWEEN_HAN = re.compile(rf"(?<=[{HAN}，。！？、；：])\s+(?=[{HAN}，。！？、；：])|\s+(?=[，。！？、；：])")
MANY_BLANKS = re.compile(r"[^\S\n]{3,}")
SPACED_SHARE = 0.6  # of the pieces between blanks are single characters: blanks between tokens, not between phrases
LEAST_PIECES = 4


def glued(words: Iterable[str]) -> str:
    """One text of words: Chinese without blanks, a blank between two Latin words that came without any."""
    text = ""
    for word in words:
        parted = text[-1:].isspace() or word[:1].isspace()
        text += " " + word if not parted and latin(text[-1:]) and latin(word[:1]) else word
    return BETWEEN_HAN.sub("", narrow(text)).strip()


def narrow(text: str) -> str:
    """Two blanks at most: patterns that look for blanks on both sides of something would take forever over many."""
    return MANY_BLANKS.sub("  ", text)


def latin(char: str) -> bool:
    """A letter, not a digit: 1 3 8 are glued, they are dictated."""
    return char.isascii() and char.isalpha()


def tidy(text: str) -> str:
    """Without the recogniser's tags, and without blanks where every character has one around it."""
    if "<|" in text:
        text = TAG.sub("", text)
    text = text.strip()
    if " " not in text:
        return text
    pieces = text.split()
    single = sum(len(piece) == 1 and piece > "\u3000" for piece in pieces)
    return glued(pieces) if len(pieces) >= LEAST_PIECES and single >= SPACED_SHARE * len(pieces) else text
