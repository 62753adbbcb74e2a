"""Archives and workbooks, sound and hostile: a bad member is its own error, and nothing is unpacked beyond measure."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sentences import SENTENCES
from dispatch.transcript import archives
from tests.test_transcript_calls import TALK, calls, told
from tests.transcripts import ROWS, packed, plain, srt, table, workbook


def test_an_archive_of_many_kinds():
    data = packed(
        {
            "一/通话.txt": plain(),
            "b.srt": srt(),
            "list.csv": table(*ROWS),
            "book.xlsx": workbook(),
            "empty.txt": b"",
            "tone.mp3": b"ID3\x03",
            "__MACOSX/._b.srt": b"\x00",
            "folder/": b"",
            ".DS_Store": b"\x00",
        }
    )
    assert told(data, "all.zip") == [
        ("all.zip/一/通话.txt", None),
        ("all.zip/b.srt", None),
        ("#1 all.zip/list.csv", None),
        ("#2 all.zip/list.csv", None),
        ("来电#1 all.zip/book.xlsx", None),
        ("来电#2 all.zip/book.xlsx", None),
        ("all.zip/empty.txt", "empty"),
        ("all.zip/tone.mp3", "binary"),
    ]


def test_names_of_windows_are_read():
    data = packed({"tonghua.txt": TALK.encode()})
    named = data.replace(b"tonghua.txt", "通话记录".encode("gbk") + b".tx")
    assert told(named, "c.zip") == [("c.zip/通话记录.tx", None)]


def test_an_archive_in_an_archive_is_refused():
    assert told(packed({"in.zip": packed({"a.txt": plain()}), "a.txt": plain()}), "c.zip") == [
        ("c.zip/in.zip", "archive_nested"),
        ("c.zip/a.txt", None),
    ]


@pytest.mark.parametrize("name", ["/etc/passwd", "../a.txt", "x/../../a.txt", "C:\\a.txt", "\\\\host\\a.txt"])
def test_names_that_lead_out_are_refused(name):
    assert told(packed({name: plain(), "b.txt": plain()}), "c.zip")[0][1] == "archive_name"
    assert told(packed({name: plain(), "b.txt": plain()}), "c.zip")[1] == ("c.zip/b.txt", None)


def test_a_member_with_a_password_is_told():
    data = bytearray(packed({"a.txt": plain()}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert told(bytes(data), "c.zip") == [("c.zip/a.txt", "archive_encrypted")]


def test_a_bomb_is_refused_and_the_rest_is_read(monkeypatch):
    monkeypatch.setattr(archives, "RATIO_FROM", 1000)
    bomb = packed({"bomb.txt": b"0" * 3_000_000, "a.txt": plain()})
    assert told(bomb, "c.zip") == [("c.zip/bomb.txt", "unpacked_too_large"), ("c.zip/a.txt", None)]


def test_all_members_together_are_limited(monkeypatch):
    monkeypatch.setattr(archives, "UNPACKED", len(plain()) + 10)
    assert told(packed({"a.txt": plain(), "b.txt": plain()}), "c.zip")[1] == ("c.zip/b.txt", "unpacked_too_large")


def test_a_lying_size_is_found_out(monkeypatch):
    """The header says 5 bytes; reading stops there, and what is missing shows in the checksum."""
    data = packed({"a.txt": plain() * 50})
    size = (len(plain()) * 50).to_bytes(4, "little")
    assert told(data.replace(size, (5).to_bytes(4, "little")), "c.zip")[0][1] in ("archive_broken", "undecodable")


def test_other_ways_to_pack_are_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.txt", plain())
    assert told(out.getvalue(), "c.zip") == [("c.zip/a.txt", "archive_method")]


def test_too_many_members_are_refused_at_once(monkeypatch):
    monkeypatch.setattr(archives, "MOST_MEMBERS", 2)
    assert told(packed({f"{n}.txt": plain() for n in range(3)}), "c.zip") == [("c.zip", "archive_members")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (packed({}), "archive_empty"),
        (packed({"__MACOSX/a": b"a"}), "archive_empty"),
        (packed({"a.txt": b"a"})[:40], "archive_broken"),
        (b"PK\x03\x04rest", "archive_broken"),
        (packed({"word/document.xml": b"<w/>"}), "office_document"),
        (packed({"xl/workbook.xml": b"<broken"}), "bad_table"),
        (packed({"xl/workbook.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}), "bad_table"),
        (workbook([["没有", "这样的列"], [1, 2]]), "table_without_calls"),
        (workbook()[:-200], "archive_broken"),
    ],
)
def test_what_cannot_be_opened_says_why(data, code):
    assert told(data, "c.zip") == [("c.zip", code)]
    assert code in SENTENCES


def test_rows_before_a_break_in_a_workbook_are_kept():
    with zipfile.ZipFile(io.BytesIO(workbook([["text", "phone"], *([TALK, n] for n in range(300))]))) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    found = told(packed(parts | {sheet: parts[sheet][: len(parts[sheet]) * 2 // 3]}), "c.xlsx")
    assert len(found) > 100 and found[0] == ("来电#1 c.xlsx", None) and found[-1] == ("c.xlsx", "bad_table")


WHOLE = [packed({"a.txt": plain(), "b.csv": table(*ROWS)}), workbook()]


@given(st.data())
def test_no_damage_to_an_archive_does_more_than_give_errors(data):
    whole = bytearray(data.draw(st.sampled_from(WHOLE)))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    for call in calls(bytes(whole), "c.zip"):
        assert call.error is None or call.error.code in SENTENCES
