"""A file becomes calls: members of an archive, rows of a table; a bad one is its own error and loses no other."""

import time
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from app.sentences import SENTENCES
from dispatch.transcript import Call, calls_in, sheets
from dispatch.transcript.columns import moment_of, phone_of
from tests.transcripts import ROWS, SIDES, UTTERANCES, WORDS, dumped, plain, saved, table, workbook

HEAD = ROWS[0]
TALK = "坐席：您好，请讲\n市民：我家停水了"
OTHER = "坐席：您好，请讲\n市民：路灯不亮"


def calls(data: bytes, name: str = "calls.csv") -> list[Call]:
    return list(calls_in(data, name))


def told(data: bytes, name: str = "calls.csv") -> list[tuple[str, str | None]]:
    """(source, error) of each call."""
    return [(call.source, call.error.code if call.error else None) for call in calls(data, name)]


def test_one_file_is_one_call_with_its_name():
    (call,) = calls(plain(), "夜班/通话.txt")
    assert (call.source, call.row, call.fields, call.error) == ("夜班/通话.txt", None, {}, None)
    assert [turn.text for turn in call.turns] == WORDS and call.data == plain()


def test_several_recordings_of_one_file_are_numbered():
    data = dumped(
        [{"key": "a", "text": "我家停水了"}, {"key": "b", "text": "<|nospeech|>"}, {"key": "c", "text": "灯不亮"}]
    )
    assert told(data, "x.json") == [("#1 x.json", None), ("#2 x.json", "no_speech"), ("#3 x.json", None)]


def test_lists_of_sessions_are_calls():
    sessions = [[{"citizen": "没水了"}, {"hot-line": "好的，记录了"}], [{"citizen": "路灯不亮"}]]
    assert [len(call.turns) for call in calls(dumped(sessions))] == [2, 1]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_one_call_a_row(delimiter, encoding):
    first, second = calls(table(*ROWS, delimiter=delimiter, encoding=encoding))
    assert (first.source, first.row, [turn.speaker for turn in first.turns]) == ("#1 calls.csv", 1, SIDES)
    assert first.fields == {
        "caller_phone": "13812345678",
        "called_at": "2026-03-02T09:15:00+08:00",
        "call_id": "A1",
    }
    assert second.fields["called_at"] == "2026-03-02T10:01:00+08:00"
    assert [turn.speaker for turn in second.turns] == ["citizen"]


def test_a_workbook_reads_as_the_table_it_was_made_of():
    from_table, from_book = calls(table(*ROWS)), calls(workbook(), "calls.xlsx")
    assert [call.turns for call in from_book] == [call.turns for call in from_table]
    assert [call.fields for call in from_book] == [call.fields for call in from_table]
    assert [call.source for call in from_book] == ["来电#1 calls.xlsx", "来电#2 calls.xlsx"]


def test_cells_of_a_workbook_have_kinds():
    rows = [["主叫号码（必填）", "通话时间", "经度", "纬度", "坐标系", "录音文本"]]
    rows += [
        [
            13812345678.0,
            datetime(2026, 3, 2, 9, 15),  # noqa: DTZ001 - a sheet knows no zone
            123.4,
            41.8,
            "gcj02",
            TALK,
        ]
    ]
    (call,) = calls(workbook(rows), "c.xlsx")
    assert call.fields == {
        "caller_phone": "13812345678",
        "called_at": "2026-03-02T09:15:00+08:00",
        "lon": "123.4",
        "lat": "41.8",
        "datum": "gcj02",
    }


def test_several_sheets_and_titles_above_the_headings():
    book = Workbook()
    first, second, third = book.active, book.create_sheet("夜班"), book.create_sheet("说明")
    for row in (["三月来电汇总"], [], HEAD, ["A1", None, None, TALK]):
        first.append(row)
    for row in (HEAD, ["B1", None, None, OTHER]):
        second.append(row)
    third.append(["没有通话的一页"])
    assert told(saved(book), "c.xlsx") == [("Sheet#1 c.xlsx", None), ("夜班#1 c.xlsx", None)]


