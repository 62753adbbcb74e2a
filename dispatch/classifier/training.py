"""From a deployment's history to a calibrated model. scikit-learn is needed here and nowhere else.

The model is a linear SVM over tf-idf of words, pairs of characters and the head's pairs. Each text is learned three
times, whole, its beginning alone and the rest alone: a hotline's note may be one line or a page. The margins of texts
that a fold did not learn, near-duplicates apart, give the probabilities and the threshold. What was published as
tokens is asked as it would have been written, without spaces, since that is how new texts come.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import add
from typing import Any

import numpy as np
import numpy.typing as npt

from dispatch.classifier.features import HEAD, LONGEST, Features, Floats
from dispatch.classifier.groups import groups_of
from dispatch.classifier.model import Model, softmax
from dispatch.classifier.scores import best_scale, best_threshold, report
from dispatch.classifier.table import BadTable
from dispatch.classifier.tokens import is_split, words_of

FOLDS = 5
LEAST_TEXTS = 10  # of a class; with fewer it is neither learned nor told
LEAST_SEEN = 2  # texts that a feature is in
MOST_FEATURES = 200_000
MOST_WEIGHTS = 6_000_000  # features times classes: 24 MB
HEAD_WORDS = 10
PART_WEIGHT = 0.5  # of the beginning and the rest against the whole text

Words = Sequence[str]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Trained:
    """A model, how good it is on texts that it did not learn, and what of the file was left out."""

    model: Model
    metrics: dict[str, Any]


@dataclass(frozen=True)
class History:
    """What is learned: texts, their words, their classes by number, and the groups of near-duplicates."""

    texts: list[str]
    words: list[list[str]]
    classes: tuple[str, ...]
    truth: Numbers
    groups: Numbers
    left_out: dict[str, int]


def train(texts: Sequence[str], categories: Sequence[str]) -> Trained:
    """Raises BadTable where there is nothing to tell apart."""
    history = history_of(texts, categories)
    features = features_of(history.words, len(history.classes))
    model = fitted(history, np.arange(len(history.texts)), features)
    whole, heads = unseen_margins(history)
    both, twice = np.concatenate([whole, heads]), np.tile(history.truth, 2)
    scale = best_scale(both, twice)
    chances = softmax(both * np.float32(scale))
    told, sure = chances.argmax(axis=1), chances.max(axis=1)
    threshold = best_threshold(sure, told == twice)
    names, size = np.array(history.classes), len(whole)
    truth, said = names[twice].tolist(), names[told].tolist()
    metrics = report(truth[:size], said[:size], sure[:size], threshold)
    beginnings = report(truth[size:], said[size:], sure[size:], threshold)
    metrics["beginnings"] = {name: value for name, value in beginnings.items() if name != "classes"}
    about = {"features": len(features.idf), "left_out": history.left_out, "groups": len(set(history.groups.tolist()))}
    return Trained(model.calibrated(scale, threshold), metrics | about)


def history_of(texts: Sequence[str], categories: Sequence[str]) -> History:
    """Each text once; without those that stand under two categories, and without classes of very few texts."""
    labels: dict[str, set[str]] = {}
    for text, category in zip(texts, categories, strict=True):
        labels.setdefault(text.strip(), set()).add(category.strip())
    labels.pop("", None)
    clear = {text: next(iter(some)) for text, some in labels.items() if len(some) == 1 and "" not in some}
    times = Counter(clear.values())
    classes = tuple(sorted(name for name, count in times.items() if count >= LEAST_TEXTS))
    if len(classes) < 2:
        raise BadTable("one_class", least=LEAST_TEXTS, found=len(classes))
    number = {name: at for at, name in enumerate(classes)}
    kept = [text for text, name in clear.items() if name in number]
    words = [words_of(text[:LONGEST]) for text in kept]
    left_out = {
        "repeated_or_empty": len(texts) - len(labels),
        "contradictory": len(labels) - len(clear),
        "rare_classes": len(clear) - len(kept),
    }
    return History(kept, words, classes, np.array([number[clear[text]] for text in kept]), groups_of(words), left_out)


def features_of(rows: Sequence[Words], classes: int) -> Features:
    """The features that several texts have; where they are too many, the rarest of each block are left out."""
    words = most_seen({word for word in row if any(map(str.isalnum, word))} for row in rows)
    blank = Features((dict.fromkeys(words, 0), {}, {}), np.empty(0, np.float32))
    pairs, heads = [], []
    for row in rows:
        joined = "".join(blank.kept(row))
        some = list(map(add, joined, joined[1:]))
        pairs.append(set(some))
        heads.append(set(some[: HEAD - 1]))
    blocks = [words, most_seen(pairs), most_seen(heads)]
    share = min(1.0, min(MOST_FEATURES, MOST_WEIGHTS // classes) / max(1, sum(map(len, blocks))))
    return numbered([dict(list(block.items())[: int(len(block) * share)]) for block in blocks], len(rows))


def most_seen(rows: Iterable[set[str]]) -> dict[str, int]:
    """Feature: how many texts have it, most frequent first, without those of one text only."""
    times = Counter(feature for row in rows for feature in row)
    some = [(name, count) for name, count in times.items() if count >= LEAST_SEEN and "\n" not in name]
    return dict(sorted(some, key=lambda one: (-one[1], one[0])))


def numbered(blocks: Sequence[dict[str, int]], rows: int) -> Features:
    """The features of each block, numbered through, with how rare they are among so many texts."""
    numbers = iter(range(sum(map(len, blocks))))
    names = [{name: next(numbers) for name in block} for block in blocks]
    counts = np.array([count for block in blocks for count in block.values()], np.float64)
    return Features(tuple(names), (np.log((1 + rows) / (1 + counts)) + 1).astype(np.float32))


def fitted(history: History, chosen: Numbers, features: Features) -> Model:
    """A model of the chosen texts; its margins say nothing of probabilities yet."""
    from scipy import sparse
    from sklearn.svm import LinearSVC

    kept = [features.kept(history.words[number]) for number in chosen]
    parts = [(kept, 1.0), ([words[:HEAD_WORDS] for words in kept], PART_WEIGHT)]
    parts.append(([words[HEAD_WORDS:] or words for words in kept], PART_WEIGHT))
    entries = [features.weighed(rows) for rows, _ in parts]
    shape = (len(chosen), len(features.idf))
    table = sparse.vstack([sparse.csr_matrix((one.value, (one.row, one.column)), shape=shape) for one in entries])
    weight = np.concatenate([np.full(len(chosen), share) for _, share in parts])
    truth = np.tile(history.truth[chosen], len(parts))
    machine = LinearSVC(class_weight="balanced", tol=0.01, random_state=0)
    machine.fit(table.tocsr().astype(np.float64), truth, sample_weight=weight)
    weights, bias = machine.coef_, machine.intercept_
    if len(history.classes) == 2:  # scikit-learn has one margin for two classes
        weights, bias = np.vstack([-weights[0], weights[0]]), np.array([-bias[0], bias[0]])
    return Model(history.classes, features, np.ascontiguousarray(weights.T, np.float32), bias.astype(np.float32))


def unseen_margins(history: History) -> tuple[Floats, Floats]:
    """(texts, classes) twice, of each whole text and of its beginning alone: the margins by a model that has seen
    neither it nor its near-duplicates. Filing has to be right on both, because notes may be short."""
    from sklearn.model_selection import StratifiedGroupKFold

    pairs = list(zip(history.texts, history.words, strict=True))
    asked = ["".join(words) if is_split(text) else text for text, words in pairs]
    heads = ["".join(words[:HEAD_WORDS]) for _, words in pairs]
    margins = np.zeros((2, len(asked), len(history.classes)), np.float32)
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    for learned, left in folds.split(asked, history.truth, history.groups):
        features = features_of([history.words[number] for number in learned], len(history.classes))
        model = fitted(history, learned, features)
        margins[0, left] = model.margins([asked[number] for number in left])
        margins[1, left] = model.margins([heads[number] for number in left])
    return margins[0], margins[1]
