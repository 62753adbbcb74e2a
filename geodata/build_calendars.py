"""Build geodata/calendars/CN.* from the package chinesecalendar: python -m geodata.build_calendars"""

import csv
import hashlib
import io
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from chinese_calendar import constants

FOLDER = Path(__file__).parent / "calendars"
NAMES = {holiday.value: holiday.chinese for holiday in constants.Holiday}
RULES = {"code": "CN", "name": "全国", "intervals": "08:30-12:00,13:30-17:30", "weekend": [5, 6]}


def main() -> None:
    """Write CN.csv (what differs from the plain week) and CN.json (rules, years with a plan, version, source)."""
    table = _table()
    content = RULES | {"planned_years": _years(), "sha256": hashlib.sha256(table.encode()).hexdigest()}
    head = content | {
        "version": _version(content),
        "source": f"chinesecalendar {version('chinesecalendar')}, after the yearly notices of the State Council",
        "licence": "MIT",
    }
    (FOLDER / "CN.csv").write_text(table, encoding="utf-8", newline="")
    (FOLDER / "CN.json").write_text(json.dumps(head, ensure_ascii=False) + "\n", encoding="utf-8")


def _table() -> str:
    rows = [(day, "holiday", NAMES[name]) for day, name in constants.holidays.items()]
    rows += [(day, "makeup", NAMES[name]) for day, name in constants.workdays.items()]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("date", "kind", "name"))
    writer.writerows(sorted(rows))
    return out.getvalue()


def _years() -> list[int]:
    """Years with an official plan: the first of October is a holiday in each of them."""
    return sorted(day.year for day in constants.holidays if (day.month, day.day) == (10, 1))


def _version(content: dict[str, Any]) -> int:
    """The version written before, one more when the content has changed since."""
    path = FOLDER / "CN.json"
    if not path.exists():
        return 1
    before = json.loads(path.read_text(encoding="utf-8"))
    changed = any(before[key] != value for key, value in content.items())
    return int(before["version"]) + changed


if __name__ == "__main__":
    main()
