"""Fuzzing of the classifier: the history file as any bytes, and any text before the judge."""

from functools import cache

from dispatch.classifier.judge import Judge
from dispatch.classifier.table import BadTable, read_table
from dispatch.classifier.training import train
from dispatch.classify import Taxonomy
from tests.history import messages

SEEDS: list[bytes] = [
    "text,category\n公交车甩站不停,公交地铁\n".encode(),
    'text,category\n"暖气,不热",供热采暖\n'.encode("gbk"),
    "﻿id,text\n1,学校 食堂 伙食 很差\n".encode(),
    "包工头拖欠工资，Ｋ１路 １２ 号\x00𠀀".encode(),
    b'text,category\n"',
]
ALLOWED: tuple[type[Exception], ...] = (BadTable,)


def run(data: bytes) -> None:
    """Judges the bytes as a text and then reads them as a file; a refusal of the file is allowed."""
    text = data.decode("utf-8", errors="replace")
    for guess in judge().guesses(text):
        assert 0 <= guess.confidence <= 1
        assert all(text[start:end] == word for start, end, word in guess.words)
    table = read_table(data, ("text",))
    judge().model.judge(table.texts[:50])  # type: ignore[union-attr]


@cache
def judge() -> Judge:
    return Judge.of(Taxonomy.load(), train(*messages()).model.calibrated(4.0, 0.3), 1)
