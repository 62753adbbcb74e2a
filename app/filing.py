"""A call that was read becomes tickets and drafts: one of each matter, kept together with the call or not at all."""

from dataclasses import dataclass, is_dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.intake import ROOT, checked_phone
from app.placing import region_place
from dispatch import drafts
from dispatch.config import Config, current_config
from dispatch.errors import BadInput, DispatchError
from dispatch.intake import MAX_TEXT, Complaint, check, receive, receiving_centre
from dispatch.models import Draft, Ticket, Transcript
from dispatch.place import Place, at_point, number, point_of
from dispatch.transcript import CallReading, Reading, TranscriptError, Turn, extract_all
from dispatch.working_time import SHANGHAI
from grids.models import CITY, DISTRICT
from grids.names import gazetteer
from grids.queries import code_of
from grids.scope import Actor
from grids.together import add, write

GIVEN = 0.9  # a number that the caller was asked for, or calls their own
SIMPLE = frozenset((str, int, float, bool, type(None)))
SURE = 0.6  # a place or matter below this is asked for, not filed


@dataclass(frozen=True)
class Heard:
    """A call as it was heard: where from, its words, what was given with it (`fields`, see take_transcript).

    `doubts`: codes of what must be asked before anything of it is filed.
    """

    name: str
    digest: str
    turns: list[Turn]
    fields: dict[str, Any]
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filing:
    """A call that is being filed: where it is kept, by whom, when; `alone`: it has one matter."""

    heard: Heard
    kept: Transcript
    actor: Actor
    at: datetime
    config: Config
    alone: bool

    @property
    def phone(self) -> str:
        return checked_phone(self.heard.fields.get("caller_phone"), "caller_phone")


def read_call(db: Session, turns: list[Turn], fields: dict[str, Any], actor: Actor, at: datetime) -> CallReading:
    """What the words say; `at` is when the call was, if the fields do not say it.

    Changes nothing, so that a batch can read before its transaction. Raises TranscriptError when there is no matter.
    """
    phone = checked_phone(fields.get("caller_phone"), "caller_phone")
    words, home = gazetteer(db), home_of(actor)
    config = current_config(db)
    call = extract_all(turns, words, config.taxonomy, phone or None, home, called_at(fields) or at, config.judge)
    call = replace(call, matters=[matter for matter in call.matters if matter.matter is not None])
    if not call.matters:
        raise TranscriptError("no_matter")
    return call


def file_call(
    db: Session, heard: Heard, call: CallReading, actor: Actor, at: datetime
) -> tuple[list[Ticket], list[Draft]]:
    """Keeps the call with its tickets and drafts, in the caller's transaction. Raises DispatchError."""
    readings = [(reading, plain(reading)) for reading in call.readings]
    kept = keep(db, heard, [told for _, told in readings], at)
    filing = Filing(heard, kept, actor, at, current_config(db), len(call.matters) == 1)
    made = [settled(db, *reading, position, filing) for position, reading in enumerate(readings)]
    write(db)
    return [one for one in made if isinstance(one, Ticket)], [one for one in made if isinstance(one, Draft)]


def keep(db: Session, heard: Heard, told: list[dict[str, Any]], at: datetime) -> Transcript:
    first, *further = told
    kept = Transcript(
        source=heard.name[-200:],
        digest=heard.digest,
        turns=[vars(turn) for turn in heard.turns],
        reading=first | {"further": further},
        created_at=at,
    )
    add(db, kept)
    return kept


