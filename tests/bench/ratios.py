"""Two sides measured in turns, and the line that tells how they compare."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Line:
    """One comparison: `ours` and `reference` are figures of the same rounds, in `unit`; more is `better` or less is."""

    name: str
    unit: str
    ours: Sequence[float]
    reference: Sequence[float]
    higher_is_better: bool
    note: str = ""

    @property
    def ratios(self) -> list[float]:
        """How many times the reference's cost ours is, round by round; 1 is as good, 2 takes twice as long."""
        pairs = zip(self.ours, self.reference, strict=True)
        return [theirs / ours if self.higher_is_better else ours / theirs for ours, theirs in pairs]


def in_turns(rounds: int, *sides: Callable[[], float]) -> list[list[float]]:
    """The figures of each side: one of every side per round, so that a slow moment of the machine meets all."""
    figures: list[list[float]] = [[] for _ in sides]
    for _ in range(rounds):
        for side, measured in zip(sides, figures, strict=True):
            measured.append(side())
    return figures


def told(line: Line) -> str:
    """Medians, the ratio with its range over the rounds, and the note."""
    ratios = line.ratios
    return (
        f"{line.name:<52} {figure(median(line.ours)):>9} against {figure(median(line.reference)):>9} {line.unit:<10}"
        f" ratio {median(ratios):6.2f} ({min(ratios):.2f}-{max(ratios):.2f}) {line.note}".rstrip()
    )


def figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
