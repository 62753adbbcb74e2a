"""Tables for spreadsheets, as CSV or XLSX: every list and board goes out through here; no cell is ever a formula."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any
from urllib.parse import quote

from flask import Response, abort
from flask_babel import gettext as _
from openpyxl import Workbook

from dispatch.working_time import SHANGHAI

MOST = 50_000  # rows; what is more is said in the last one
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # with these a spreadsheet may begin to calculate
MARK = "\ufeff"  # says UTF-8 to a spreadsheet
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Row = Sequence[Any]


@dataclass(frozen=True)
class Sheet:
    """A table: its name, which the file gets too, its headings, and its rows of texts, numbers and moments."""

    name: str
    heads: Sequence[str]
    rows: Iterable[Row]


def answer(sheet: Sheet, kind: str) -> Response:
    """The table as a file to be kept; 404 for any other kind of file."""
    if kind not in KINDS:
        abort(404)
    body = as_csv(sheet) if kind == "csv" else as_xlsx(sheet)
    made = Response(body, content_type=KINDS[kind])
    made.headers["Content-Disposition"] = (
        f"attachment; filename=table.{kind}; filename*=UTF-8''{quote(sheet.name)}.{kind}"
    )
    return made


def as_csv(sheet: Sheet) -> bytes:
    out = StringIO()
    out.write(MARK)
    csv.writer(out).writerows(cells(sheet))
    return out.getvalue().encode()


def as_xlsx(sheet: Sheet) -> bytes:
    book = Workbook(write_only=True)
    page = book.create_sheet("1")
    page.freeze_panes = "A2"
    for row in cells(sheet):
        page.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def cells(sheet: Sheet) -> Iterable[list[Any]]:
    yield [cell(head) for head in sheet.heads]
    for number, row in enumerate(sheet.rows):
        if number == MOST:
            yield [_("只导出前 %(n)s 行，请缩小范围", n=MOST)]
            return
        yield [cell(value) for value in row]


def cell(value: Any) -> Any:
    """Numbers stay numbers; a moment is told in Beijing time; text never begins as a formula does."""
    if isinstance(value, datetime):
        return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    if isinstance(value, bool):
        return int(value)
    if value is None or isinstance(value, int | float):
        return "" if value is None else value
    return guarded("".join(sign for sign in str(value) if sign >= " " or sign in "\t\r\n"))


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
