"""A short turn of the fuzz target for photos: damage of every kind is at worst a refusal."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz import photos


@pytest.mark.parametrize("seed", photos.SEEDS)
def test_every_seed_is_a_photo(seed: bytes) -> None:
    photos.run(seed)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(photos.SEEDS), st.lists(st.tuples(st.integers(0, 1 << 16), st.binary(max_size=4)), max_size=8))
def test_damage_is_at_worst_a_refusal(seed: bytes, changes: list[tuple[int, bytes]]) -> None:
    data = bytearray(seed)
    for place, new in changes:
        at = place % len(data)
        data[at : at + len(new)] = new
    try:
        photos.run(bytes(data))
    except photos.ALLOWED:
        pass
