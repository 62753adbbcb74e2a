"""When it happened: counted back from the call, as precise as was said, and never from what was done about it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.transcript import extract
from dispatch.transcript.numerals import number_of
from dispatch.transcript.when import find_when
from tests.calls.score import CALLED_AT, GAZETTEER, TAXONOMY, talk


def told(line: str) -> tuple[str | None, str | None, str | None, bool] | None:
    when = find_when(talk(f"民:{line}"), None, CALLED_AT)
    return (when.at, when.begins, when.ends, when.recurring) if when else None


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("今天早上八点停的水", "2026-11-23T08:00+08:00"),
        ("今早七点半停的水", "2026-11-23T07:30+08:00"),
        ("昨晚十一点多楼上打架", "2026-11-22T23:00+08:00"),
        ("昨天下午三点一刻停电", "2026-11-22T15:15+08:00"),
        ("昨儿个夜里漏的", "2026-11-22"),
        ("前天丢的", "2026-11-21"),
        ("大前天丢的", "2026-11-20"),
        ("上周三买的", "2026-11-18"),
        ("上上周五买的", "2026-11-13"),
        ("周六办的卡", "2026-11-21"),
        ("这周一坏的", "2026-11-23"),
        ("星期天坏的", "2026-11-22"),
        ("11月20号停的", "2026-11-20"),
        ("十二月三号停的", "2025-12-03"),
        ("2025年10月1日签的合同", "2025-10-01"),
        ("二零二四年五月买的房", "2024-05"),
        ("去年六月交的钱", "2025-06"),
        ("去年买的", "2025"),
        ("前年交的钱", "2024"),
        ("三天前坏的", "2026-11-20"),
        ("一个半月前坏的", "2026-10-08"),
        ("半个月前坏的", "2026-11-08"),
        ("两个礼拜前坏的", "2026-11-09"),
        ("两个月前坏的", "2026-09"),
        ("五年前盖的", "2021"),
        ("半年前办的", "2026-05"),
        ("20号停的", "2026-11-20"),
        ("28号停的", "2026-10-28"),
        ("上个月五号停的", "2026-10-05"),
        ("上个月停的", "2026-10"),
        ("昨天19:40停电", "2026-11-22T19:40+08:00"),
        ("昨天凌晨两三点", "2026-11-22T03:00+08:00"),
        ("刚才停电了", "2026-11-23T10:00+08:00"),
    ],
)
def test_a_day_or_a_moment(line: str, at: str) -> None:
    assert told(line) == (at, None, None, False)


@pytest.mark.parametrize(
    ("line", "begins", "ends"),
    [
        ("停水两天了", "2026-11-21", None),
        ("堵了四五天了", "2026-11-19", None),
        ("坏了一个礼拜了", "2026-11-16", None),
        ("欠了三个月了", "2026-08", None),
        ("从10月1日到现在一直没水", "2026-10-01", None),
        ("从上周三开始就不热", "2026-11-18", None),
        ("从11月1号到11月5号一直停电", "2026-11-01", "2026-11-05"),
        ("自从去年冬天就不热", "2025", None),
        ("今早七点半就开始响", "2026-11-23T07:30+08:00", None),
        ("好几天了", None, None),
    ],
)
def test_a_span(line: str, begins: str | None, ends: str | None) -> None:
    assert told(line) == (None, begins, ends, False)


@pytest.mark.parametrize("line", ["每天晚上都吵", "天天半夜施工", "一到晚上就有味", "隔三差五停水", "成天放喇叭"])
def test_a_habit(line: str) -> None:
    assert told(line) == (None, None, None, True)


@pytest.mark.parametrize(
    "line",
    [
        "路灯坏了",
        "我今年七十八了",
        "住在三号楼",
        "3号线地铁站",
        "几点上班",
        "我昨天打过电话",
        "上周反映过",
        "13月40号",
        "建设路15号",
        "月租三百",
    ],
)
def test_no_time_is_made_up(line: str) -> None:
    assert told(line) is None


def test_the_time_in_the_statement_goes_before_others() -> None:
    turns = talk("民:你好", "民:昨晚八点小区停电了，到现在没来", "坐:什么时候住进来的", "民:前年买的房")
    happened = extract(turns, GAZETTEER, TAXONOMY, called_at=CALLED_AT).happened
    assert happened and happened.at == "2026-11-22T20:00+08:00" and happened.confidence >= 0.9


def test_without_the_time_of_the_call_only_the_words_are_kept() -> None:
    when = find_when(talk("民:昨天停的水"), None, None)
    assert when and when.at is None and when.spans[0].text == "昨天"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("15", 15),
        ("十五", 15),
        ("二十一", 21),
        ("两百", 200),
        ("一百零五", 105),
        ("二零二五", 2025),
        ("三千", 3000),
        ("俩", 2),
        ("x", None),
    ],
)
def test_numerals(text: str, number: int | None) -> None:
    assert number_of(text) == number


PIECES = [
    "从",
    "到",
    "上",
    "个",
    "月",
    "周",
    "三",
    "十",
    "31",
    "2",
    "号",
    "日",
    "年",
    "去年",
    "昨天",
    "晚上",
    "点",
    "半",
    "前",
    "了",
    "，",
    "天",
]


@given(
    st.lists(st.sampled_from(PIECES), max_size=14),
    st.datetimes(timezones=st.just(UTC)),
)
@settings(deadline=None)
def test_any_words_on_any_day(pieces: list[str], called_at: datetime) -> None:
    """No words and no day of the year break it, and every span is in the words."""
    turns = talk("民:" + "".join(pieces))
    when = find_when(turns, None, called_at)
    for span in when.spans if when else []:
        assert turns[0].text[span.start : span.end] == span.text
