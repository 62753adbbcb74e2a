"""Mutations: of bytes, of lines, of the structure of JSON, and of what an archive holds."""

import io
import json
import random
import zipfile
from collections.abc import Callable
from typing import Any

LARGEST = 200_000  # bytes: a seed grows no further
BYTES = [b"\x00", b"\xff", b"\r", b"\n", b'"', b"{", b"[", b"]", b":", b",", b"<", b"\xe4\xbd", b"\xef\xbb\xbf"]
WORDS = [
    "00:00:01,000 --> 00:00:02,000",
    "市民：",
    "WEBVTT",
    "NOTE",
    "text,phone",
    "[0:0.1,0:2.0,0]",
    "<v 坐席>",
    "<|zh|>",
]
WORDS += [
    "\x00",
    "\ud800",
    "\u202e",
    "﷽",
    "👨‍👩‍👧",
    "ａ１",
    "NaN",
    "1e999",
    "-1",
    "9" * 400,
    "=1+1",
    "../../x",
    "没水了。" * 50,
]
SCALARS: list[Any] = [None, True, False, 0, -1, 1.5, 1e308, float("nan"), float("inf"), 2**70, "", "0.5", "[[1,2]]"]
SCALARS += ["{", "没水了", "\x00", "\ud800", [], {}, [[]], [None], {"text": "没水了"}]
DEEP = 200


def mutated(seeds: list[bytes], rng: random.Random) -> bytes:
    """A seed, changed once to several times."""
    data = rng.choice(seeds)
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        data = rng.choice(WAYS)(data, seeds, rng)
    return data[:LARGEST]


def place(data: bytes, rng: random.Random) -> int:
    return rng.randrange(len(data) + 1)


def flip(data: bytes, seeds: list[bytes], rng: random.Random) -> bytes:
    at = place(data, rng)
    return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]


def insert(data: bytes, seeds: list[bytes], rng: random.Random) -> bytes:
    at = place(data, rng)
    piece = rng.choice([*BYTES, rng.choice(WORDS).encode("utf-8", "surrogatepass"), rng.randbytes(rng.randrange(1, 9))])
    return data[:at] + piece * rng.choice((1, 1, 1, 2, 100)) + data[at:]


def cut(data: bytes, seeds: list[bytes], rng: random.Random) -> bytes:
    start, end = sorted((place(data, rng), place(data, rng)))
    return data[:start] + data[end:] if rng.random() < 0.7 else data[:end]


def repeat(data: bytes, seeds: list[bytes], rng: random.Random) -> bytes:
    start, end = sorted((place(data, rng), place(data, rng)))
    return data[:end] + data[start:end] * rng.choice((1, 2, 20)) + data[end:]


def splice(data: bytes, seeds: list[bytes], rng: random.Random) -> bytes:
    other = rng.choice(seeds)
    return data[: place(data, rng)] + other[place(other, rng) :]


def lines(data: bytes, seeds: list[bytes], rng: random.Random) -> bytes:
    """Lines left out, doubled, or in another order."""
    parts = data.split(b"\n")
    rng.shuffle(parts) if rng.random() < 0.3 else parts.pop(rng.randrange(len(parts)))
    return b"\n".join([*parts, rng.choice(parts)] if parts else [])


def recode(data: bytes, seeds: list[bytes], rng: random.Random) -> bytes:
    encoding = rng.choice(("gb18030", "utf-16", "utf-16-be", "utf-8-sig", "latin-1", "big5"))
    return data.decode("utf-8", "replace").encode(encoding, "replace")


def structure(data: bytes, seeds: list[bytes], rng: random.Random) -> bytes:
    """One value somewhere in a JSON text is replaced, renamed, doubled, wrapped or put into a string."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return flip(data, seeds, rng)
    changed = at_random_place(value, rng)
    return json.dumps(changed, ensure_ascii=rng.random() < 0.2).encode("utf-8", "surrogatepass")


def at_random_place(value: Any, rng: random.Random) -> Any:
    if isinstance(value, dict) and value and rng.random() < 0.85:
        key = rng.choice(list(value))
        return value | {rng.choice((key, key, key, key + "x", "text")): at_random_place(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.85:
        at = rng.randrange(len(value))
        return [*value[:at], at_random_place(value[at], rng), *value[at + rng.randrange(2) :]]
    return rng.choice(CHANGES)(value, rng)


def nested(value: Any, rng: random.Random) -> Any:
    for _ in range(rng.randrange(1, DEEP)):
        value = [value]
    return value


CHANGES: list[Callable[[Any, random.Random], Any]] = [
    lambda value, rng: rng.choice(SCALARS),
    lambda value, rng: rng.choice(WORDS),
    lambda value, rng: [value] * rng.choice((1, 3, 50)),
    lambda value, rng: {rng.choice(("data", "result", "text", "segments", "words")): value},
    lambda value, rng: json.dumps(value, ensure_ascii=False),
    lambda value, rng: str(value),
    nested,
]


def packing(data: bytes, seeds: list[bytes], rng: random.Random) -> bytes:
    """A member of an archive is mutated, or the input becomes one: its checksums are right again."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = {info.filename: archive.read(info) for info in archive.infolist()[:20] if info.file_size < LARGEST}
    except Exception:  # no archive, or one that is damaged already
        files = {rng.choice(("a.txt", "../a", "通话.csv", "a.zip", "xl/workbook.xml")): data}
    if files:
        name = rng.choice(list(files))
        files[name] = rng.choice(PLAIN_WAYS)(files[name], seeds, rng)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", rng.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as archive:
        for name, content in files.items():
            archive.writestr(name, content[:LARGEST])
    return out.getvalue()


PLAIN_WAYS = (flip, insert, cut, repeat, splice, lines, recode, structure, structure, structure)
WAYS = (*PLAIN_WAYS, packing)
