"""Traditional characters: read as simplified ones, quoted as they were written."""

import csv
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.classify import Taxonomy, classify
from dispatch.transcript import read_transcript
from dispatch.transcript.extract import extract_all
from dispatch.transcript.reading import CallReading, Span
from grids.gazetteer import Gazetteer
from grids.lexicon import FOLDER
from grids.simplified import simplified
from tests.call_texts import files

AT = datetime(2026, 11, 23, 1, tzinfo=UTC)
GAZETTEER = Gazetteer(
    [
        ("21", "辽宁省", 1, None),
        ("2101", "沈阳市", 2, "21"),
        ("210102", "和平区", 3, "2101"),
        ("210106", "铁西区", 3, "2101"),
    ]
)
CALL = """話務員：您好，請講
市民：我是鐵西區的，樓道裡著火了，冒濃煙，屋裡還有老人
話務員：您貴姓，電話號碼是多少
市民：免貴姓劉，電話13912345678"""


def traditional(text: str) -> str:
    with (FOLDER / "traditional.csv").open(encoding="utf-8") as file:
        table = {row["simplified"]: row["traditional"][0] for row in csv.DictReader(file)}
    return text.translate(str.maketrans(table))


def read(text: str) -> tuple[list[Any], CallReading]:
    turns = read_transcript(text.encode(), "call.txt")
    return turns, extract_all(turns, GAZETTEER, Taxonomy.load(), called_at=AT)


def spans_in(value: Any) -> list[Span]:
    if isinstance(value, Span):
        return [value]
    inner = value if isinstance(value, list) else vars(value).values() if hasattr(value, "__dict__") else []
    return [span for one in inner for span in spans_in(one)]


def test_a_call_is_understood_and_quoted_as_it_was_written():
    turns, call = read(CALL)
    (matter,) = call.matters
    assert [turn.speaker for turn in turns] == ["agent", "citizen", "agent", "citizen"]
    assert matter.place is not None and matter.place.value == "210106"
    assert matter.urgency.value == "emergency"
    assert call.phone is not None and call.phone.value == "13912345678"
    assert any("樓道裡著火了" in quote.text for quote in matter.quotes)
    assert turns[1].text in CALL


@pytest.mark.parametrize("name, data", files(range(25)))
def test_every_call_reads_alike_in_either_writing(name, data):
    plain, told = read(data.decode())
    turns, call = read(traditional(data.decode()))
    assert [turn.speaker for turn in turns] == [turn.speaker for turn in plain]
    assert all(span.text == turns[span.turn].text[span.start : span.end] for span in spans_in(call))
    assert without_words(call) == without_words(told)


def without_words(value: Any) -> Any:
    if isinstance(value, Span):
        return replace(value, text="")
    if isinstance(value, list):
        return [without_words(one) for one in value]
    return {name: without_words(one) for name, one in vars(value).items()} if hasattr(value, "__dict__") else value


def test_simplified_text_is_left_alone():
    text = "乾隆年间的著名建筑，显著位置，覆盖着薹草"
    assert simplified(text) is text
    assert simplified("牆上著火了") == "墙上着火了"


@given(st.text())
def test_it_keeps_the_length_and_is_done_once(text):
    folded = simplified(text)
    assert len(folded) == len(text)
    assert simplified(folded) == folded


def test_words_of_categories_and_places_are_found_where_they_stand():
    text = "和平區的暖氣不熱"
    (best, *_) = classify(text, Taxonomy.load())
    assert best.code.startswith("heat")
    assert all(text[start:end] == word for start, end, word in best.words)
    assert [(one.start, one.end) for one in GAZETTEER.mentions(text)] == [(0, 3)]
