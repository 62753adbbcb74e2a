"""What a model sees of a text: its words, its pairs of characters, and the pairs of its first characters.

Words alone fall short where raw text is cut differently from the training text, pairs alone blur words; the beginning
says what the matter is, so it counts a second time. Each of the three is tf-idf with length 1.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import add
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dispatch.classifier.tokens import has_subject, placed_words, words_of

BLOCKS = ("word", "pair", "head")
HEAD = 40  # characters
LONGEST = 6000  # characters of a text that are read

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


class Entries(NamedTuple):
    """Sparse rows: entry i says that `row[i]` has feature `column[i]` with the weight `value[i]`, sorted by row."""

    row: Ints
    column: Ints
    value: Floats


@dataclass(frozen=True)
class Features:
    """The features that a model knows: a table for each of BLOCKS, numbered through, and how rare each feature is.

    `idf`: (features,), ln((1 + texts) / (1 + texts with it)) + 1, as scikit-learn smooths it.
    """

    names: tuple[dict[str, int], ...]
    idf: Floats

    @property
    def words(self) -> dict[str, int]:
        return self.names[0]

    def kept(self, words: Iterable[str]) -> list[str]:
        """The words that carry a subject: those that the training text had, and unknown ones of some length."""
        known = self.words
        return [word for word in words if word in known or has_subject(word)]

    def entries(self, texts: Sequence[str]) -> Entries:
        """The weights of all texts, each text of length 1."""
        return self.weighed([self.kept(words_of(text[:LONGEST])) for text in texts])

    def weighed(self, rows: Sequence[Sequence[str]]) -> Entries:
        """The same for words that are kept already."""
        size = len(self.idf)
        keys = []
        for number, words in enumerate(rows):
            found = self.numbers(words)
            keys.append(np.fromiter(found, np.int64, len(found)) + number * size)
        if not any(map(len, keys)):
            return Entries(*(np.empty(0, np.int64),) * 2, np.empty(0, np.float32))
        unique, count = np.unique(np.concatenate(keys), return_counts=True)
        row, column = np.divmod(unique, size)
        value = (1 + np.log(count)) * self.idf[column].astype(np.float64)
        return Entries(row, column, self._normal(row, column, value, len(rows)))

    def numbers(self, words: Sequence[str]) -> list[int]:
        """The numbers of the features of one text, as often as they come."""
        joined = "".join(words)
        pairs = list(map(add, joined, joined[1:]))
        word, pair, head = self.names
        found = [*map(word.get, words), *map(pair.get, pairs), *map(head.get, pairs[: HEAD - 1])]
        return [number for number in found if number is not None]

    def _normal(self, row: Ints, column: Ints, value: npt.NDArray[np.float64], rows: int) -> Floats:
        """Each block of each row of length 1, and then the row."""
        bounds = np.cumsum([len(names) for names in self.names])
        block = row * len(BLOCKS) + np.searchsorted(bounds, column, side="right")
        length = np.sqrt(np.bincount(block, value**2, rows * len(BLOCKS)))
        blocks = np.count_nonzero(length.reshape(rows, len(BLOCKS)), axis=1)
        return (value / (length[block] * np.sqrt(blocks)[row])).astype(np.float32)

    def places(self, text: str) -> Iterator[tuple[int, tuple[tuple[int, int], ...]]]:
        """(feature, its spans [start, end) in the text) of each occurrence; a pair across a gap has two spans."""
        kept = [(at, word) for at, word in placed_words(text[:LONGEST]) if word in self.words or has_subject(word)]
        for at, word in kept:
            if (found := self.words.get(word)) is not None:
                yield found, ((at, at + len(word)),)
        chars = [(at + offset, char) for at, word in kept for offset, char in enumerate(word)]
        for number, ((one, first), (two, second)) in enumerate(pairwise(chars)):
            for names in self.names[1:] if number < HEAD - 1 else self.names[1:2]:
                if (found := names.get(first + second)) is not None:
                    yield found, ((one, one + 1), (two, two + 1))
