"""Traditional characters read as simplified ones: recognisers of speech often write them.

Only for reading. One character stands for one, so that every span holds in the text as it came, which is what is kept.
"""

from functools import cache

from grids.lexicon import traditional

# Simplified text uses these too (著名, 乾隆): they are read otherwise only beside characters that it never uses.
AMONG_TRADITIONAL = {"著": "着", "乾": "干"}


def simplified(text: str) -> str:
    """The text as simplified Chinese, of the same length; a text without traditional characters as it is."""
    known, table = _tables()
    return text if known.isdisjoint(text) else text.translate(table)


@cache
def _tables() -> tuple[frozenset[str], dict[int, str]]:
    known = traditional()
    return frozenset(known), str.maketrans(known | AMONG_TRADITIONAL)
