"""A short run of the fuzzer over every part; `python -m tests.fuzz` runs it for longer."""

import pytest

from tests.fuzz.runner import fuzz, tried
from tests.fuzz.target import Target, targets

INPUTS, SECONDS = 400, 8.0


@pytest.mark.parametrize("target", targets(), ids=lambda target: target.name)
def test_mutations_are_read_or_refused(target):
    outcome = fuzz(target, seed=12345, seconds=SECONDS, most=INPUTS)
    assert outcome.faults == []
    assert outcome.counts["inputs"] > len(target.seeds)


@pytest.mark.parametrize("target", targets(), ids=lambda target: target.name)
def test_no_seed_is_a_fault(target):
    assert target.seeds and {tried(target, seed).split(":")[0] for seed in target.seeds} - {"fault"}


def test_an_error_that_is_not_allowed_is_a_fault():
    def broken(data: bytes) -> None:
        {}[data]

    assert tried(Target("broken", [b"a"], broken, (ValueError,)), b"a").startswith("fault: KeyError")
    assert tried(Target("broken", [b"a"], broken, (KeyError,)), b"a") == "refused KeyError"


def test_an_input_without_end_and_one_without_bounds_are_faults():
    def endless(data: bytes) -> None:
        while True:
            pass

    assert "longer than" in tried(Target("endless", [], endless, seconds=0.05), b"")
    assert "MemoryError" in tried(Target("boundless", [], lambda data: bytearray(10**9) and None, megabytes=50), b"")


def test_the_same_seed_tries_the_same_inputs():
    seen: list[list[bytes]] = []
    for _ in range(2):
        inputs: list[bytes] = []
        fuzz(Target("same", [b'{"text": "a"}', b"a,b\nc,d"], inputs.append), seed=3, seconds=60, most=50)
        seen.append(inputs)
    assert seen[0] == seen[1] and len(seen[0]) == 1 + 52  # the first seed also warms up


def test_an_unknown_part_is_named():
    with pytest.raises(LookupError, match="no part nothing"):
        targets(("nothing",))
