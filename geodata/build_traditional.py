"""Builds lexicon/traditional.csv: traditional characters by the simplified one that they are read as, from the package
opencc-python-reimplemented (a tool of the builder only).

`python -m geodata.build_traditional` where the package is installed. Only characters that GB 2312 lacks, so that no
simplified text is touched, and ALSO, which it has but simplified text does not use; the first reading of several.
"""

import csv
from collections import defaultdict
from importlib.resources import files
from pathlib import Path

TARGET = Path(__file__).resolve().parent / "lexicon" / "traditional.csv"
ALSO = "後於菸麽甯"


def in_gb2312(character: str) -> bool:
    try:
        return bool(character.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def build() -> None:
    """Writes the table; raises ImportError without the package."""
    groups: dict[str, list[str]] = defaultdict(list)
    text = (files("opencc") / "dictionary" / "TSCharacters.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        traditional, _, readings = line.partition("\t")
        simplified = readings.split()[0]
        if in_gb2312(simplified) and (traditional in ALSO or not in_gb2312(traditional)):
            groups[simplified].append(traditional)
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("simplified", "traditional"))
        writer.writerows((simplified, "".join(some)) for simplified, some in sorted(groups.items()))


if __name__ == "__main__":
    build()
