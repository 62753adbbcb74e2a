"""Tables: one call a row, or one utterance a row, each row a call or an error of its own."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

from dispatch.transcript.columns import cell_text, fields_of
from dispatch.transcript.readers import usable
from dispatch.transcript.records import talk_of
from dispatch.transcript.sheets import Row, Sheet
from dispatch.transcript.turns import Call, Talk, TranscriptError
from dispatch.transcript.utterances import said_in

Read = Callable[[str], Talk]


def calls_of_sheet(sheet: Sheet, source: str, read: Read) -> Iterator[Call]:
    """The calls of one table. `read` makes a usable talk of the words of a cell, or raises TranscriptError."""
    place = f"{sheet.name}#" if sheet.name else "#"
    if "text" not in sheet.columns or "speaker" in sheet.columns:
        yield from _grouped(sheet, source, place)
    else:
        for row in sheet.rows:
            yield _call(row, sheet.columns, f"{place}{row.number} {source}", read)


def _call(row: Row, columns: dict[str, int], source: str, read: Read) -> Call:
    if row.error:
        return Call(source, error=row.error, row=row.number)
    fields = fields_of(row.cells, {"called_at": columns["start"], **columns} if "start" in columns else columns)
    words = cell_text(row.cells, columns["text"])
    data = words.encode(errors="replace")
    try:
        talk = read(words)
    except TranscriptError as error:
        return Call(source, data, fields=fields, error=error, row=row.number)
    return Call(source, data, talk.turns, fields, talk.doubts, row=row.number)


def _grouped(sheet: Sheet, source: str, place: str) -> Iterator[Call]:
    """Utterances: those of one call id together, all of the table where it has none."""
    bad: list[Row] = []
    good = _good(sheet.rows, bad)
    at = sheet.columns.get("call_id")
    for _, group in groupby(good, key=lambda row: cell_text(row.cells, at)):
        rows = list(group)
        named = source if at is None else f"{place}{rows[0].number} {source}"
        items = [item for row in rows for item in _items(row.cells, sheet.columns)]
        call = Call(named, repr(items).encode(), fields=fields_of(rows[0].cells, sheet.columns))
        yield _heard(replace(call, row=None if at is None else rows[0].number), items)
    yield from (Call(f"{place}{row.number} {source}", error=row.error, row=row.number) for row in bad)


def _good(rows: Iterator[Row], bad: list[Row]) -> Iterator[Row]:
    """The rows that can be read; the others are put aside."""
    for row in rows:
        if row.error:
            bad.append(row)
        else:
            yield row


def _heard(call: Call, items: list[dict[str, Any]]) -> Call:
    try:
        talk = usable(talk_of(said_in(items, None, None)))
    except TranscriptError as error:
        return replace(call, error=error)
    return replace(call, turns=talk.turns, doubts=talk.doubts)


def _items(cells: list[Any], columns: dict[str, int]) -> list[dict[str, Any]]:
    """The utterances of a row, as a recogniser would write them: one, or what each of the two sides says in it."""
    if "text" not in columns:
        sides = {side: cell_text(cells, columns[side]) for side in ("agent", "citizen")}
        in_order = sorted((columns[side], side) for side in sides if sides[side])
        return [{"speaker": side, "text": sides[side]} for _, side in in_order]
    at = {"start": columns.get("called_at"), **columns}
    item = {name: cell_text(cells, at.get(name)) for name in ("text", "speaker", "start", "end")}
    return [{name: value for name, value in item.items() if value}] if item["text"] else []
