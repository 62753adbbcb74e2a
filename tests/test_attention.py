"""What deserves a manager's eye: thresholds that are data."""

from dataclasses import dataclass

import pytest

from dispatch.attention import LEVELS, attention_of, read_thresholds
from dispatch.config import shipped


@dataclass
class Told:
    repeats: int = 0
    urges: int = 0


@pytest.mark.parametrize(
    ("told", "level"),
    [(Told(), ""), (Told(repeats=1, urges=1), ""), (Told(repeats=2), "watch"), (Told(repeats=1, urges=9), "pressing")],
)
def test_the_highest_level_that_any_fact_reaches(told: Told, level: str) -> None:
    assert attention_of(told, read_thresholds(shipped("attention"))) == level


def test_more_repeats_never_lower_it() -> None:
    thresholds = read_thresholds(shipped("attention"))
    levels = [LEVELS.index(attention_of(Told(repeats=times), thresholds)) for times in range(12)]
    assert levels == sorted(levels) and levels[-1] == len(LEVELS) - 1


@pytest.mark.parametrize("row", ["calls,2,watch", "repeats,2,alarm", "repeats,many,watch"])
def test_a_row_that_makes_no_sense_is_refused(row: str) -> None:
    with pytest.raises(ValueError):
        read_thresholds(f"fact,at_least,level\n{row}\n")
