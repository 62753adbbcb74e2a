"""From the turns of a call to what a ticket needs, each with evidence; what cannot be decided stays open."""

from dispatch.classifier.judge import Judge
from dispatch.classify import Taxonomy
from dispatch.transcript.callers import find_confidential, find_name
from dispatch.transcript.matters import find_categories, find_kind, find_matter, find_urgency
from dispatch.transcript.phones import find_phone
from dispatch.transcript.places import find_place
from dispatch.transcript.reading import Guess, PlaceGuess, Reading
from dispatch.transcript.turns import Turn
from grids.gazetteer import Gazetteer

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


def extract(
    turns: list[Turn],
    gazetteer: Gazetteer,
    taxonomy: Taxonomy,
    caller_phone: str | None = None,
    within: str | None = None,
    judge: Judge | None = None,
) -> Reading:
    """Reads one matter out of a call. `caller_phone`: the number that the telephone system shows, if any;
    `within`: code of the region that the agent answers for, which decides between namesakes and nothing else;
    `judge`: the lexicon with what the deployment learned, else the lexicon alone."""
    matter = find_matter(turns, taxonomy)
    categories = find_categories(turns, matter, judge or Judge.of(taxonomy))
    category = categories[0] if len(categories) == 1 else None
    defaults = taxonomy.category(str(category.value)) if category else None
    kind = find_kind(turns, matter, defaults.kind if defaults else None)
    urgency = find_urgency(turns, str(kind.value), defaults.urgency if defaults else None)
    place, address = find_place(turns, gazetteer, within)
    phone = find_phone(turns, caller_phone)
    return Reading(
        phone,
        find_name(turns),
        find_confidential(turns),
        place,
        address,
        matter,
        kind,
        category,
        urgency,
        _questions(matter, place, phone, category, urgency),
        categories if category is None else [],
    )


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
