"""Rows of a table, one after the other: delimited text that may be damaged, and XLSX."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from openpyxl import load_workbook

from dispatch.transcript.archives import DAMAGE
from dispatch.transcript.columns import columns_in, heading, named
from dispatch.transcript.plain import label_in
from dispatch.transcript.turns import TranscriptError

DELIMITERS = ",\t;|"
HEADER_WITHIN = 10  # rows: titles and blank rows may stand above the headings
REGULAR = (4, 3)  # lines and delimiters in each: more than chance
MOST_COLUMNS = 100
MOST_ROWS = 100_000
LONGEST_LINE = 400  # characters of a line that may be one of headings
UNPACKED = 300_000_000  # bytes of all parts of an XLSX
SHARED_WORDS = 100_000_000  # bytes of the one part that is held in memory as a whole
SHARED = "xl/sharedStrings.xml"


class Row(NamedTuple):
    """`number` counts from 1 without the headings; `cells` are those of the columns, or `error` says why not."""

    number: int
    cells: list[Any]
    error: TranscriptError | None = None


class Sheet(NamedTuple):
    """A table with headings that are known: {column: position}, and its rows."""

    name: str
    columns: dict[str, int]
    rows: Iterator[Row]


def sheet_in_text(text: str) -> Sheet | None:
    """The table that a text is, None for a dialogue. Raises TranscriptError for a table of something else."""
    head = text[: HEADER_WITHIN * LONGEST_LINE].split("\n")[:HEADER_WITHIN]
    for at, line in enumerate(head):
        for delimiter in _delimiters(line):
            cells = next(csv.reader([line], delimiter=delimiter), [])
            columns = columns_in(cells)
            if columns and _is_header(line, delimiter, len(columns), head[at + 1 :]):
                lines = list(islice(io.StringIO(text, newline="\n"), at + 1, None))
                return Sheet("", columns, _numbered(_records(lines, delimiter, len(cells), columns)))
    if any(_regular([line for line in head if line.strip()], delimiter) for delimiter in ",\t;"):
        raise TranscriptError("table_without_calls")
    return None


def _regular(lines: list[str], delimiter: str) -> bool:
    """Lines with equally many cells: a table, which must not be taken for what a citizen tells."""
    counts = {line.count(delimiter) for line in lines}
    if len(lines) < 2 or len(counts) != 1 or any(label_in(line)[0] for line in lines):
        return False
    known = len(named(lines[0].split(delimiter)))
    return (known >= 2 and counts != {0}) or (len(lines) >= REGULAR[0] and max(counts) >= REGULAR[1])


def _delimiters(line: str) -> str:
    """Those in the line; any one for a line that may be a single heading."""
    if len(line) > LONGEST_LINE:
        return ""
    found = "".join(delimiter for delimiter in DELIMITERS if delimiter in line)
    return found or (DELIMITERS[0] if line.isascii() else "")


def _is_header(line: str, delimiter: str, known: int, below: list[str]) -> bool:
    """Two headings are enough; a single one may be the title of a dialogue."""
    if known > 1:
        return True
    if delimiter in line:
        return any(delimiter in one or '"' in one for one in below[:1])
    return any(below) and heading(line).isascii() and not any(label_in(one)[0] for one in below)


Record = list[str] | TranscriptError


def _records(lines: list[str], delimiter: str, width: int, columns: dict[str, int]) -> Iterator[Record]:
    """One record for each row: a quoted cell may go over several lines; a quote that is never closed, or closed by
    another row's, costs the line in which it stands and no other."""
    closing = _closing(lines)
    at = 0
    while at < len(lines):
        until = closing[at]
        cells = _parsed(lines[at : until + 1], delimiter, strict=until > at)
        if cells is None and until != at:
            until, cells = at, _parsed(lines[at : at + 1], delimiter, strict=True)
        cells = _fitted(cells, width, columns, delimiter)
        yield TranscriptError("bad_row") if cells is None else cells
        at = until + 1


def _closing(lines: list[str]) -> list[int]:
    """For each line the one that closes its quotes: itself where they are even, else the next odd one, -1 for none."""
    closing, odd = [0] * len(lines), -1
    for at in range(len(lines) - 1, -1, -1):
        if lines[at].count('"') % 2:
            closing[at], odd = odd, at
        else:
            closing[at] = at
    return closing


def _parsed(lines: list[str], delimiter: str, strict: bool) -> list[str] | None:
    """The cells of what should be one row; `strict`: a quote closes at the end of its cell or not at all."""
    try:
        records = list(islice(csv.reader(lines, delimiter=delimiter, strict=strict), 2))
    except csv.Error:
        return None
    return records[0] if len(records) == 1 else None


def _fitted(cells: list[str] | None, width: int, columns: dict[str, int], delimiter: str) -> list[str] | None:
    """As many cells as headings, at most: delimiters inside the words are forgiven where the words stand last."""
    if cells is None or len(cells) <= width:
        return cells
    if not any(cell.strip() for cell in cells[width:]):
        return cells[:width]
    last = width - 1
    return [*cells[:last], delimiter.join(cells[last:])] if columns.get("text") == last else None


def _numbered(records: Iterable[list[Any] | TranscriptError]) -> Iterator[Row]:
    """Blank rows are left out, but counted."""
    for number, record in enumerate(records, 1):
        if isinstance(record, TranscriptError):
            yield Row(number, [], record)
        elif any(cell not in (None, "") for cell in record):
            if number > MOST_ROWS:
                yield Row(number, [], TranscriptError("too_many_rows", limit=MOST_ROWS))
                return
            yield Row(number, record)


def sheets_in_xlsx(data: bytes) -> Iterator[Sheet]:
    """The sheets of a workbook that hold calls; formulas count by the value that was saved with them.

    Raises TranscriptError for a broken or a swollen file.
    """
    _check_parts(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheets = [found for sheet in book.worksheets for found in _sheet(sheet)]
    except Exception as problem:  # whatever a damaged XML part makes of its reader
        raise TranscriptError("bad_table") from problem
    yield from sheets


def _sheet(sheet: Any) -> Iterator[Sheet]:
    sheet.reset_dimensions()  # what the file says of its size may be wrong
    rows = sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True)
    for cells in islice(rows, HEADER_WITHIN):
        if columns := columns_in(list(cells)):
            yield Sheet(sheet.title, columns, _numbered(_guarded(rows)))
            return


def _guarded(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[Any]]:
    try:
        yield from map(list, rows)
    except Exception as problem:  # as above: the rows before are read, the table ends with an error
        raise TranscriptError("bad_table") from problem


def _check_parts(data: bytes) -> None:
    """Refuses what would unpack to more than is sensible, and XML that declares entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            infos = parts.infolist()
            shared = sum(info.file_size for info in infos if info.filename == SHARED)
            if sum(info.file_size for info in infos) > UNPACKED or shared > SHARED_WORDS:
                raise TranscriptError("unpacked_too_large")
            for info in infos:
                if info.filename.endswith((".xml", ".rels")):
                    with parts.open(info) as part:
                        if re.search(rb"<!(?:ENTITY|DOCTYPE)", part.read(4096)):
                            raise TranscriptError("bad_table")
    except DAMAGE as problem:
        raise TranscriptError("bad_table") from problem
