"""The history file: what is read, and which sentence a file gets that cannot be."""

import pytest

from app.cli.classifier import sentence
from dispatch.classifier.table import LONGEST, BadTable, read_table


def test_columns_may_stand_anywhere_and_others_are_kept() -> None:
    table = read_table('id,category,text\n7,教育,学校 食堂\n\n8,供热,"暖气,不热"\n'.encode())
    assert table.texts == ["学校 食堂", "暖气,不热"] and table.categories == ["教育", "供热"]
    assert table.rows[1]["id"] == "8"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_encodings(encoding: str) -> None:
    assert read_table("text,category\n路灯不亮,照明\n".encode(encoding)).texts == ["路灯不亮"]


def test_a_short_row_is_filled_and_lines_inside_quotes_are_kept() -> None:
    table = read_table(b'text,category\nabc\n"two\nlines",x\n')
    assert table.rows == [{"text": "abc", "category": ""}, {"text": "two\nlines", "category": "x"}]


def test_texts_alone_can_be_asked_for() -> None:
    assert not read_table(b"text\nabc\n", ("text",)).judged


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no rows"),
        (b"text,category\n", "no rows"),
        ("内容,类别\n路灯,照明\n".encode(), "column text is missing"),
        (b"text,label\nabc,x\n", "column category is missing"),
        (b"PK\x03\x04\x00\x00", "neither UTF-8 nor GBK"),
        (b"text,category\n\xff\xff\xfe,x\n", "neither UTF-8 nor GBK"),
        (b"text,category\na,b,c\n", "row 2 has more cells"),
        (b"text,category\n" + b"x" * (LONGEST + 1) + b",y\n", "row 2 has a field of"),
    ],
)
def test_a_wrong_file_is_told_in_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(BadTable) as caught:
        read_table(data)
    assert words in sentence(caught.value)
