"""The caller's own words behind a matter, in whole sentences; and statements that name no caller."""

from collections.abc import Iterable
from dataclasses import replace

from dispatch.transcript.matters import SENTENCE
from dispatch.transcript.phones import RUN, to_digits
from dispatch.transcript.reading import Guess, PlaceGuess, Span, When
from dispatch.transcript.turns import Turn

PERSONAL = 7  # digits in a row that may be a telephone number


def quotes_of(turns: list[Turn], part: list[Turn], guesses: Iterable[Guess | PlaceGuess | When | None]) -> list[Span]:
    """The citizen's sentences that any of the guesses rests on, in the order in which they were said; `part`: the turns
    with the words of other matters blanked."""
    evidence = {(span.turn, span.start) for guess in guesses if guess for span in guess.spans}
    quoted = []
    for number, turn in enumerate(part):
        starts = [start for at, start in evidence if at == number]
        if not starts or turn.speaker == "agent":
            continue
        for found in SENTENCE.finditer(turn.text):
            if any(found.start() <= start < found.end() for start in starts):
                quoted.append(Span(number, *_trimmed(turns[number].text, *found.span())))
    return quoted


def _trimmed(text: str, start: int, end: int) -> tuple[int, int, str]:
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    words = words.strip()
    return start, start + len(words), words


def without_caller(matter: Guess | None, caller: Iterable[Guess | None]) -> Guess | None:
    """The statement without the caller's name and without anything that may be a telephone number."""
    if matter is None:
        return None
    text = str(matter.value)
    for guess in caller:
        for words in [str(guess.value), *(span.text for span in guess.spans)] if guess else []:
            text = text.replace(words, "") if len(words) > 1 else text
    return replace(matter, value=masked_numbers(text).strip("，, ") or matter.value)


def masked_numbers(text: str) -> str:
    """Runs of seven digits and more, written or spoken, as stars of the same length."""
    return RUN.sub(lambda run: "*" * len(run[0]) if len(to_digits(run[0])) >= PERSONAL else run[0], text)
