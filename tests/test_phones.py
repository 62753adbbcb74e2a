"""The number to call back: dictated in every way that people have, and never somebody else's, never another number."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.transcript.phones import find_phone, to_digits
from tests.calls.score import talk, value

DICTATED = str.maketrans("0123456789", "洞幺两三四五六拐八勾")
SPOKEN = str.maketrans("0123456789", "零一二三四五六七八九")


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("幺三八，零零一一", "1380011"),
        ("三个八", "888"),
        ("双六两个零", "6600"),
        ("１３８", "138"),
        ("一 三 八", "138"),
        ("两三四", "234"),
        ("洞拐勾", "079"),
    ],
)
def test_digits_as_they_are_spoken(text: str, digits: str) -> None:
    assert to_digits(text) == digits


@pytest.mark.parametrize(
    ("lines", "phone"),
    [
        (["坐:电话多少", "民:一三八，四个零，九二三七"], "13800009237"),
        (["民:我手机幺三九双八两个零三四五六"], "13988003456"),
        (["坐:手机号", "民:1 3 9 4 0 0 0 1 2 3 4"], "13940001234"),
        (["坐:手机号", "民:（024）8866 5544"], "02488665544"),
        (["坐:怎么联系您", "民:零二四，八六八六，五五四四"], "02486865544"),
        (["坐:留个号码", "民:零四一一", "坐:嗯", "民:八四三三二二一一"], "041184332211"),
        (["坐:固话也行", "民:电话是024-88665544转801"], "02488665544"),
        (["坐:电话", "民:13940001238", "坐:13940001238", "民:不是八，是九"], "13940001239"),
        (["坐:电话", "民:13940001238", "坐:13940001233对吧", "民:不对，后四位是1238"], "13940001238"),
        (["坐:电话", "民:一三九四零", "坐:13940", "民:零零一", "坐:嗯", "民:二三四"], "13940001234"),
        (["坐:电话", "民:幺三九四零，呃，零零一，嗯，二三四"], "13940001234"),
        (["坐:电话", "民:一三九四零零零一二三三，哎不对，一三九四零零零一二三四"], "13940001234"),
        (["民:号码86-13940001234"], "13940001234"),
        (["坐:您这个来电是13940001234吗", "民:是的"], "13940001234"),
        (["民:我身份证210102196512120011，手机13940001234"], "13940001234"),
        (["民:我儿子手机13811112222，我的手机是13940001234"], "13940001234"),
    ],
)
def test_ways_of_giving_a_number(lines: list[str], phone: str) -> None:
    assert value(find_phone(talk(*lines))) == phone


@pytest.mark.parametrize(
    "lines",
    [
        ["坐:报一下身份证号", "民:210102 1965 1212 0011"],
        ["坐:您的供热户号是多少", "民:13940001234"],
        ["民:订单号13940001234567"],
        ["民:我的订单号是13940001234"],
        ["民:银行卡6222021234567890123"],
        ["民:快递员的电话13812340000打不通"],
        ["民:我给物业打电话13812340000没人接"],
        ["民:热力公司的电话02488665544一直占线"],
        ["民:三个人一共欠了一万三千五百块钱，三年零五个月了"],
        ["民:三单元五零二，从一二年住到现在"],
        ["坐:工单号是26112300017", "民:好的"],
    ],
)
def test_other_numbers_are_not_the_callers(lines: list[str]) -> None:
    assert find_phone(talk(*lines)) is None


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.sampled_from([DICTATED, SPOKEN, {}]),
    st.lists(st.integers(1, 10)),
)
@settings(deadline=None)
def test_a_number_in_any_pieces(digits: str, spoken: dict[int, int], cuts: list[int]) -> None:
    """Dictated in up to eleven pieces, each echoed, it is heard as it is."""
    edges = sorted({0, *cuts, 11})
    lines = ["坐:您的电话是多少"]
    for start, end in pairwise(edges):
        lines += [f"民:{digits[start:end].translate(spoken)}", f"坐:嗯，{digits[start:end]}"]
    assert value(find_phone(talk(*lines))) == digits
