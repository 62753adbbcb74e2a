"""What a geocoder is asked: regions, road, number and compound, and nothing that says who lives there."""

import re
from collections.abc import Sequence

from grids.placenames import normalise
from grids.placetext import address_detail

PRIVATE = re.compile(r"[一二三四五六七八九十\d]+ ?(?:单元|门|室|层|楼(?!栋)|户).*$")
DIGITS = re.compile(r"\d{5,}")
PERSON = re.compile("[一-龥](?:先生|女士|大爷|大娘|阿姨|同志|师傅)")
LONGEST = 60  # characters


def question(names: Sequence[str], address: str) -> str | None:
    """The question for a place in the regions `names` (from the city down): None when the address says nothing finer.
    Floors, doors, names of persons and long numbers are left out."""
    said = normalise(address).removeprefix(normalise("".join(names)))
    detail, _ = address_detail(PERSON.sub("", DIGITS.sub("", said)), 0)
    detail = PRIVATE.sub("", detail).strip(" ,，、")
    return ("".join(names) + detail)[:LONGEST] if len(detail) >= 3 else None
