"""What is found in a call: each guess rests on words that were said, and what was not said stays open."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.classify import Taxonomy
from dispatch.transcript import Reading, Turn, extract
from dispatch.transcript.extract import QUESTIONS
from dispatch.transcript.reading import Guess
from geodata.divisions import divisions
from grids.gazetteer import Gazetteer

HEPING, NANHU, WENANLU = "210102", "210102019", "210102019009"
GAZETTEER = Gazetteer(divisions())
TAXONOMY = Taxonomy.load()


def talk(*lines: str) -> list[Turn]:
    """坐:… is the agent, 民:… the citizen."""
    return [Turn("agent" if line[0] == "坐" else "citizen", line[2:]) for line in lines]


def read(*lines: str, caller_phone: str | None = None) -> Reading:
    return extract(talk(*lines), GAZETTEER, TAXONOMY, caller_phone)


def value(guess: Guess | None) -> str | bool | None:
    return guess.value if guess else None


def test_a_whole_call_in_pieces() -> None:
    """Fillers, dialect, an address asked for step by step, a number dictated with echoes."""
    reading = read(
        "坐:您好，沈阳市12345热线，请问有什么可以帮您？",
        "民:哎呀，那啥，俺家暖气不热啊，屋里才十四度，老人受不了",
        "坐:您别急，您在哪个区？",
        "民:嗯，和平的",
        "坐:哪个街道呢？",
        "民:呃，南湖吧",
        "坐:什么社区？",
        "民:文安路社区，六号楼二单元",
        "坐:您贵姓？",
        "民:免贵姓谢",
        "坐:谢女士，留个电话吧",
        "民:一三九",
        "坐:一三九",
        "民:八八洞幺",
        "坐:嗯，八八零一",
        "民:两三四五",
        "坐:个人信息需要保密吗？",
        "民:不用",
    )
    assert reading.place and reading.place.value == WENANLU
    assert value(reading.phone) == "13988012345"
    assert (value(reading.name), value(reading.confidential)) == ("谢女士", False)
    assert value(reading.matter) == "俺家暖气不热啊，屋里才十四度，老人受不了"
    assert (reading.kind.value, value(reading.category), reading.urgency.value) == ("help", "heat.indoor", "urgent")
    assert value(reading.address) == "沈阳市和平区南湖街道文安路社区六号楼二单元"
    assert reading.questions == []


@pytest.mark.parametrize(
    ("lines", "phone"),
    [
        (["民:我的手机是138 0013 8000"], "13800138000"),
        (["民:我电话幺三八零零幺三八零零零"], "13800138000"),
        (["民:号码是一三八，零零一三，八零零零"], "13800138000"),
        (["坐:电话多少？", "民:13800138000"], "13800138000"),
        (["坐:电话多少？", "民:024-2386-5511"], "02423865511"),
        (["民:物业电话13900139000，我电话13800138000"], "13800138000"),
        (["民:一三零四一，不对不对，一三八零零", "坐:嗯", "民:一三八零零零"], "13800138000"),
        (["民:打了12345和110都没人管"], None),
        (["民:身份证210102198001011234"], None),
        (["民:物业电话是13900139000"], None),
        (["民:住三号楼二单元一零一，三四天没水了"], None),
        (["坐:请打13800138000", "民:路灯坏了"], None),
        (["坐:您的号码是13800138000吗", "民:对"], "13800138000"),
        (["民:住二单元203，13800138000"], "13800138000"),
    ],
)
def test_the_number_to_call_back(lines: list[str], phone: str | None) -> None:
    guess = read(*lines).phone
    assert value(guess) == phone


def test_the_number_shown_counts_where_none_is_said() -> None:
    shown = read("民:没水了", caller_phone="13700001111").phone
    agreed = read("坐:电话就是来电号码吗", "民:对，就这个号码", caller_phone="13700001111").phone
    said = read("民:打我手机13800138000", caller_phone="13700001111").phone
    assert shown and agreed and shown.value == agreed.value == "13700001111"
    assert shown.confidence < agreed.confidence
    assert value(said) == "13800138000"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("我姓欧阳", "欧阳"),
        ("我叫赵小梅，住和平区", "赵小梅"),
        ("姓名是钱进", "钱进"),
        ("老板姓刘，一直不给钱", None),
        ("我叫他来修他不来", None),
        ("我不姓王", None),
    ],
)
def test_names(line: str, name: str | None) -> None:
    assert value(read(f"民:{line}").name) == name


@pytest.mark.parametrize(
    ("lines", "wish"),
    [
        (["民:千万别透露是我说的"], True),
        (["民:我要匿名举报"], True),
        (["坐:需要保密吗", "民:嗯，需要"], True),
        (["坐:需要保密吗", "民:不需要"], False),
        (["民:不用保密"], False),
        (["民:路灯坏了"], None),
    ],
)
def test_confidentiality(lines: list[str], wish: bool | None) -> None:
    assert value(read(*lines).confidential) is wish


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["坐:您是和平区吗", "民:对，和平区南湖街道"], NANHU),
        (["坐:是和平区南湖街道文安路社区对吧", "民:对"], WENANLU),
        (["民:和平区", "坐:和平区是吧", "民:不是，是沈河区"], "210103"),
        (["民:在和平区", "民:哦说错了，是沈河区"], "210103"),
        (["坐:您是和平区吗", "民:路灯坏了"], None),
        (["坐:您好，沈阳市12345", "民:嗯，我在大连市沙河口区"], "210204"),
        (["坐:您好，沈阳市12345", "民:我在铁西区"], "210106"),
        (["民:我在铁西区"], "21"),
        (["民:我家住沈河区，但我要反映的是和平区南湖街道，路灯不亮"], NANHU),
        (["坐:还有别的问题吗，和平区南湖街道对吧", "民:没有了"], None),
    ],
)
def test_places_over_several_turns(lines: list[str], code: str | None) -> None:
    place = read(*lines).place
    assert (place.value if place else None) == code


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("和平区青年大街路灯不亮", "沈阳市和平区青年大街"),
        ("和平区南湖街道，家里电线短路了", "沈阳市和平区南湖街道"),
        ("和平区南湖街道，老板跑路了", "沈阳市和平区南湖街道"),
        ("和平区南湖街道，找超市不赔", "沈阳市和平区南湖街道"),
        ("和平区南湖街道，我坐二三二路，司机拒载", "沈阳市和平区南湖街道"),
        ("和平区南湖街道，把小区门口堵了", "沈阳市和平区南湖街道"),
        ("和平区南湖街道，六号楼二单元没水", "沈阳市和平区南湖街道六号楼二单元"),
    ],
)
def test_what_only_sounds_like_an_address_is_left_out(line: str, address: str) -> None:
    assert value(read("坐:您好，沈阳市12345", f"民:{line}").address) == address


def test_outside_the_province_is_said() -> None:
    reading = read("民:北京市朝阳区停电了")
    assert reading.place and reading.place.outside and reading.place.value is None
    assert reading.address is None and "say_outside" in reading.questions


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("我想咨询公积金怎么提取", "consultation"),
        ("我们楼道灯坏了，帮忙修一下", "help"),
        ("我要投诉楼下饭店油烟", "complaint"),
        ("我要举报有人偷排废水", "report"),
        ("建议在路口增设一个公交站", "suggestion"),
        ("我想表扬社区的网格员，特别热心", "praise"),
        ("我咨询一下，拖欠工资好几个月了，能投诉吗", "complaint"),
        ("我不是要投诉，就是问问几点上班", "consultation"),
    ],
)
def test_the_kind_is_never_milder_than_what_is_said(line: str, kind: str) -> None:
    assert read(f"民:{line}").kind.value == kind


@pytest.mark.parametrize(
    ("line", "urgency"),
    [
        ("厨房有煤气味", "emergency"),
        ("楼上着火了", "emergency"),
        ("电梯里还困着两个人", "emergency"),
        ("井盖没了，刚才有人摔伤了", "emergency"),
        ("我们这停水了", "urgent"),
        ("停电了，没有人受伤", "urgent"),
        ("路面有坑，怕有人摔伤", "ordinary"),
        ("楼道堆杂物，有火灾隐患", "ordinary"),
        ("没有着火，就是路灯不亮", "ordinary"),
        ("去年这里着火了，现在墙还是黑的没人刷", "ordinary"),
        ("自来水发黄，没有停水", "ordinary"),
        ("咨询一下停水通知在哪看", "ordinary"),
        ("宅基地的事是历史遗留问题", "complex"),
    ],
)
def test_urgency_is_what_happens_now(line: str, urgency: str) -> None:
    assert read(f"民:{line}").urgency.value == urgency


@pytest.mark.parametrize(
    "lines",
    [
        ["坐:您好，12345热线", "民:喂？听得到吗"],
        ["坐:您好", "民:打错了，不好意思"],
        ["坐:路灯坏了的话可以报修"],
        ["民:嗯", "民:谢谢，再见"],
        [],
    ],
)
def test_no_matter_is_invented(lines: list[str]) -> None:
    reading = read(*lines)
    assert (reading.matter, reading.category, reading.place) == (None, None, None)
    assert "ask_matter" in reading.questions


def test_the_matter_comes_without_greeting_and_numbers() -> None:
    reading = read("民:喂，你好，我想反映一个问题，楼前的路灯坏了，我电话13800138000")
    assert value(reading.matter) == "楼前的路灯坏了"


def test_an_emergency_is_said_first() -> None:
    assert read("民:闻到一股煤气味").questions[0] == "say_emergency"


WORDS = [
    "和平区",
    "南湖街道",
    "不是",
    "，",
    "。",
    "我姓王",
    "138",
    "零零一三",
    "八零零零",
    "停水了",
    "着火",
    "没有",
    "对",
    "北京市",
    "路灯坏了",
    "3号楼",
]


@given(st.lists(st.tuples(st.sampled_from("坐民"), st.lists(st.sampled_from(WORDS), max_size=8)), max_size=6))
@settings(deadline=None)
def test_every_span_is_in_the_words(said: list[tuple[str, list[str]]]) -> None:
    turns = talk(*(f"{side}:{''.join(words)}" for side, words in said))
    reading = extract(turns, GAZETTEER, TAXONOMY)
    found = [reading.phone, reading.name, reading.confidential, reading.place, reading.address, reading.matter]
    for guess in [*found, reading.kind, reading.category, reading.urgency]:
        for span in guess.spans if guess else []:
            assert turns[span.turn].text[span.start : span.end] == span.text
    assert set(reading.questions) <= set(QUESTIONS)
