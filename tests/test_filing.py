"""What is asked before a matter is filed: the namesakes where there are some, else the level that is missing."""

import pytest

from app.filing import doubts
from dispatch.place import Place
from dispatch.transcript import Guess, PlaceGuess, Reading
from grids.models import Region


def region(level: int) -> Place:
    found = Region(code="x", name="x", level=level, path="x.")
    return Place(found, [found])


def reading(candidates: list[str], confidence: float = 0.9) -> Reading:
    empty = dict.fromkeys(("phone", "name", "confidential", "address", "happened", "category"))
    said = PlaceGuess("21", 1, 0.6, [], candidates)
    matter, other = Guess("路灯不亮", confidence), Guess("help", 0.5)
    return Reading(**empty, place=said, matter=matter, kind=other, urgency=other, quotes=[], questions=[])


@pytest.mark.parametrize(
    ("known", "candidates", "asked"),
    [
        (None, ["210106", "210303"], ["ask_which_place"]),
        (None, [], ["ask_place"]),
        (region(1), ["210106", "210303"], ["ask_which_place"]),
        (region(1), [], ["ask_place"]),
        (region(2), [], ["ask_district"]),
        (region(3), [], []),
        (region(6), [], []),
    ],
)
def test_one_question_about_the_place(known, candidates, asked):
    assert doubts(reading(candidates), known) == asked


def test_a_matter_that_is_not_clear_is_asked_too():
    assert doubts(reading([], 0.3), region(2)) == ["ask_district", "ask_matter"]
