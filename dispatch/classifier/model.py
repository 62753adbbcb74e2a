"""A trained model at work: classes, how sure it is, and the words that made it. No scikit-learn, no pickle."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dispatch.classifier.features import BLOCKS, Features, Floats

FORMAT = 1
AT_ONCE = 256  # texts
LARGEST = 64 << 20  # bytes of a model as it is stored; what training makes is half of it at most
SHOWN = 8  # words of an explanation


class Verdict(NamedTuple):
    """The class of a text, its probability 0-1, and whether that is enough to file the text without a person."""

    label: str
    probability: float
    automatic: bool


class Reason(NamedTuple):
    """Words [start, end) of the text, and how much they speak for the class (margin of the linear model)."""

    start: int
    end: int
    text: str
    weight: float


@dataclass(frozen=True)
class Model:
    """Linear scores over the features. `weights`: (features, classes); `scale` turns margins into probabilities by
    softmax; `threshold`: the probability from which the model files by itself, above 1 if it never may."""

    classes: tuple[str, ...]
    features: Features
    weights: Floats
    bias: Floats
    scale: float = 1.0
    threshold: float = 2.0

    def margins(self, texts: Sequence[str]) -> Floats:
        """(texts, classes): the scores of the linear model."""
        parts = [self._margins(texts[first : first + AT_ONCE]) for first in range(0, len(texts), AT_ONCE)]
        return np.concatenate([np.empty((0, len(self.classes)), np.float32), *parts])

    def _margins(self, texts: Sequence[str]) -> Floats:
        row, column, value = self.features.entries(texts)
        margins = np.tile(self.bias, (len(texts), 1))
        if len(row):
            first = np.flatnonzero(np.diff(row, prepend=-1))
            margins[row[first]] += np.add.reduceat(self.weights[column] * value[:, None], first, axis=0)
        return margins

    def judge(self, texts: Sequence[str]) -> list[Verdict]:
        chances = softmax(self.margins(texts) * self.scale)
        best = chances.argmax(axis=1)
        top = chances[np.arange(len(texts)), best]
        return [
            Verdict(self.classes[number], float(chance), bool(chance >= self.threshold))
            for number, chance in zip(best, top, strict=True)
        ]

    def reasons(self, text: str, label: str) -> list[Reason]:
        """The words that speak most for a class, best first; what a pair of characters says counts for both halves."""
        number = self.classes.index(label)
        _, columns, values = self.features.entries([text])
        against = np.delete(self.weights[columns], number, axis=1).mean(axis=1)
        credit = dict(zip(columns.tolist(), (values * (self.weights[columns, number] - against)).tolist(), strict=True))
        return sorted(_shares(text, self.features, credit), key=lambda one: (-one.weight, one.start))[:SHOWN]

    def to_bytes(self) -> bytes:
        """An npz of plain arrays: texts as UTF-8, one feature a line."""
        target = BytesIO()
        head = {"format": FORMAT, "classes": self.classes, "scale": self.scale, "threshold": self.threshold}
        texts = {name: "\n".join(names) for name, names in zip(BLOCKS, self.features.names, strict=True)}
        np.savez_compressed(
            target,
            allow_pickle=False,
            about=_letters(json.dumps(head)),
            **{name: _letters(text) for name, text in texts.items()},
            idf=self.features.idf,
            weights=self.weights,
            bias=self.bias,
        )
        return target.getvalue()

    @staticmethod
    def from_bytes(data: bytes) -> "Model":
        """Raises ValueError where the bytes are no model of this format."""
        if len(data) > LARGEST:
            raise ValueError("too large for a model")
        try:
            with np.load(BytesIO(data), allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            return _checked(arrays)
        except Exception as error:  # zipfile, zlib, json and numpy each have their own
            raise ValueError(f"not a model: {error}") from error

    def calibrated(self, scale: float, threshold: float) -> "Model":
        return replace(self, scale=scale, threshold=threshold)


def softmax(scores: Floats) -> npt.NDArray[np.float64]:
    raised = np.exp(scores.astype(np.float64) - scores.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _shares(text: str, features: Features, credit: dict[int, float]) -> Iterator[Reason]:
    """What each feature is worth, shared by its occurrences and their characters, summed by the words of the text."""
    places = list(features.places(text))
    times = Counter(number for number, _ in places)
    worth = [0.0] * len(text)  # a plain list: single characters are faster there than in an array
    words = []
    for number, spans in places:
        (start, end), last = spans[0], spans[-1]
        if last is spans[0]:
            words.append((start, end))
            chars: Sequence[int] = range(start, end)
        else:
            chars = (start, last[0])
        share = credit.get(number, 0.0) / times[number] / len(chars)
        for char in chars:
            worth[char] += share
    for start, end in words:
        if (weight := sum(worth[start:end])) > 0:
            yield Reason(start, end, text[start:end], round(weight, 4))


def _letters(text: str) -> npt.NDArray[np.uint8]:
    return np.frombuffer(text.encode(), np.uint8)


def _checked(arrays: dict[str, Any]) -> Model:
    about = json.loads(bytes(arrays["about"]))
    if about["format"] != FORMAT:
        raise ValueError(f"format {about['format']}, not {FORMAT}")
    names, size = [], 0
    for block in BLOCKS:
        text = bytes(arrays[block]).decode()
        some = text.split("\n") if text else []
        names.append({name: size + number for number, name in enumerate(some)})
        size += len(some)
    classes = tuple(map(str, about["classes"]))
    weights, bias, idf = (arrays[name].astype(np.float32) for name in ("weights", "bias", "idf"))
    if weights.shape != (size, len(classes)) or bias.shape != (len(classes),) or idf.shape != (size,):
        raise ValueError("its arrays do not fit together")
    if len(classes) < 2 or not all(np.isfinite(array).all() for array in (weights, bias, idf)):
        raise ValueError("its numbers are none")
    return Model(classes, Features(tuple(names), idf), weights, bias, float(about["scale"]), float(about["threshold"]))
