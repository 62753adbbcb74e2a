"""A file becomes calls: one of most files, one a row of a table, any number of an archive; each stands alone."""

from collections.abc import Iterator
from typing import Any

from dispatch.transcript.archives import START, kind_of, members
from dispatch.transcript.decoding import decode
from dispatch.transcript.readers import JSON_START, MARKUP_START, talk_from_json, talks_in, usable
from dispatch.transcript.sheets import sheet_in_text, sheets_in_xlsx
from dispatch.transcript.tables import calls_of_sheet
from dispatch.transcript.turns import Call, Talk, TranscriptError


def calls_in(data: bytes, name: str) -> Iterator[Call]:
    """The calls of a file, in its order, at least one: what cannot be read is a Call with an error.

    Never raises for what a file contains. Reads as it goes: an archive or a workbook is never unpacked as a whole.
    """
    yield from _calls(data, name, inside=False)


def _calls(data: bytes, name: str, inside: bool) -> Iterator[Call]:
    try:
        if data.startswith(START):
            yield from _packed(data, name, inside)
        else:
            yield from _of_text(decode(data), data, name)
    except TranscriptError as error:
        yield Call(name, data, error=error)


def _packed(data: bytes, name: str, inside: bool) -> Iterator[Call]:
    """The members of a ZIP, the rows of a workbook; an archive inside an archive is refused."""
    kind = kind_of(data)
    if kind == "xlsx":
        yield from _workbook(data, name)
        return
    if kind == "office" or inside:
        raise TranscriptError("office_document" if kind == "office" else "archive_nested")
    for member in members(data):
        source = f"{name}/{member.name}"
        if member.error:
            yield Call(source, error=member.error)
        else:
            yield from _calls(member.data, source, inside=True)


def _workbook(data: bytes, name: str) -> Iterator[Call]:
    yield from _some(call for sheet in sheets_in_xlsx(data) for call in calls_of_sheet(sheet, name, talk_in))


def _some(calls: Iterator[Call]) -> Iterator[Call]:
    """The calls; raises TranscriptError where there are none."""
    call = None
    for call in calls:
        yield call
    if call is None:
        raise TranscriptError("table_without_calls")


def _of_text(text: str, data: bytes, name: str) -> Iterator[Call]:
    sheet = None if JSON_START.match(text) or MARKUP_START.match(text) else sheet_in_text(text)
    if sheet:
        yield from _some(calls_of_sheet(sheet, name, talk_in))
        return
    talks = talks_in(text)
    for number, talk in enumerate(talks, 1):
        alone = len(talks) == 1
        yield _call(talk, data if alone else repr(talk.turns).encode(), name if alone else f"#{number} {name}")


def _call(talk: Talk, data: bytes, source: str) -> Call:
    try:
        real = usable(talk)
    except TranscriptError as error:
        return Call(source, data, error=error)
    return Call(source, data, real.turns, doubts=real.doubts)


def call_of_turns(turns: list[dict[str, Any]], source: str = "turns") -> Call:
    """The call of an API body, [{speaker, text, start, end}], times in seconds; raises TranscriptError."""
    talk = talk_from_json(turns)
    return Call(source, repr(talk.turns).encode(), talk.turns, doubts=talk.doubts)


def talk_in(words: str) -> Talk:
    """The talk that stands in a cell, in any form but a table or an archive; raises TranscriptError."""
    if not words.strip():
        raise TranscriptError("row_empty")
    return usable(joined(talks_in(words)))


def joined(talks: list[Talk]) -> Talk:
    turns = [turn for talk in talks for turn in talk.turns]
    return Talk(turns, tuple(dict.fromkeys(code for talk in talks for code in talk.doubts)))
