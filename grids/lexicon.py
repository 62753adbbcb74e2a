"""Names that the tree does not hold: outside places, former names, how counties are called; what sounds alike."""

import csv
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "geodata" / "lexicon"
# What speakers of the region and recognisers of speech mix up: zh/z, ch/c, sh/s at the beginning, n/ng at the end.
HARD, NASAL = ("zh", "ch", "sh"), "ng"


@cache
def outside_names() -> list[tuple[str, str]]:
    """(name, stem) of the provinces and cities outside Liaoning; source: geodata/README.md."""
    return [(row["name"], row["stem"]) for row in _rows("outside.csv")]


@cache
def renamed() -> list[tuple[str, str]]:
    """(former or popular name with its suffix, code of the county that it stands for now)."""
    return [(row["said"], row["code"]) for row in _rows("renamed.csv")]


@cache
def short_names() -> list[tuple[str, str]]:
    """(name without suffix, code) of the counties whose bare name is neither a word nor another place."""
    return [(row["said"], row["code"]) for row in _rows("short.csv")]


@cache
def traditional() -> dict[str, str]:
    """The simplified character that each traditional one is read as."""
    return {one: row["simplified"] for row in _rows("traditional.csv") for one in row["traditional"]}


def sound(text: str) -> tuple[str, ...]:
    """How the text sounds, a syllable for each character; what has no known reading stands for itself."""
    known = _syllables()
    return tuple(known.get(character, character) for character in text)


@cache
def _syllables() -> dict[str, str]:
    return {one: _merged(row["syllable"]) for row in _rows("syllables.csv") for one in row["characters"]}


def _merged(syllable: str) -> str:
    begun = syllable[0] + syllable[2:] if syllable.startswith(HARD) else syllable
    return begun[:-1] if begun.endswith(NASAL) else begun


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
