"""Places as citizens and transcripts say them: 200 sentences of our own, landmarks, misheard names, and what weighs."""

import contextlib
import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.divisions import divisions
from grids.gazetteer import Gazetteer
from grids.landmarks import Landmark
from grids.lexicon import renamed, short_names, sound
from grids.placetree import HOME, ORIGIN, PLAIN, STATED, PlaceFound
from tests.fuzz import places as fuzz

CASES = list(csv.DictReader((Path(__file__).parent / "place_cases.csv").open(encoding="utf-8", newline="")))
GAZETTEER = Gazetteer(divisions())
BY_CODE = {one.code: one for one in divisions()}
NANHU = "210102019"


def answer(found: PlaceFound | None) -> str:
    """The code, "-" for no place, "x" for one outside the province."""
    return "-" if found is None else "x" if found.outside else str(found.code)


@pytest.mark.parametrize("case", CASES, ids=[case["text"] for case in CASES])
def test_the_place_of_the_matter(case: dict[str, str]) -> None:
    assert answer(GAZETTEER.find(case["text"])) == case["code"]


def test_the_cases_are_many_and_name_real_regions() -> None:
    assert len(CASES) >= 200 and len({case["kind"] for case in CASES}) >= 12
    assert {case["code"] for case in CASES} - {"-", "x"} <= set(BY_CODE)


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("我家住和平区", HOME),
        ("本人单位在和平区", HOME),
        ("我是和平区的居民", HOME),
        ("老家是和平区的", ORIGIN),
        ("从和平区搬走了", ORIGIN),
        ("和平区的路灯坏了", PLAIN),
        ("问题发生在和平区", STATED),
        ("要反映的是和平区的路灯", STATED),
    ],
)
def test_what_a_mention_weighs(text: str, weight: int) -> None:
    assert [one.weight for one in GAZETTEER.mentions(text)] == [weight]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("和平区南壶街道", NANHU),
        ("和平区那个男湖街道办事处", NANHU),
        ("和平区马路弯街道的路灯", "210102016"),
        ("和平区南湖街道闻安路社区", NANHU + "009"),
        ("和平区南塔街道", "210102"),  # the name of another district's street, not a misheard one
        ("沈河区闻安路社区", "210103"),  # never across districts
        ("铁西区南壶街道", "21"),  # never before the district is certain
    ],
)
def test_misheard_names_are_mended_inside_what_is_certain(text: str, code: str) -> None:
    found = GAZETTEER.find(text)
    assert found is not None and found.code == code
    if len(code) > 6:
        assert found.confidence < 0.75 and [part.heard for part in found.parts][-1]


@pytest.mark.parametrize("seed", fuzz.SEEDS, ids=range(len(fuzz.SEEDS)))
def test_the_seeds_of_the_fuzzer_are_read_or_refused(seed: bytes) -> None:
    with contextlib.suppress(*fuzz.ALLOWED):
        fuzz.run(seed)


def test_what_sounds_alike() -> None:
    assert sound("太原街") == sound("太原接") and sound("张士") == sound("脏事") and sound("南湖") != sound("南塔")


@given(st.sampled_from([one for one in divisions() if one.level >= 4]))
@settings(max_examples=200, deadline=None)
def test_an_exact_name_is_never_taken_for_a_misheard_one(region: object) -> None:
    line, one = "", region
    while one.level > 2:  # type: ignore[attr-defined]
        line, one = f"{one.name}，{line}", BY_CODE[one.parent]  # type: ignore[attr-defined]
    found = GAZETTEER.find(line)
    assert found is not None and not any(part.heard for part in found.parts)


def test_former_and_short_names_are_of_counties_that_exist() -> None:
    for said, code in [*renamed(), *short_names()]:
        assert BY_CODE[code].level == 3, said


def landmark(name: str, area: str, kind: str = "sight", level: int = 6) -> tuple[Landmark, list[str]]:
    region = f"{area}001" if level == 6 else area
    return Landmark(name, kind, 123.4, 41.8, region, level, area, area[:9]), [name]


WITH_LANDMARKS = Gazetteer(
    divisions(),
    [
        landmark("奥林匹克广场", NANHU + "009"),
        landmark("奥林匹克广场", "210202001002"),
        landmark("阳光花园", NANHU + "009", "compound"),
        landmark("阳光花园", NANHU + "004", "compound"),
        landmark("三好街", NANHU, "road", 4),
        landmark("同泽", NANHU + "004"),
    ],
)


@pytest.mark.parametrize(
    ("text", "within", "code", "spot"),
    [
        ("和平区奥林匹克广场", None, NANHU + "009", True),
        ("沈阳市奥林匹克广场", None, NANHU + "009", True),
        ("大连奥林匹克广场的喷泉", None, "210202001002", True),
        ("奥林匹克广场的喷泉坏了", "2101", NANHU + "009", True),
        ("和平区奥林匹克广场对面", None, NANHU, False),
        ("和平区奥林匹克广场地铁站", None, "210102", False),
        ("沈河区奥林匹克广场", None, "210103", False),
        ("和平区三好街", None, NANHU, False),
        ("和平区三好街奥林匹克广场", None, NANHU + "009", True),
        ("和平区阳光花园", None, NANHU, False),
        ("和平区奥林匹克广场和阳光花园之间", None, NANHU, False),
        ("和平区大同泽被四方", None, "210102", False),
        ("铁西区奥林匹克广场", None, "21", False),
    ],
)
def test_a_landmark_gives_its_point_only_where_it_is_unique(
    text: str, within: str | None, code: str, spot: bool
) -> None:
    found = WITH_LANDMARKS.find(text, within)
    assert found is not None and (found.code, found.spot is not None) == (code, spot)


def test_without_a_context_landmarks_are_offered_not_chosen() -> None:
    assert WITH_LANDMARKS.find("奥林匹克广场") is None
    offered = WITH_LANDMARKS.search("奥林匹克广场")
    assert {one.landmark.area for one in offered if one.landmark} == {NANHU + "009", "210202001002"}
    assert all(one.score <= 50 for one in offered)
    best = WITH_LANDMARKS.search("和平区奥林匹克广场")[0]
    assert (best.code, best.level, best.name) == (NANHU + "009001", 6, "奥林匹克广场")


def test_a_landmark_is_found_in_an_address_whose_region_is_known() -> None:
    found = WITH_LANDMARKS.landmark("奥林匹克广场三楼", "210102")
    assert found is not None and found.area == NANHU + "009"
    assert WITH_LANDMARKS.landmark("奥林匹克广场三楼", "210103") is None
    assert WITH_LANDMARKS.landmark("奥林匹克广场三楼", "no region") is None


@given(st.text(alphabet="沈阳市和平区奥林匹克广场三好街阳光花园对面附近不是我家住从到铁西大连的，", max_size=40))
@settings(max_examples=300, deadline=None)
def test_no_point_without_a_landmark_inside_the_certain_region(text: str) -> None:
    found = WITH_LANDMARKS.find(text)
    if found is None or found.spot is None:
        return
    tree = WITH_LANDMARKS.tree
    assert found.code == found.spot.area and found.spot.name in text
    assert not found.candidates and tree.levels[tree.index[found.code]] == 5
