"""What was found in a call: guesses with their confidence and the words they rest on; undecided is None."""

from dataclasses import dataclass, field

from dispatch.transcript.turns import Turn

AGREEMENT = r"\s*(?:嗯|呃|啊|哦|噢)?[，,、\s]*(?:对(?!面|过|于)|是的|是啊|没错|嗯|是(?!不)|行|好的|可以|需要|要)"
REFUSAL = r"\s*(?:嗯|呃|啊|哦|噢)?[，,、\s]*(?:不是|不对|不用|不需要|不要|不必|没有|没事|错了|不在|哦不)"


@dataclass(frozen=True)
class Span:
    """Words of a turn: [start, end) in characters of turn number `turn`, counted from 0."""

    turn: int
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Guess:
    """A value with its confidence 0-1 and the words it was taken from."""

    value: str | bool
    confidence: float
    spans: list[Span] = field(default_factory=list)


@dataclass(frozen=True)
class PlaceGuess:
    """`value`: code of the deepest certain region (None when outside the province); `level` 1-5; `candidates`:
    codes of what it may be, or of places that contradict each other; `outside_name`: as said; `borrowed`: named for
    another matter of the call, and meant for this one too, as far as one can tell."""

    value: str | None
    level: int
    confidence: float
    spans: list[Span] = field(default_factory=list)
    candidates: list[str] = field(default_factory=list)
    outside: bool = False
    outside_name: str = ""
    borrowed: bool = False


@dataclass(frozen=True)
class When:
    """When it happened, only as precise as was said: `at` a day, month or moment, else `begins` and `ends` (None:
    not said, or still going on). ISO 8601 in Beijing time, "2026-11", "2026-11-20" or "2026-11-20T08:00+08:00";
    all None where the words ("好几天了") cannot be dated. `recurring`: again and again."""

    at: str | None
    begins: str | None
    ends: str | None
    recurring: bool
    confidence: float
    spans: list[Span]


@dataclass(frozen=True)
class Caller:
    """What the caller says of themselves, once in a call."""

    phone: Guess | None
    name: Guess | None
    confidential: Guess | None


@dataclass(frozen=True)
class Matter:
    """One matter of a call. `matter` states it in a sentence; `quotes`: the caller's words about it, in order;
    `questions`: codes of what the agent should still ask, see extract.QUESTIONS."""

    place: PlaceGuess | None
    address: Guess | None
    happened: When | None
    matter: Guess | None
    kind: Guess
    category: Guess | None
    urgency: Guess
    quotes: list[Span]
    questions: list[str]
    rivals: list[Guess] = field(default_factory=list)


@dataclass(frozen=True)
class Reading(Matter, Caller):
    """One matter together with who tells it: what a ticket needs."""


@dataclass(frozen=True)
class CallReading(Caller):
    """A whole call: its caller and at least one matter, which may be empty where nothing was stated."""

    matters: list[Matter]

    @property
    def readings(self) -> list[Reading]:
        """Each matter with the caller."""
        caller = {name: getattr(self, name) for name in ("phone", "name", "confidential")}
        return [Reading(**caller, **vars(matter)) for matter in self.matters]


def from_citizen(turns: list[Turn]) -> list[tuple[int, Turn]]:
    """The citizen's turns with their numbers; turns of unknown speakers count, the agent's do not."""
    return [(number, turn) for number, turn in enumerate(turns) if turn.speaker != "agent"]


def agent_before(turns: list[Turn], number: int) -> str:
    """What the agent said just before a turn; "" if it was not the agent."""
    before = turns[number - 1] if number else None
    return before.text if before and before.speaker == "agent" else ""
