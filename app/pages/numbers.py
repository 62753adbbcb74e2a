"""Numbers in addresses and forms, as people send them."""

from dispatch.errors import NotFound

LONGEST = 18  # digits that a 64-bit id can have


def number_of(text: str) -> int:
    """An id. Raises NotFound: what is no number names nothing."""
    if not (text.isascii() and text.isdecimal()) or len(text) > LONGEST:
        raise NotFound("page_absent")
    return int(text)
