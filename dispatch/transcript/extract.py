"""From the turns of a call to what tickets need, each with evidence; what cannot be decided stays open."""

from datetime import datetime

from dispatch.classifier.judge import Judge
from dispatch.classify import Taxonomy
from dispatch.transcript.callers import find_confidential, find_name
from dispatch.transcript.kinds import declared, find_kind, names_its_own
from dispatch.transcript.matters import find_categories, find_matter
from dispatch.transcript.phones import find_phone
from dispatch.transcript.places import Place, find_places
from dispatch.transcript.quotes import quotes_of, without_caller
from dispatch.transcript.reading import CallReading, Guess, Matter, PlaceGuess, Reading
from dispatch.transcript.segments import shares
from dispatch.transcript.turns import Turn
from dispatch.transcript.urgency import find_urgency
from dispatch.transcript.when import find_when
from dispatch.transcript.writing import as_said, read_as
from grids.gazetteer import Gazetteer
from grids.placetext import address_detail

# What the agent should still ask or say, in this order.
QUESTIONS = (
    "say_emergency",  # hand over to 110, 119, 120 at once
    "say_outside",  # the place lies outside the province
    "ask_matter",
    "ask_place",  # no place at all
    "ask_which_place",  # namesakes or a contradiction: read the candidates
    "ask_city",
    "ask_district",
    "ask_street",
    "ask_community",
    "ask_phone",
    "ask_category",
)
NEXT_LEVEL = {1: "ask_city", 2: "ask_district", 3: "ask_street", 4: "ask_community"}
GRAVE = ("complaint", "report")


def extract_all(
    turns: list[Turn],
    gazetteer: Gazetteer,
    taxonomy: Taxonomy,
    caller_phone: str | None = None,
    within: str | None = None,
    called_at: datetime | None = None,
    judge: Judge | None = None,
) -> CallReading:
    """Reads a call: who calls, and each matter with its own place, time and words.

    `caller_phone`: the number that the telephone system shows, if any; `within`: code of the region that the agent
    answers for, which decides between namesakes and nothing else; `called_at`: what 昨天 is counted from;
    `judge`: the lexicon with what the deployment learned, else the lexicon alone."""

    said, turns = turns, read_as(turns)

    def names_place(text: str) -> bool:
        return bool(gazetteer.mentions(text) or address_detail(text, 0)[0])

    phone, name = find_phone(turns, caller_phone), find_name(turns)
    parts = shares(turns, taxonomy, names_place)
    places = find_places(turns, parts, gazetteer, within)
    wish = declared(turns) if len(parts) > 1 else None
    matters = [
        _matter(turns, part, place, judge or Judge.of(taxonomy), wish, called_at, [phone, name])
        for part, place in zip(parts, places, strict=True)
    ]
    return as_said(CallReading(phone, name, find_confidential(turns), matters), said, turns)


def extract(
    turns: list[Turn],
    gazetteer: Gazetteer,
    taxonomy: Taxonomy,
    caller_phone: str | None = None,
    within: str | None = None,
    called_at: datetime | None = None,
    judge: Judge | None = None,
) -> Reading:
    """The first matter of a call with its caller, see `extract_all`."""
    return extract_all(turns, gazetteer, taxonomy, caller_phone, within, called_at, judge).readings[0]


def _matter(
    turns: list[Turn],
    part: list[Turn],
    place_and_address: Place,
    judge: Judge,
    wish: Guess | None,
    called_at: datetime | None,
    caller: list[Guess | None],
) -> Matter:
    """`part`: the turns with the words of other matters blanked; `caller`: phone and name, which no description has."""
    stated = without_caller(find_matter(part, judge.taxonomy), caller)
    categories = find_categories(part, stated, judge)
    category = categories[0] if len(categories) == 1 else None
    defaults = judge.taxonomy.category(str(category.value)) if category else None
    kind = find_kind(part, stated, defaults.kind if defaults else None)
    if wish and kind.value not in GRAVE and not names_its_own(part):
        kind = wish
    urgency = find_urgency(part, str(kind.value), defaults.urgency if defaults else None)
    happened = find_when(part, stated, called_at)
    place, address = place_and_address
    quotes = quotes_of(turns, part, [stated, kind, category, urgency, happened, place, address])
    asked = _questions(stated, place, caller[0], category, urgency)
    rivals = categories if category is None else []
    return Matter(place, address, happened, stated, kind, category, urgency, quotes, asked, rivals)


def _questions(
    matter: Guess | None, place: PlaceGuess | None, phone: Guess | None, category: Guess | None, urgency: Guess
) -> list[str]:
    """The codes of QUESTIONS that apply, in that order."""
    asked = {
        "say_emergency": urgency.value == "emergency",
        "say_outside": place is not None and place.outside,
        "ask_matter": matter is None,
        "ask_place": place is None,
        "ask_which_place": place is not None and bool(place.candidates),
        "ask_phone": phone is None,
        "ask_category": matter is not None and category is None,
    }
    if place and not place.candidates and place.level in NEXT_LEVEL:
        asked[NEXT_LEVEL[place.level]] = True
    return [code for code in QUESTIONS if asked.get(code)]
