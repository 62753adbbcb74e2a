"""A complaint becomes a ticket: number, place, unit, clocks. What is not known stays coarse; nothing is invented."""

import re
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from dispatch import place as places
from dispatch.classify import Category
from dispatch.commands import perform
from dispatch.config import Config
from dispatch.errors import BadInput
from dispatch.models import Photo, Ticket, Transcript
from dispatch.place import Place
from dispatch.transcript.kinds import declared
from dispatch.transcript.turns import Turn
from dispatch.transcript.urgency import find_urgency
from dispatch.workflow import KINDS, URGENCIES
from dispatch.working_time import SHANGHAI
from grids.models import DISTRICT, Unit
from grids.queries import centre_of, code_of
from grids.scope import SYSTEM, Actor
from grids.simplified import simplified
from grids.together import add, write

CHANNEL = re.compile("[a-z0-9_]{1,12}")  # phone, snap, web, open311, import, or a deployment's own
CERTAIN = 0.6  # a category read from the words is kept from this confidence on
RESERVED = "reserved ticket ids"
# What a ticket says of itself before anything has happened to it.
UNTOUCHED: dict[str, Any] = {
    "light": "ok",
    "overdue": False,
    "escalation_level": 0,
    "give_backs": 0,
    "urges": 0,
    "reopens": 0,
    "repeats": 0,
    "attention": "",
    "on_hold": False,
    "holds": 0,
    "extension_asked": False,
    "extended": 0,
    "called": 0,
    "recheck": "",
    "exclusion": "",
}
MAX_TEXT = {"description": 4000, "address": 300, "caller_name": 40, "caller_phone": 20}


@dataclass
class Complaint:
    """What is known of a matter. None means not known; `place` None means that not even the region is known."""

    description: str
    kind: str | None = None
    urgency: str | None = None
    category: str | None = None
    address: str = ""
    caller_name: str = ""
    caller_phone: str = ""
    confidential: bool = False
    channel: str = "phone"
    place: Place | None = None
    token_digest: str = ""
    transcript: Transcript | None = None  # the call that it is from
    said: dict[str, Any] | None = None  # the caller's own words, see Ticket.said
    photos: list[Photo] = field(default_factory=list)


def receive(db: Session, complaint: Complaint, receiver: Unit, actor: Actor, now: datetime, config: Config) -> Ticket:
    """Makes the ticket at the receiving centre and dispatches it when its place is known to the district at least;
    an emergency as soon as any region is known, so that its centre holds it under a sign-in clock.

    `receiver` is the centre unit of the hotline that took it; it calls back later. Raises BadInput.
    """
    check(complaint, config)
    ticket = new_ticket(complaint, receiver, now, config)
    ticket.id = next_ticket_id(db)
    ticket.number = number_of(ticket.id, now)
    add(db, ticket)
    keys = [photo.key for photo in complaint.photos]
    with db.no_autoflush:  # its rows are written once, as they stand after both verbs
        perform(db, ticket, "receive", actor, now, config, photos=keys or None)
        if known_enough(ticket, complaint.place):
            way = places.way(db, ticket, config)
            told = way.told()
            sent = perform(db, ticket, "dispatch", SYSTEM, now, config, unit=told["unit"], reason=told["reason"])
            sent.detail = sent.detail | {"reason_en": told["reason_en"]}
            ticket.route = told
            ticket.version = 1  # nobody has seen it before
    write(db)
    return ticket


def known_enough(ticket: Ticket, place: Place | None) -> bool:
    """Whether the place is known well enough to dispatch; a doubt about it must not delay an emergency."""
    return place is not None and (place.region.level >= DISTRICT or ticket.urgency == "emergency")


