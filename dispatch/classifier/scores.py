"""How good a model is: F1, how honest its probabilities are, and from which one it may file by itself."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dispatch.classifier.model import softmax

ERRORS = 0.02  # share of what is filed by itself that may be wrong
AIMED = 0.016  # what the threshold is set for: new texts differ from the history
SURE = 1.645  # one-sided 95 % of the normal distribution: the bound, not the estimate, has to keep within AIMED
BINS = 10
NEVER = 2.0  # a threshold that no probability reaches

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def by_class(truth: Sequence[str], told: Sequence[str]) -> dict[str, dict[str, float]]:
    """Precision, recall, F1 and number of texts of each class that is or was told."""
    is_, said = np.array(truth), np.array(told)
    table = {}
    for name in sorted({*truth, *told}):
        right = int(((is_ == name) & (said == name)).sum())
        all_, claimed = int((is_ == name).sum()), int((said == name).sum())
        table[name] = {
            "precision": round(right / claimed, 4) if claimed else 0.0,
            "recall": round(right / all_, 4) if all_ else 0.0,
            "f1": round(2 * right / (all_ + claimed), 4),
            "texts": all_,
        }
    return table


def macro_f1(truth: Sequence[str], told: Sequence[str]) -> float:
    """The mean of the classes' F1, each class counting the same."""
    return float(np.mean([one["f1"] for one in by_class(truth, told).values()])) if len(truth) else 0.0


def calibration_error(sure: Floats, right: Bools) -> float:
    """Expected calibration error: how far confidence and accuracy lie apart, over ten equal steps."""
    step = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = [abs(sure[step == one].sum() - right[step == one].sum()) for one in range(BINS)]
    return float(sum(gaps) / max(len(sure), 1))


def upper_bound(wrong: Floats, count: Floats) -> Floats:
    """Wilson's upper bound of a share at one-sided 95 %; 1 of nothing."""
    count = np.maximum(count, 1e-9)
    share = wrong / count
    spread = SURE * np.sqrt(share * (1 - share) / count + SURE**2 / (4 * count**2))
    return np.minimum((share + SURE**2 / (2 * count) + spread) / (1 + SURE**2 / count), 1.0)


def best_scale(margins: npt.NDArray[np.float32], truth: npt.NDArray[np.int64]) -> float:
    """The factor on the margins under which the softmax is most likely to have told the truth (golden section)."""

    def cost(power: float) -> float:
        chances = softmax(margins * np.float32(np.exp(power)))
        return float(-np.log(chances[np.arange(len(truth)), truth] + 1e-12).mean())

    low, high, ratio = -3.0, 5.0, (np.sqrt(5) - 1) / 2
    for _ in range(40):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, right) if cost(left) < cost(right) else (left, high)
    return float(np.exp((low + high) / 2))


def best_threshold(sure: Floats, right: Bools) -> float:
    """The lowest probability from which on errors keep within AIMED even at their upper bound; NEVER if none does."""
    order = np.argsort(-sure, kind="stable")
    wrong, count = np.cumsum(~right[order]), np.arange(1, len(order) + 1)
    last = np.append(np.diff(sure[order]) < 0, True)  # equal probabilities are filed together or not at all
    good = np.flatnonzero(last & (upper_bound(wrong.astype(float), count.astype(float)) <= AIMED))
    return float(sure[order][good[-1]]) if len(good) else NEVER


def report(truth: Sequence[str], told: Sequence[str], sure: Floats, threshold: float) -> dict[str, Any]:
    """All figures of one evaluation, for the log of the command and the row of the version."""
    right = np.array([one == other for one, other in zip(truth, told, strict=True)], bool)
    filed = sure >= threshold
    wrong, count = float((filed & ~right).sum()), float(filed.sum())
    return {
        "texts": len(truth),
        "macro_f1": round(macro_f1(truth, told), 4),
        "accuracy": round(float(right.mean()), 4) if len(right) else 0.0,
        "calibration_error": round(calibration_error(sure, right), 4),
        "threshold": round(threshold, 4),
        "automatic_share": round(count / max(len(truth), 1), 4),
        "automatic_error": round(wrong / count, 4) if count else 0.0,
        "automatic_error_bound": round(float(upper_bound(np.array(wrong), np.array(count))), 4),
        "classes": by_class(truth, told),
    }
