"""Results that are no list of utterances: FunASR's stream, iFlytek's lattice, Tencent's lines of text."""

import re
from typing import Any

from dispatch.transcript.utterances import MS, Said, clock, first, number, said_in, timed, unquoted
from dispatch.transcript.words import glued, tidy

MINUTES = r"(\d{1,4}):(\d{1,2}(?:\.\d{1,6})?)"
TENCENT_LINE = re.compile(rf"\[{MINUTES},{MINUTES}(?:,(\d{{1,3}}))?\][ \t]*([^\n]*)")


def streamed(messages: list[dict[str, Any]]) -> list[Said]:
    """FunASR over WebSocket: the corrected results where there are any, else the pieces of the live ones, joined."""
    final = [one for one in messages if str(one.get("mode")) in ("offline", "2pass-offline")]
    if not final:
        text = glued(str(one.get("text") or "") for one in messages)
        return [Said(None, tidy(text))]
    stamped = [one["stamp_sents"] if isinstance(one.get("stamp_sents"), list) else [] for one in final]
    parts = [
        said_in(sents, MS, None) if sents else said_in([one], MS, None)
        for one, sents in zip(final, stamped, strict=True)
    ]
    return [said for part in parts for said in part]


def lattice_of(items: list[Any], unit: float, label: str | None, strict: bool = False) -> list[Said]:
    """iFlytek: each item holds its best reading, in a string or not, with times of words in a tree."""
    found: list[Said] = []
    for item in items:
        best = unquoted(item.get("json_1best")) if isinstance(item, dict) else None
        told = best.get("st") if isinstance(best, dict) else None
        if isinstance(told, dict):
            who = first(told, ("rl",), (str, int)) or first(item, ("spk",), (str, int)) or label
            begin, end = timed(number(told.get("bg")), unit), timed(number(told.get("ed")), unit)
            found.append(Said(None if who is None else str(who), glued(lattice_words(told)), begin, end))
    return found


def lattice_words(told: dict[str, Any]) -> list[str]:
    """rt > ws > cw > w: the first candidate of each word; kind g marks a paragraph and is no word."""
    words = []
    for part in walk(walk([told], "rt"), "ws"):
        candidates = walk([part], "cw")
        if candidates and candidates[0].get("wp") != "g" and isinstance(candidates[0].get("w"), str):
            words.append(candidates[0]["w"])
    return words


def walk(nodes: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    lists = [node[key] for node in nodes if isinstance(node.get(key), list)]
    return [item for items in lists for item in items if isinstance(item, dict)]


def tencent_lines(text: str) -> list[Said]:
    """[0:0.020,0:2.380,0]  words: minutes and seconds, then the speaker where speakers are told apart."""
    return [
        Said(who or None, tidy(words), clock(f"{m}:{s}"), clock(f"{n}:{e}"))
        for m, s, n, e, who, words in TENCENT_LINE.findall(text)
    ]
