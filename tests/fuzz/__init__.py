"""A small mutation fuzzer: `python -m tests.fuzz [PART…] [--seconds N] [--seed S]`.

Each other module of this package that has SEEDS is a part: `SEEDS: list[bytes]` made by code, `ALLOWED`: the errors
that a parser may raise, `run(data: bytes) -> None`, and, where they differ from the usual, `SECONDS` and `MEGABYTES`
that one input may take. A new part is a new file; nothing has to be registered.
"""
