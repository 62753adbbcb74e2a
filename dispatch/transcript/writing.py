"""Traditional characters are read as simplified ones; what is quoted stays as it was written."""

from dataclasses import is_dataclass, replace
from typing import Any

from dispatch.transcript.reading import CallReading, Span
from dispatch.transcript.turns import Turn
from grids.simplified import simplified


def read_as(turns: list[Turn]) -> list[Turn]:
    """The turns in simplified characters, each as long as it was; the same list where there is nothing to change."""
    read = [simplified(turn.text) for turn in turns]
    if all(text is turn.text for text, turn in zip(read, turns, strict=True)):
        return turns
    return [replace(turn, text=text) for text, turn in zip(read, turns, strict=True)]


def as_said(call: CallReading, said: list[Turn], read: list[Turn]) -> CallReading:
    """What was read in the turns `read`, with the words of every span as they stand in `said`."""
    quoted: CallReading = call if said is read else _quoted(call, said)
    return quoted


def _quoted(value: Any, said: list[Turn]) -> Any:
    if isinstance(value, Span):
        return replace(value, text=said[value.turn].text[value.start : value.end])
    if isinstance(value, list):
        return [_quoted(one, said) for one in value]
    if not is_dataclass(value) or isinstance(value, type):
        return value
    return replace(value, **{name: _quoted(one, said) for name, one in vars(value).items()})
