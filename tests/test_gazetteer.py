"""Places in words: as deep as is certain, never deeper, on the real names of Liaoning."""

import time
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.divisions import Division, divisions
from grids.gazetteer import Gazetteer
from grids.placetree import PlaceFound

HEPING, NANHU, WENANLU = "210102", "210102019", "210102019009"
GAZETTEER = Gazetteer(divisions())
BY_CODE = {one.code: one for one in divisions()}


def find(text: str, within: str | None = None) -> PlaceFound:
    found = GAZETTEER.find(text, within)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("我在沈阳市和平区南湖街道文安路社区这边", WENANLU),
        ("和平区南湖街道文安路社区居委会门口", WENANLU),
        ("南湖街道的文安路社区", WENANLU),
        ("南湖街道办事处管的那个文安路社区", WENANLU),
        ("文安路社区，是南湖街道，和平区的", WENANLU),
        ("沈阳和平南湖街道", NANHU),
        ("沈阳市和平区南湖，路边", NANHU),
        ("沈阳市和平区南京南街某号", HEPING),
        ("辽宁省沈阳市", "2101"),
        ("大连沙河口区", "210204"),
        ("鞍山铁西区", "210303"),
        ("海城市西柳镇", "210381112"),
        ("喀左县", "211324"),
        ("义县", "210727"),
        ("岫岩县那边", "210323"),
        ("朝阳市双塔区", "211302"),
        ("朝阳县", "211321"),
        ("普兰店市", "210214"),
        ("太原街街道", "210102022"),
    ],
)
def test_the_deepest_region_that_is_certain(text: str, code: str) -> None:
    found = find(text)
    assert (found.code, found.candidates, found.outside) == (code, (), False)


def test_every_part_has_its_span_and_code() -> None:
    text = "住沈阳市和平区南湖街道文安路社区3号楼2单元"
    found = find(text)
    assert [part.code for part in found.parts] == ["2101", HEPING, NANHU, WENANLU]
    assert all(text[part.start : part.end] == part.text for part in found.parts)
    assert found.rest == "3号楼2单元" == text[slice(*found.rest_span)]


def test_building_numbers_never_make_a_cell() -> None:
    assert find("文安路社区，3号楼").code == WENANLU


@pytest.mark.parametrize(
    "text", ["和平区文安路5号", "和平区文安路的路灯", "沈阳市和平区南湖公园旁边", "和平区中山路上"]
)
def test_a_road_or_sight_with_a_regions_name_is_not_the_region(text: str) -> None:
    assert find(text).code == HEPING


ORDINARY = """我们要团结，建设和平，争取胜利|沿海城市|新民市场|朝阳的房间|北京街的路灯|长春路上有个坑|翡翠明珠社区
文安路太吵|由于村里没人管|南湖那边|和平|和谐社区建设|经济技术开发区"""


@pytest.mark.parametrize("text", ORDINARY.replace("\n", "|").split("|"))
def test_ordinary_words_are_no_place(text: str) -> None:
    assert GAZETTEER.find(text) is None


def test_namesakes_stay_open_until_the_city_is_known() -> None:
    found = find("我家在铁西区")
    assert (found.code, found.candidates) == ("21", ("210106", "210303"))
    assert find("我家在铁西区", within="2101").code == "210106"
    assert find("我家在铁西区，鞍山的").code == "210303"


def test_a_namesake_community_is_certain_inside_its_street_only() -> None:
    open_one = find("新华社区")
    assert open_one.code == "21" and len(open_one.candidates) > 5
    assert find("沈阳市新民市新华社区").code.startswith("210181")


def test_context_never_overrules_what_is_said() -> None:
    assert find("大连市沙河口区", within="2101").code == "210204"
    assert find("文安路社区", within="2102").confidence <= 0.5


def test_contradicting_places_stay_at_the_common_ancestor() -> None:
    found = find("和平区，还有沈河区")
    assert (found.code, found.candidates) == ("2101", ("210102", "210103"))
    assert find("和平区和沙河口区").code == "21"


