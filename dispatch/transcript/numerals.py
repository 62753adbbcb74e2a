"""Chinese numerals as they are spoken: 三, 十五, 二十一, 两百, 二零二五."""

import re

VALUES = {char: at for at, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2, "仨": 3}
UNITS = {"十": 10, "百": 100, "千": 1000}
NUMERAL = r"(?:\d{1,4}|[零〇一二两俩仨三四五六七八九十百千]+)"


def number_of(text: str) -> int | None:
    """15 for "15" and "十五", 2025 for "二零二五"; None for what is no number."""
    if text.isascii() and text.isdigit():
        return int(text)
    if not re.search("[十百千]", text):
        digits = [VALUES.get(char) for char in text]
        return None if not digits or None in digits else int("".join(map(str, digits)))
    total, digit = 0, 0
    for char in text:
        if char in UNITS:
            total += (digit or 1) * UNITS[char]
            digit = 0
        elif char in VALUES:
            digit = VALUES[char]
        else:
            return None
    return total + digit
