"""Where would this text go: what each judge says with the words it came from, what is decided, and who would get it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.readings import reading_of
from dispatch.classify import CategoryGuess, classify
from dispatch.config import Config, current_config
from grids.scope import Actor

SHOWN = 5


@dataclass(frozen=True)
class Trial:
    """`lexicon`: its best guesses; `learned`: the trained version's, if it is sure.

    `reading`: as a call with these words would be read, with its place, unit and promise; `decided` is its category.
    """

    lexicon: list[CategoryGuess]
    learned: CategoryGuess | None
    reading: dict[str, Any]

    @property
    def decided(self) -> str | None:
        """The code of the category that the ticket would have; None where the agent is asked."""
        found = self.reading["reading"]["category"]
        return str(found["value"]) if found else None


def tried(db: Session, actor: Actor, text: str, region: str, now: datetime) -> Trial:
    """Nothing is stored. `region`: code of the place, blank to read it from the text. Raises BadInput."""
    config: Config = current_config(db)
    given = {"text": text} | ({"region": region} if region else {})
    return Trial(
        classify(text, config.taxonomy)[:SHOWN],
        config.judge.learned(text),
        reading_of(db, given, actor, now),
    )