def test_a_formula_counts_by_its_saved_value():
    """openpyxl saves none: the row is empty, and the formula itself is never read as words."""
    assert told(workbook([["text", "phone"], ['="我家"&"停水"', "1"], [TALK, "2"]]), "c.xlsx") == [
        ("来电#1 c.xlsx", "row_empty"),
        ("来电#2 c.xlsx", None),
    ]


def test_an_utterance_a_row_is_one_call():
    (call,) = calls(table(*UTTERANCES))
    assert (call.source, [turn.text for turn in call.turns]) == ("calls.csv", WORDS)


def test_utterances_are_kept_apart_by_their_call():
    head = ["call_id", "phone", "speaker", "start", "text"]
    rows = [
        [name, phone, "市民", 0, words] for name, phone, words in (("a", "024-2345", "没水了"), ("b", "", "停电了"))
    ]
    rows.insert(1, ["a", "", "坐席", 2.5, "好的，记录了"])
    first, second = calls(table(head, *rows))
    assert (first.source, first.fields) == ("#1 calls.csv", {"caller_phone": "0242345", "call_id": "a"})
    assert [(turn.speaker, turn.start) for turn in first.turns] == [("citizen", 0.0), ("agent", 2.5)]
    assert (second.source, second.fields, len(second.turns)) == ("#3 calls.csv", {"call_id": "b"}, 1)


def test_a_column_for_each_side():
    (call,) = calls(table(["序号", "话务员", "市民"], [1, "您好，请讲", "我家停水了"], [2, "好的", ""]))
    assert [(turn.speaker, turn.text) for turn in call.turns] == [
        ("agent", "您好，请讲"), ("citizen", "我家停水了"), ("agent", "好的"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "rows",
    [
        [["坐席", "来电人", "时长", "结果"], ["张三", "王五", 60, "已接"]],
        [["来电号码", "来电时间", "问题分类"], ["13812345678", "2026-03-02", "噪音扰民"]],
        [["a", "b", "c", "d"], *([["1", "停水", "停电", "垃圾"]] * 3)],
    ],
)
def test_a_table_of_something_else_is_nobodys_talk(rows):
    assert told(table(*rows)) == [("calls.csv", "table_without_calls")]


DAMAGED = {
    "a quote that is never closed": '电话,通话内容\n1,"我家停水了\n13812345678,路灯不亮\n3,停电了\n',
    "a quote that another row closes": '电话,通话内容\n1,"我家停水了\n13812345678,路灯不亮\n3,"停电\n4,没暖气了\n',
    "more cells than headings": "电话,通话内容,备注\n1,2,3,4\n13812345678,路灯不亮,\n3,,\n",
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_row_loses_no_other(text):
    found = calls(text.encode())
    assert found[0].error and found[0].error.code == "bad_row" and found[0].row == 1
    (good,) = [call for call in found if call.fields.get("caller_phone") == "13812345678"]
    assert [turn.text for turn in good.turns] == ["路灯不亮"]


def test_commas_in_the_words_are_forgiven_where_they_stand_last():
    (call,) = calls("phone,text\n13812345678,我家停水了,三天了,没人管\n".encode())
    assert [turn.text for turn in call.turns] == ["我家停水了,三天了,没人管"]


def test_quoted_cells_go_over_many_lines():
    long = "\n".join(f"{side}：第{n}句，“说话”\n\n" for n in range(300) for side in ("坐席", "市民"))
    found = calls(table(HEAD, ["1", "", "", long], ["2", "", "", TALK]))
    assert [len(call.turns) for call in found] == [600, 2]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("电话,通话内容\n", "table_without_calls"),
        ("电话,通话内容\n\n,\n", "table_without_calls"),
        ("电话,通话内容\n138,\n", "row_empty"),
        ("电话,通话内容\n138,hello there\n", "no_chinese"),
        ('电话,通话内容\n138,"{""turns"": ["\n', "broken_json"),
    ],
)
def test_a_row_without_a_talk_says_why(text, code):
    (call,) = calls(text.encode())
    assert call.error and call.error.code == code


@pytest.mark.parametrize("text", [TALK, "内容\n" + TALK, "对话 | 12345热线\n" + TALK, "时间：今天,内容\n" + TALK])
def test_a_dialogue_is_no_table(text):
    (call,) = calls(text.encode())
    assert [turn.speaker for turn in call.turns][-2:] == ["agent", "citizen"]


