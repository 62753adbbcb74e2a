"""Text to words with their places: Chinese as it is written, or already split by spaces as published sets are."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from grids.simplified import simplified

# Full-width letters, digits and signs as their half-width twins, capitals as small letters: one for one, offsets hold.
FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
FOLD |= {code: ord(chr(code - 0xFEE0).lower()) for code in range(0xFF21, 0xFF3B)}
FOLD |= {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
SPLIT = re.compile(r"\S+")
SPACED_SHARE = 0.12  # spaces per character from which a text counts as already split
LONG_ENOUGH = 12  # characters; shorter texts are read as they are written
LEXICON = Path(__file__).resolve().parents[2] / "geodata" / "lexicon"
HAN = re.compile("[\u3400-\u9fff]{2,}")

# Words without a subject of their own. Sets that are published as tokens lack them: in raw text they are dropped where
# the training text never had them, and count like any other word where it did.
FUNCTION_WORDS = frozenset((LEXICON / "function_words.txt").read_text(encoding="utf-8").split())


def words_of(text: str) -> list[str]:
    """The words of a text, folded, with whatever stands between them where it was not split before."""
    folded = simplified(text.translate(FOLD))
    return folded.split() if is_split(folded) else _cut(folded)


def placed_words(text: str) -> Iterator[tuple[int, str]]:
    """(start, word) of the same words; the words of an unsplit text follow each other without a gap."""
    folded = simplified(text.translate(FOLD))
    if is_split(folded):
        yield from ((found.start(), found[0]) for found in SPLIT.finditer(folded))
        return
    start = 0
    for word in _cut(folded):
        yield start, word
        start += len(word)


def is_split(text: str) -> bool:
    """Whether the words are parted by spaces already, as in sets that are published as tokens."""
    return len(text) >= LONG_ENOUGH and text.count(" ") >= SPACED_SHARE * len(text) and HAN.search(text) is not None


def has_subject(word: str) -> bool:
    """Whether an unknown word is worth its characters: two Chinese ones at least, and no function word."""
    return HAN.fullmatch(word) is not None and word not in FUNCTION_WORDS


def _cut(text: str) -> list[str]:
    return list(_segmenter().cut(text))


@cache
def _segmenter() -> Any:
    """Its dictionary takes a second and 30 MB: only processes that read with a model have it."""
    import rjieba

    return rjieba
