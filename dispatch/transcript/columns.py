"""The columns of a table of calls, by their headings in Chinese or English, and what their cells say."""

import csv
import re
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

LEXICON = Path(__file__).resolve().parents[2] / "geodata" / "lexicon" / "columns.csv"
FIELDS = ("caller_phone", "called_at", "lon", "lat", "datum", "accuracy", "address", "caller_name", "call_id")
NOT_IN_A_NAME = re.compile(r"[\s_\-—/\\.:：·*#\"'“”()（）\[\]【】]+")
BESIDE = re.compile(r"[(（\[【].*?[)）\]】]")  # 来电号码（主叫）
LONGEST_HEADING = LONGEST_MOMENT = 60  # characters
CHINA = timezone(timedelta(hours=8))
EPOCH_OF_SHEETS = datetime(1899, 12, 30, tzinfo=CHINA)
SHEET_DAYS = (20_000, 80_000)  # serial dates of the years 1954 to 2119
MOMENT = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]*(\d{1,2})[:：时点](\d{1,2})?(?:[:：分](\d{1,2})?)?(?:\.\d+)?秒?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?"
)
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})[\sT]?(?:(\d{2})(\d{2})(\d{2})?)?()")
LEAST_DIGITS, MOST_DIGITS = 6, 16  # of a telephone number
LONGEST = {"address": 200, "caller_name": 60, "call_id": 100, "datum": 20}


@cache
def headings() -> dict[str, str]:
    """The column that each heading of the lexicon names; headings stand there without blanks and marks, lower case."""
    with LEXICON.open(encoding="utf-8", newline="") as file:
        return {name: row["column"] for row in csv.DictReader(file) for name in row["headings"].split()}


def columns_in(cells: list[Any]) -> dict[str, int] | None:
    """{column: position} when these cells are the headings of a table of calls; None otherwise."""
    found = named(cells)
    sides_only = "agent" in found and "citizen" in found and len(found) == len(cells)
    return found if "text" in found or sides_only else None


def named(cells: list[Any]) -> dict[str, int]:
    """{column: position} of the headings that are known, the first of each."""
    known = headings()
    short = [str(cell or "")[:LONGEST_HEADING] for cell in cells]
    names = [known.get(heading(cell)) or known.get(heading(BESIDE.sub("", cell))) for cell in short]
    return {name: at for at, name in reversed(list(enumerate(names))) if name}


def heading(cell: Any) -> str:
    return NOT_IN_A_NAME.sub("", str(cell or "")).lower()


def fields_of(cells: list[Any], columns: dict[str, int]) -> dict[str, Any]:
    """What a row says beside its words; a cell that makes no sense as a number or a time is left out."""
    read = {name: cell_text(cells, columns.get(name)) for name in FIELDS}
    told: dict[str, Any] = {name: text[: LONGEST.get(name, 60)] for name, text in read.items() if text}
    for name, reader in (("caller_phone", phone_of), ("called_at", moment_of)):
        told[name] = reader(cells[columns[name]]) if name in told else None
    return {name: value for name, value in told.items() if value not in (None, "")}


def cell_text(cells: list[Any], at: int | None) -> str:
    """The words of a cell; whole numbers without the point that spreadsheets give them."""
    value = cells[at] if at is not None and at < len(cells) else None
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value.isoformat() if isinstance(value, datetime) else str(value).strip()


def phone_of(value: Any) -> str | None:
    """A telephone number as written, None for 匿名, 1.38E+10 and other cells that hold none."""
    text = cell_text([value], 0).strip("'\"` ")
    text = text[:-2] if re.fullmatch(r"\d{5,16}\.0", text) else text
    digits = re.sub(r"[\s()（）-]", "", text)
    plain = re.fullmatch(r"\+?\d+", digits)
    return digits if plain and LEAST_DIGITS <= len(digits.lstrip("+")) <= MOST_DIGITS else None


def moment_of(value: Any) -> str | None:
    """ISO 8601 with offset of a date cell, of a written moment, of a serial date; local time is China's."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=CHINA)).isoformat()
    text = cell_text([value], 0)[:LONGEST_MOMENT]
    try:
        if found := MOMENT.fullmatch(text) or COMPACT.fullmatch(text):
            year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
            return datetime(year, month, day, hour, minute, second, tzinfo=zone(found[7])).isoformat()
        days = float(text)
        if SHEET_DAYS[0] < days < SHEET_DAYS[1]:
            return (EPOCH_OF_SHEETS + timedelta(days=days)).replace(microsecond=0).isoformat()
    except (ValueError, OverflowError):
        return None
    return None


def zone(offset: str | None) -> timezone:
    if not offset:
        return CHINA
    if offset == "Z":
        return UTC
    sign = -1 if offset[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:])))