def check(complaint: Complaint, config: Config) -> None:
    """Raises BadInput with a code for each field that cannot be."""
    faults = {}
    if not complaint.description.strip():
        faults["description"] = "missing"
    if complaint.kind is not None and complaint.kind not in KINDS:
        faults["kind"] = "unknown"
    if complaint.urgency is not None and complaint.urgency not in URGENCIES:
        faults["urgency"] = "unknown"
    if not CHANNEL.fullmatch(complaint.channel):
        faults["channel"] = "unknown"
    if complaint.category and config.taxonomy.category(complaint.category) is None:
        faults["category"] = "unknown"
    for name, limit in MAX_TEXT.items():
        if len(getattr(complaint, name)) > limit:
            faults[name] = "too_long"
    if faults:
        raise BadInput("inputs_wrong", fields=faults, verb="receive")


def new_ticket(complaint: Complaint, receiver: Unit, now: datetime, config: Config) -> Ticket:
    """The ticket as it would be, not yet numbered, in no session."""
    place = complaint.place or Place(receiver.region, [receiver.region])
    code = complaint.category or guessed_category(complaint.description, config)
    category = config.taxonomy.category(code) if code else None
    kind = complaint.kind or kind_of(complaint.description, category)
    ticket = Ticket(
        kind=kind,
        urgency=complaint.urgency or urgency_of(complaint.description, kind, category),
        category=category.code if category else None,
        channel=complaint.channel,
        description=complaint.description.strip(),
        caller_name=complaint.caller_name,
        caller_phone=complaint.caller_phone,
        confidential=complaint.confidential,
        transcript=complaint.transcript,
        said=complaint.said,
        token_digest=complaint.token_digest,
        holder=receiver,
        receiver=receiver,
        holder_id=receiver.id,
        receiver_id=receiver.id,
        route={},
        clocks=[],
        photos=complaint.photos,
        **UNTOUCHED,
        created_at=now,
        updated_at=now,
        version=0,
    )
    ticket.address = complaint.address
    places.put(ticket, place)
    return ticket


def guessed_category(description: str, config: Config) -> str | None:
    """The category that the words prove, by the lexicon or by what was learned, or None."""
    best = config.judge.judge(description)
    return best.code if best is not None and best.confidence >= CERTAIN else None


def kind_of(description: str, category: Category | None) -> str:
    """What the words declare, which no category makes milder, else what the category says, else help."""
    said = declared([Turn("citizen", simplified(description))])
    return str(said.value) if said else category.kind if category else "help"


def urgency_of(description: str, kind: str, category: Category | None) -> str:
    """What the words prove, else what the category says, else ordinary."""
    turns = [Turn("citizen", simplified(description))]
    return str(find_urgency(turns, kind, category.urgency if category else None).value)


def next_ticket_id(db: Session) -> int:
    """From the sequence on PostgreSQL; on SQLite, which has one writer at a time, the next one."""
    reserved = db.info.get(RESERVED)
    if reserved:
        return int(reserved.popleft())
    if db.get_bind().dialect.name == "postgresql":
        return int(db.scalar(text("SELECT nextval('ticket_id_seq')")) or 0)
    return (db.scalar(select(func.max(Ticket.id))) or 0) + 1


def reserve_ids(db: Session, number: int) -> None:
    """The next `number` tickets of this transaction get their ids from one question instead of one each."""
    if db.get_bind().dialect.name == "postgresql":
        asked = text("SELECT nextval('ticket_id_seq') FROM generate_series(1, :number)")
        db.info[RESERVED] = deque(db.scalars(asked, {"number": number}))
    else:
        last = db.scalar(select(func.max(Ticket.id))) or 0
        db.info[RESERVED] = deque(range(last + 1, last + 1 + number))


def number_of(ticket_id: int, now: datetime) -> str:
    """The number that is read aloud: yymmdd and five digits, unique below 100,000 tickets a day."""
    return f"{now.astimezone(SHANGHAI):%y%m%d}{ticket_id % 100_000:05d}"


def receiving_centre(db: Session, actor: Actor, root: str) -> Unit:
    """The centre that receives what this actor brings: a member of staff's own region, for others the province."""
    return centre_of(db, code_of(actor.path) if actor.path else root)