def test_rows_beyond_the_limit_are_told(monkeypatch):
    monkeypatch.setattr(sheets, "MOST_ROWS", 2)
    assert told(table(["text", "phone"], *([TALK, n] for n in range(5))))[1:] == [
        ("#2 calls.csv", None), ("#3 calls.csv", "too_many_rows"),
    ]  # fmt: skip


def test_the_same_row_is_the_same_call_wherever_it_stands():
    one, two = calls(table(HEAD, ROWS[1], ROWS[2])), calls(workbook([HEAD, ROWS[2], ROWS[1]]), "other.xlsx")
    assert {call.digest for call in one} == {call.digest for call in two}
    assert len({call.digest for call in one}) == 2
    same_words = calls(table(["phone", "text"], ["13812345678", TALK], ["13912345678", TALK]))
    assert len({call.digest for call in same_words}) == 2


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        ("13812345678", "13812345678"),
        (13812345678, "13812345678"),
        (13812345678.0, "13812345678"),
        ("'13812345678", "13812345678"),
        ("138 1234-5678", "13812345678"),
        ("+86 138 1234 5678", "+8613812345678"),
        ("(024)23456789", "02423456789"),
        ("匿名", None),
        ("1.38E+10", None),
        ("12", None),
        (None, None),
        (True, None),
    ],
)
def test_phones_of_cells(cell, phone):
    assert phone_of(cell) == phone


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-03-02 09:15", "2026-03-02T09:15:00+08:00"),
        ("2026/3/2 9:15:08", "2026-03-02T09:15:08+08:00"),
        ("2026年3月2日 9时15分", "2026-03-02T09:15:00+08:00"),
        ("2026-03-02T01:15:00Z", "2026-03-02T01:15:00+00:00"),
        ("2026-03-02T09:15:00.123+08:00", "2026-03-02T09:15:00+08:00"),
        ("20260302091500", "2026-03-02T09:15:00+08:00"),
        ("2026-03-02", "2026-03-02T00:00:00+08:00"),
        (46083.3854166667, "2026-03-02T09:15:00+08:00"),
        ("2026-13-40", None),
        ("昨天", None),
        ("0.5", None),
        ("nan", None),
        ("9" * 30, None),
    ],
)
def test_moments_of_cells(cell, moment):
    assert moment_of(cell) == moment


@given(st.lists(st.lists(st.text(max_size=12), min_size=2, max_size=4), max_size=6))
def test_no_table_does_more_than_give_errors(rows):
    for call in calls(table(["phone", "text"], *rows)):
        assert call.error is None or call.error.code in SENTENCES
        assert bool(call.turns) == (call.error is None)


@given(st.text(alphabet='电话通话内容,\t|;"\n市民：没水了1', max_size=80))
def test_no_text_below_headings_does_more_than_give_errors(text):
    for call in calls(("电话,通话内容\n" + text).encode()):
        assert call.error is None or call.error.code in SENTENCES


BLANKS, MARKS = " " * 150_000, "，。！、" * 40_000


@pytest.mark.parametrize(
    "text",
    [
        *(BLANKS + "水电", f"市民{BLANKS}：水电", f"水电{MARKS}", "WEBVTT\n\n" + "<v a>" * 40_000, "<" * 190_000),
        *("WEBVTT\n\n00:01.000 --> 00:02.000\n" + "<v " * 60_000, "*" * 190_000 + "水", f"{BLANKS}--> 水电"),
        *(f'{{"segments": [{{"text": "水电{BLANKS}a"}}]}}', f"date,text\n2026-01-01{BLANKS[:100_000]}x,水电"),
    ],
)
def test_no_text_keeps_the_patterns_busy(text):
    """Each took minutes in patterns that may begin anywhere and end nowhere."""
    began = time.process_time()
    assert calls(text.encode())
    assert time.process_time() - began < 3


def test_more_utterances_than_a_call_has_are_refused():
    (call,) = calls(dumped([{"text": "水电"}] * 20_001))
    assert call.error and call.error.code == "too_long"
