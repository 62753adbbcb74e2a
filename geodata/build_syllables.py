"""Builds lexicon/syllables.csv: which characters sound alike, from the package pypinyin (a tool of the builder only).

`python -m geodata.build_syllables` where pypinyin is installed. Characters of GB 2312, by the reading that the package
gives first, without tones.
"""

import csv
from collections import defaultdict
from pathlib import Path

TARGET = Path(__file__).resolve().parent / "lexicon" / "syllables.csv"
ROWS, CELLS = range(0xB0, 0xF8), range(0xA1, 0xFF)  # the Chinese characters of GB 2312


def characters() -> list[str]:
    codes = [bytes((row, cell)) for row in ROWS for cell in CELLS]
    return [text for code in codes if (text := code.decode("gb2312", "ignore"))]


def build() -> None:
    """Writes the table; raises ImportError without pypinyin."""
    from pypinyin import lazy_pinyin

    groups: dict[str, list[str]] = defaultdict(list)
    for character in characters():
        groups[lazy_pinyin(character)[0]].append(character)
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("syllable", "characters"))
        writer.writerows((syllable, "".join(some)) for syllable, some in sorted(groups.items()))


if __name__ == "__main__":
    build()
