"""The history to learn from: a CSV of texts and categories, as a deployment exports it."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

LARGEST = 400 << 20  # bytes
LONGEST = 100_000  # characters of a field
TEXT, CATEGORY = "text", "category"
ENCODINGS = ("utf-8-sig", "gb18030")


class BadTable(ValueError):
    """The file cannot be used. `code` names the sentence, `params` fill it."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


@dataclass(frozen=True)
class Table:
    """All rows of a file, in order, with all their columns."""

    columns: list[str]
    rows: list[dict[str, str]]

    @property
    def texts(self) -> list[str]:
        return [row[TEXT] for row in self.rows]

    @property
    def categories(self) -> list[str]:
        return [row[CATEGORY].strip() for row in self.rows]

    @property
    def judged(self) -> bool:
        """Whether the file says what the texts are."""
        return CATEGORY in self.columns


def read_table(data: bytes, needs: tuple[str, ...] = (TEXT, CATEGORY)) -> Table:
    """The rows of a CSV in UTF-8 or GB 18030. Raises BadTable."""
    if len(data) > LARGEST:
        raise BadTable("too_large", limit=LARGEST >> 20)
    text = _decoded(data)
    if not text.strip():
        raise BadTable("empty")
    lines = csv.reader(StringIO(text, newline=""))
    # The limit is the module's and not the reader's; it is checked below, so that the row can be named.
    before = csv.field_size_limit(LARGEST)
    try:
        columns = [name.strip() for name in next(lines, [])]
        for name in needs:
            if name not in columns:
                raise BadTable("no_column", column=name)
        rows = list(_rows(lines, columns))
    except csv.Error as error:
        raise BadTable("not_csv", line=lines.line_num, problem=str(error)) from None
    finally:
        csv.field_size_limit(before)
    if not rows:
        raise BadTable("empty")
    return Table(columns, rows)


def _decoded(data: bytes) -> str:
    if b"\x00" in data:
        raise BadTable("undecodable")
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadTable("undecodable")


def _rows(lines: Iterator[list[str]], columns: list[str]) -> Iterator[dict[str, str]]:
    for number, cells in enumerate(lines, 2):
        if not cells:
            continue
        if len(cells) > len(columns):
            raise BadTable("too_many_cells", row=number)
        if (longest := max(map(len, cells))) > LONGEST:
            raise BadTable("too_long", row=number, length=longest, limit=LONGEST)
        yield dict(zip(columns, cells + [""] * (len(columns) - len(cells)), strict=True))