def plain(value: Any) -> Any:
    """Guesses and spans as JSON has them; `asdict` copies every word deeply, which took a sixth of a batch's time."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if not is_dataclass(value):
        return value
    return {name: inner if type(inner) in SIMPLE else plain(inner) for name, inner in vars(value).items()}


def settled(db: Session, reading: Reading, told: dict[str, Any], position: int, filing: Filing) -> Ticket | Draft:
    """A ticket where the matter is certain, or cannot wait: then its questions stay with it; else a draft.

    `told`: the reading as JSON has it.
    """
    heard = filing.heard
    place = place_of(db, reading, heard.fields if at_the_point(reading, position) else {})
    complaint = complaint_of(reading, place, filing.phone)
    complaint = replace(complaint, transcript=filing.kept, said=said(told, position))
    sure = not heard.doubts and certain(reading, place)
    files = heard.fields.get("mode") != "draft" and (sure or drafts.must_file_now(reading, place))
    ticket = filed(db, complaint, filing) if files else None
    if ticket is not None and sure:
        return ticket
    home, questions = filing.actor.path or f"{ROOT}.", [*heard.doubts, *reading.questions, *doubts(reading, place)]
    draft = drafts.new(complaint, questions, told, home, filing.at)
    add(db, drafts.attach(draft, ticket) if ticket is not None else draft)
    return ticket or draft


def filed(db: Session, complaint: Complaint, filing: Filing) -> Ticket | None:
    """The ticket; None where one of several matters cannot be one, which must not lose the others."""
    try:
        check(complaint, filing.config)
    except DispatchError:
        if filing.alone:
            raise
        return None
    return receive(db, complaint, receiving_centre(db, filing.actor, ROOT), filing.actor, filing.at, filing.config)


def said(told: dict[str, Any], position: int) -> dict[str, Any]:
    """What a ticket keeps of the caller's words; `position`: which matter of the call it is, from 0."""
    return {"position": position, "quotes": told["quotes"], "happened": told["happened"]}


def at_the_point(reading: Reading, position: int) -> bool:
    """Whether a point given with the call is this matter's: not where a later matter names another place."""
    return position == 0 or reading.place is None or reading.place.borrowed


def called_at(fields: dict[str, Any]) -> datetime | None:
    """When the call was, from ISO 8601, in Beijing time where no offset is given. Raises BadInput."""
    text = str(fields.get("called_at") or "").strip()
    if not text:
        return None
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput("inputs_wrong", fields={"called_at": "no_time"}, verb="") from None
    return given if given.tzinfo else given.replace(tzinfo=SHANGHAI)


def home_of(actor: Actor) -> str | None:
    """The code of the region that the actor answers for."""
    return code_of(actor.path) if actor.path else None


def place_of(db: Session, reading: Reading, fields: dict[str, Any]) -> Place | None:
    """A given point, else what the words prove, with a landmark in them; None when they prove nothing."""
    point = point_of(fields)
    if point is not None:
        return at_point(db, point, number(fields.get("accuracy")) or 0.0, fields.get("place_source") or "call")
    if reading.place is None or reading.place.value is None or reading.place.confidence < SURE:
        return None
    return region_place(db, reading.place.value, (value(reading.address), value(reading.matter)))


def certain(reading: Reading, place: Place | None) -> bool:
    """Enough to file: a matter that is clear, and a place known to the district at least."""
    assert reading.matter is not None
    return place is not None and place.region.level >= DISTRICT and reading.matter.confidence >= SURE


def doubts(reading: Reading, place: Place | None) -> list[str]:
    """The questions that would settle a draft."""
    found = []
    if place is None or place.region.level < DISTRICT:
        which = reading.place is not None and bool(reading.place.candidates)
        city = place is not None and place.region.level == CITY
        found.append("ask_which_place" if which else "ask_district" if city else "ask_place")
    if reading.matter is not None and reading.matter.confidence < SURE:
        found.append("ask_matter")
    return found


def value(guess: Any) -> Any:
    return guess.value if guess is not None else None


def complaint_of(reading: Reading, place: Place | None, phone: str) -> Complaint:
    """`phone`: the number that the telephone system shows; one that the caller gives for certain goes before it."""
    return Complaint(
        description=str(value(reading.matter)),
        kind=value(reading.kind),
        urgency=value(reading.urgency),
        category=value(reading.category),
        address=str(value(reading.address) or "")[: MAX_TEXT["address"]],
        caller_name=str(value(reading.name) or ""),
        caller_phone=called_back_at(reading, phone),
        confidential=bool(value(reading.confidential)),
        channel="phone",
        place=place,
    )


def called_back_at(reading: Reading, shown: str) -> str:
    told = reading.phone
    return str(told.value) if told and (not shown or told.confidence >= GIVEN) else shown
