"""Which category a text belongs to, by the words of the taxonomy; explainable, no model."""

import csv
from collections import defaultdict
from functools import cache
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from grids.simplified import simplified

CATEGORIES_FILE = Path(__file__).resolve().parent.parent / "geodata" / "categories.csv"
ENOUGH = 4.0  # weight of one telling word; less lowers the confidence
MOST = 0.95
CLEAR = 0.15  # lead, as a share of the best score, below which two categories are a tie


class Category(NamedTuple):
    """One row of geodata/categories.csv: `level` (cell, street, district, city) handles it by default."""

    code: str
    name: str
    name_en: str
    kind: str
    urgency: str
    department: str
    level: str
    words: tuple[tuple[str, float], ...]

    @property
    def group(self) -> str:
        return self.code.split(".")[0]


class CategoryGuess(NamedTuple):
    """A category with its score, a confidence 0-1, and the words (start, end, word) that speak for it.

    `weights`: how much each of the words; `source`: lexicon or model; `version`: of the model.
    """

    code: str
    score: float
    confidence: float
    words: tuple[tuple[int, int, str], ...]
    weights: tuple[float, ...] = ()
    source: str = "lexicon"
    version: int | None = None


class Taxonomy:
    """The categories in the order of the file, and their words ready to be found in text."""

    def __init__(self, categories: list[Category]) -> None:
        self.categories = {one.code: one for one in categories}
        self.weights: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for one in categories:
            for word, weight in one.words:
                self.weights[word].append((one.code, weight))
        lengths: dict[str, set[int]] = defaultdict(set)
        for word in self.weights:
            lengths[word[0]].add(len(word))
        self.lengths = {first: tuple(sorted(some, reverse=True)) for first, some in lengths.items()}

    @staticmethod
    def read(text: str) -> "Taxonomy":
        """From the text of a categories file. Raises ValueError naming the row that is wrong."""
        rows = list(csv.DictReader(StringIO(text)))
        codes = {row.get("code") for row in rows}
        return Taxonomy([_category(number, row, codes) for number, row in enumerate(rows, 2)])

    @staticmethod
    @cache
    def load() -> "Taxonomy":
        """The one that ships with the product."""
        return Taxonomy.read(CATEGORIES_FILE.read_text(encoding="utf-8"))

    def category(self, code: str | None) -> Category | None:
        return self.categories.get(code or "")

    def name(self, code: str | None, language: str = "zh") -> str:
        """The name in Chinese (zh) or English (en); the code itself where it is unknown."""
        found = self.category(code)
        if found is None:
            return code or ""
        return found.name_en if language.startswith("en") else found.name


KINDS = ("consultation", "help", "complaint", "report", "suggestion", "praise")
URGENCIES = ("emergency", "urgent", "ordinary", "complex")
HANDLING_LEVELS = ("cell", "street", "district", "city")
PLAIN_COLUMNS = ("code", "name", "name_en", "kind", "urgency", "department", "level")
ALLOWED = {"kind": KINDS, "urgency": URGENCIES, "level": HANDLING_LEVELS}


def _category(number: int, row: dict[str, str], codes: set[str | None]) -> Category:
    for column, values in ALLOWED.items():
        if row.get(column) not in values:
            raise ValueError(f"row {number}: {column} is {row.get(column)!r}, not one of {', '.join(values)}")
    if not row["code"] or row["code"].rpartition(".")[0] not in {"", *codes}:
        raise ValueError(f"row {number}: {row['code']!r} has no parent")
    words = tuple(_word(number, item) for item in row["words"].split("|") if item.strip())
    return Category(**{name: row[name] for name in PLAIN_COLUMNS}, words=words)


def _word(number: int, item: str) -> tuple[str, float]:
    """'word', 'word:3' or '-word:3' (speaks against)."""
    word, _, weight = item.strip().partition(":")
    try:
        value = float(weight or 1)
    except ValueError:
        raise ValueError(f"row {number}: weight of {word!r} is not a number") from None
    return (word[1:].lower(), -value) if word.startswith("-") else (word.lower(), value)


def classify(text: str, taxonomy: Taxonomy) -> list[CategoryGuess]:
    """Categories that the text has words of, best first; each word counts once, the longest at each place.

    Confidence is low where little was said or another category is close; see `decided`."""
    folded = simplified(text.lower())
    scores: dict[str, float] = defaultdict(float)
    words: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    weights: dict[str, list[float]] = defaultdict(list)
    for start, word in _found(folded, taxonomy):
        for code, weight in taxonomy.weights[word]:
            scores[code] += weight
            words[code].append((start, start + len(word), text[start : start + len(word)]))
            weights[code].append(weight)
    for code in [one for one in scores if "." in one]:
        scores[code] += 0.5 * max(scores.get(code.split(".")[0], 0.0), 0.0)
    order = sorted((code for code, score in scores.items() if score > 0), key=lambda code: (-scores[code], code))
    return [
        CategoryGuess(
            code,
            round(scores[code], 2),
            _confidence(scores[code], _rival(code, order, scores)),
            tuple(words[code]),
            tuple(weights[code]),
        )
        for code in order
    ]


def decided(guesses: list[CategoryGuess], taxonomy: Taxonomy) -> CategoryGuess | None:
    """The first guess, if it leads clearly; on a tie inside one group, that group; otherwise None."""
    if not guesses:
        return None
    best = guesses[0]
    close = [one for one in guesses[1:] if one.score > best.score * (1 - CLEAR) and not _kin(one.code, best.code)]
    if not close:
        return best
    group = best.code.split(".")[0]
    if all(one.code.split(".")[0] == group for one in close) and group in taxonomy.categories:
        return best._replace(code=group, confidence=max(best.confidence, 0.5))
    return None


def _found(text: str, taxonomy: Taxonomy) -> list[tuple[int, str]]:
    """(start, word) of each word of the lexicon, longest first, without overlaps, each word once."""
    found: dict[str, int] = {}
    at = 0
    while at < len(text):
        for length in taxonomy.lengths.get(text[at], ()):
            if (word := text[at : at + length]) in taxonomy.weights:
                found.setdefault(word, at)
                at += length
                break
        else:
            at += 1
    return [(start, word) for word, start in found.items()]


def _rival(code: str, order: list[str], scores: dict[str, float]) -> float:
    return next((scores[other] for other in order if not _kin(code, other)), 0.0)


def _kin(one: str, other: str) -> bool:
    """A category and its own group do not compete."""
    return one == other or one.startswith(other + ".") or other.startswith(one + ".")


def _confidence(score: float, rival: float) -> float:
    return round(MOST * min(1.0, score / ENOUGH) * score / (score + max(rival, 0.0) * 0.8), 2)