@pytest.mark.parametrize(
    "text",
    [
        "不是和平区，是沈河区",
        "我不在和平区南湖街道，我在沈河区",
        "在和平区，哦不对，是沈河区",
        "和平区，说错了，应该是沈河区",
    ],
)
def test_denied_and_corrected_places(text: str) -> None:
    assert find(text).code == "210103"


@pytest.mark.parametrize(
    "text", ["北京市朝阳区", "吉林省四平市铁西区", "四平铁西区", "广东省中山市", "河北省承德市和平街道"]
)
def test_outside_the_province(text: str) -> None:
    found = find(text)
    assert (found.outside, found.code) == (True, None)


@pytest.mark.parametrize("text", ["我是吉林人，住沈阳市和平区", "从北京市回来，现在在沈阳市和平区"])
def test_coming_from_outside_is_not_being_outside(text: str) -> None:
    found = find(text)
    assert (found.outside, found.code) == (False, HEPING)


def test_an_answer_to_a_question_may_be_bare() -> None:
    assert not GAZETTEER.mentions("嗯，南湖吧")
    (answer,) = GAZETTEER.mentions("嗯，南湖吧", asked=4)
    assert (answer.text, answer.regions) == ("南湖", (GAZETTEER.tree.index[NANHU],))


@given(st.sampled_from([one for one in divisions() if one.level >= 3]))
@settings(max_examples=300, deadline=None)
def test_an_official_path_finds_its_region_or_a_namesake_is_named(region: Division) -> None:
    """Said in full, a region is found, or stays open among namesakes with its own code among them."""
    line = [region]
    while line[0].parent:
        line.insert(0, BY_CODE[line[0].parent])
    found = find("，".join(one.name for one in line))
    assert found.code == region.code or region.code in found.candidates


@given(st.text(alphabet="沈阳市和平区南湖街道文安路社区不是，对的在铁西北京朝新华村3号楼", max_size=60))
@settings(deadline=None)
def test_whatever_is_said_the_answer_is_consistent(text: str) -> None:
    found = GAZETTEER.find(text)
    if found is None or found.outside:
        return
    tree = GAZETTEER.tree
    assert found.code in BY_CODE and 0 < found.confidence <= 1
    assert all(tree.covers(tree.index[found.code], tree.index[code]) for code in found.candidates)


def test_search_lists_the_best_first_and_nothing_made_up() -> None:
    assert GAZETTEER.search("和平区南湖街道文安路社区")[0].code == WENANLU
    assert [one.code for one in GAZETTEER.search("铁西", 2)] == ["210106", "210303"]
    assert GAZETTEER.search("和平区文安路5号")[0].code == HEPING
    assert GAZETTEER.search("文安璐社区")[0].code == WENANLU
    assert GAZETTEER.search("沈河区文安璐社区")[0].code == "210103"
    assert all(one.code != WENANLU for one in GAZETTEER.search("沈河区文安璐社区"))
    assert GAZETTEER.search("qwerty") == GAZETTEER.search("") == GAZETTEER.search("北京市朝阳区") == []


def test_a_street_of_many_names_is_certain_inside_its_district() -> None:
    streets = defaultdict(list)
    for one in divisions():
        if one.level == 4 and one.name.endswith("街道"):
            streets[one.name].append(one)
    namesakes = [one for some in streets.values() if len(some) > 1 for one in some]
    assert len(namesakes) > 50
    for street in namesakes:
        district = BY_CODE[street.parent or ""]
        city = BY_CODE[district.parent or ""]
        assert find(f"{city.name}{district.name}{street.name}").code == street.code


def test_building_and_finding_are_fast_enough_for_every_keystroke() -> None:
    """Generous limits: a busy machine must not fail them; usual are 0.2 s and 0.5 ms."""
    start = time.perf_counter()
    gazetteer = Gazetteer(divisions())
    assert time.perf_counter() - start < 2
    text = ("我想反映家住和平区南湖街道这边晚上施工噪音很大，小区居民没法休息，" * 20)[:500]
    start = time.perf_counter()
    for _ in range(20):
        gazetteer.find(text)
    assert (time.perf_counter() - start) / 20 < 0.01
