"""Shares that can be compared: intervals, the weighted total with its own, and a league that luck does not win.

Ranked is by the end of the interval that is proved: the lower one where more is better, the upper one where less is.
So 3 of 3 (at least 0.44) stands behind 950 of 1,000 (at least 0.93). Below a number of cases nobody is ranked at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import hypot, sqrt
from typing import Any

WILSON_Z = 1.96  # 95 % interval


@dataclass(frozen=True)
class Share:
    """`met` of `cases`, as value and interval, each 0 to 1; all None without a case. A total has no `met`."""

    cases: int
    met: int | None
    value: float | None
    low: float | None
    high: float | None

    def told(self) -> dict[str, Any]:
        """Plain values, rounded to a hundredth of a per cent."""
        told = {name: None if (end := getattr(self, name)) is None else round(end, 4) for name in ENDS}
        return {"value": told["value"], "cases": self.cases, "met": self.met} | told


ENDS = ("value", "low", "high")
NOTHING = Share(0, None, None, None, None)


def share(met: int, cases: int) -> Share:
    """With the Wilson score interval (95 %; Wilson 1927, Newcombe 1998 method 3)."""
    if cases <= 0:
        return Share(0, 0, None, None, None)
    value, z2 = met / cases, WILSON_Z**2
    middle = (value + z2 / (2 * cases)) / (1 + z2 / cases)
    half = WILSON_Z * sqrt(value * (1 - value) / cases + z2 / (4 * cases**2)) / (1 + z2 / cases)
    return Share(cases, met, value, max(0.0, min(value, middle - half)), min(1.0, max(value, middle + half)))


def total(shares: Mapping[str, Share], weights: Mapping[str, float]) -> Share:
    """The weighted sum of shares; `weights` add up to 1. Its cases are the fewest of them; without any, no total.

    The interval puts the distances of the single intervals together as independent ones (Zou and Donner 2008). The
    rates of one unit rise and fall together to some degree, so that it is a little too narrow.
    """
    parts = [(weight, one.value, one.low, one.high) for name, weight in weights.items() if (one := shares[name]).cases]
    if len(parts) < len(weights):
        return NOTHING
    value = sum(weight * (middle or 0.0) for weight, middle, _, _ in parts)
    below = hypot(*(weight * ((middle or 0.0) - (low or 0.0)) for weight, middle, low, _ in parts))
    above = hypot(*(weight * ((high or 0.0) - (middle or 0.0)) for weight, middle, _, high in parts))
    cases = min(shares[name].cases for name in weights)
    return Share(cases, None, value, max(0.0, value - below), min(1.0, value + above))


FEW, LOWER, LOW, LIKE, HIGH, HIGHER = range(6)
FAR = 0.05  # from here on a difference that is proved is a large one: our choice


def against(one: Mapping[str, Any], whole: float | None, enough: int) -> int:
    """How a rate stands to that of the whole, as FEW to HIGHER: LIKE where its interval holds the whole's value.

    `one` has value, low, high and cases; under `enough` cases nothing is said.
    """
    if one["cases"] < enough or one["value"] is None or whole is None:
        return FEW
    if one["low"] <= whole <= one["high"]:
        return LIKE
    far = abs(one["value"] - whole) >= FAR
    if one["value"] < whole:
        return LOWER if far else LOW
    return HIGHER if far else HIGH


@dataclass(frozen=True)
class Entrant:
    """One line of a league: a region, a unit or a category with its share."""

    code: str
    share: Share
    rank: int | None = None


def league(entrants: Iterable[Entrant], more_is_better: bool, enough: float) -> list[Entrant]:
    """The ranked ones, the best first, equal ends on equal ranks; then those of too few cases, by code, unranked."""
    entrants = sorted(entrants, key=lambda one: one.code)
    fit = [one for one in entrants if one.share.cases >= max(1, enough)]
    fit.sort(key=lambda one: proved(one.share, more_is_better), reverse=True)
    ranked: list[Entrant] = []
    for place, one in enumerate(fit, start=1):
        same = bool(ranked) and proved(ranked[-1].share, more_is_better) == proved(one.share, more_is_better)
        ranked.append(Entrant(one.code, one.share, ranked[-1].rank if same else place))
    return ranked + [one for one in entrants if one.share.cases < max(1, enough)]


def proved(one: Share, more_is_better: bool) -> float:
    """How good it is at least; more is better."""
    assert one.low is not None and one.high is not None
    return one.low if more_is_better else -one.high
