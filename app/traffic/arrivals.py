"""One arrival: who reports what, from where, through which channel; received as the doors receive it."""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from app import photos as uploads
from app.auth import actor_of, staff_by_login
from app.database import transaction
from app.intake import ROOT, form_place, take_form, take_snap
from app.traffic.pictures import picture
from app.traffic.places import Ground, Spot
from app.traffic.tables import caller, filled, hours, in_season, phone
from app.transcripts import Source, take_transcript
from dispatch.config import Config
from dispatch.intake import Complaint, receive, receiving_centre
from dispatch.models import Photo, Ticket
from dispatch.transcript.turns import Turn
from dispatch.working_time import SHANGHAI
from grids.models import CITY, COMMUNITY, DISTRICT, STREET
from grids.scope import CITIZEN, Actor

CHANNELS = {"phone": 70, "snap": 14, "web": 10, "open311": 6}
TRANSCRIBED = 0.25  # of the calls, in live traffic: through the door for transcripts
COARSE = 0.05  # of the calls: the caller names the district only
AT_PROVINCE = 0.08  # of the calls: taken by the province's own hotline
WEEKEND = 0.6  # of a working day's arrivals


@dataclass(frozen=True)
class Arrival:
    """What somebody reports; `coarse` is a call that proves no more than the district."""

    channel: str
    category: str
    text: str
    spot: Spot
    name: str
    phone: str
    coarse: bool

    def fields(self) -> dict[str, Any]:
        """As a form or an API call would give them."""
        known = {"description": self.text, "category": self.category, "channel": self.channel}
        if self.channel in ("phone", "web"):
            known |= {"caller_name": self.name, "caller_phone": self.phone}
        if self.coarse:
            return known | {"region": self.spot.code(DISTRICT), "address": self.spot.words(DISTRICT)}
        return known | {"lon": self.spot.lon, "lat": self.spot.lat, "address": self.spot.words(COMMUNITY)}


def drawn(db: Session, rng: Random, ground: Ground, at: datetime) -> Arrival:
    """Somebody at the time `at`. Raises LookupError where the tree has no cells."""
    spot, template = ground.spot(db, rng), in_season(rng, at)
    channel = rng.choices(list(CHANNELS), list(CHANNELS.values()))[0]
    return Arrival(
        channel=channel,
        category=template.category,
        text=filled(rng, template, spot.name(STREET), spot.name(COMMUNITY)),
        spot=spot,
        name=caller(rng),
        phone=phone(rng),
        coarse=channel == "phone" and rng.random() < COARSE,
    )


def times(rng: Random, begin: datetime, end: datetime, count: int) -> list[datetime]:
    """`count` moments between the two, in order: busy by day, quiet by night, fewer at weekends."""
    slots = list(hourly(begin, end))
    chosen = rng.choices(slots, [weight for *_, weight in slots], k=count)
    return sorted(first + (last - first) * rng.random() for first, last, _ in chosen)


def hourly(begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, float]]:
    """The clock hours between the two, those at the ends cut, each with its weight."""
    first = begin.astimezone(SHANGHAI).replace(minute=0, second=0, microsecond=0)
    while first < end:
        start, stop = max(first, begin), min(first + timedelta(hours=1), end)
        share = (stop - start) / timedelta(hours=1)
        yield start, stop, hours()[first.hour] * share * (WEEKEND if first.weekday() > 4 else 1.0)
        first += timedelta(hours=1)


def take(db: Session, rng: Random, arrival: Arrival, at: datetime, config: Config) -> Ticket:
    """Receives an arrival of the past, at its own time: what the doors do, with `now` given."""
    actor = agent_for(db, rng, arrival)
    fields, photos = arrival.fields(), pictures(rng, arrival, at)
    complaint = Complaint(
        **{name: fields[name] for name in ("description", "category", "address", "channel")},
        caller_name=fields.get("caller_name", ""),
        caller_phone=fields.get("caller_phone", ""),
        place=form_place(db, fields, actor),
        token_digest=hashlib.sha256(secrets.token_bytes(18)).hexdigest() if actor is CITIZEN else "",
        photos=photos,
    )
    return receive(db, complaint, receiving_centre(db, actor, ROOT), actor, at, config)


def pictures(rng: Random, arrival: Arrival, at: datetime) -> list[Photo]:
    if arrival.channel != "snap":
        return []
    return uploads.store([picture(rng, at, arrival.spot.lon, arrival.spot.lat)], "before", at)


def agent_for(db: Session, rng: Random, arrival: Arrival) -> Actor:
    """The agent of the city's hotline, sometimes of the province's, for calls; the citizen for all else."""
    if arrival.channel != "phone":
        return CITIZEN
    code = ROOT if rng.random() < AT_PROVINCE else arrival.spot.code(CITY)
    staff = staff_by_login(db, f"agent.{code}") or staff_by_login(db, f"agent.{ROOT}")
    if staff is None:
        raise LookupError(f"there is no agent.{ROOT}: run `flask --app wsgi demo load`")
    return actor_of(staff)


def take_live(rng: Random, arrival: Arrival, at: datetime) -> str:
    """Receives an arrival through the door of its channel, as it comes now; which door it was."""
    if arrival.channel == "snap":
        return live_snap(rng, arrival, at)
    with transaction() as db:
        actor = agent_for(db, rng, arrival)
    if arrival.channel == "phone" and rng.random() < TRANSCRIBED:
        made = take_transcript(Source("call", turns=conversation(arrival)), {"caller_phone": arrival.phone}, actor)
        return "transcript" if made["tickets"] else "draft"
    with transaction(write=True) as db:
        take_form(db, arrival.fields(), actor)
    return arrival.channel


def live_snap(rng: Random, arrival: Arrival, at: datetime) -> str:
    """Half of the citizens set a pin, the others leave it to the photo."""
    fields = {name: value for name, value in arrival.fields().items() if name in ("description", "category")}
    if rng.random() < 0.5:
        fields |= {"lon": arrival.spot.lon, "lat": arrival.spot.lat}
    take_snap(fields, [picture(rng, at, arrival.spot.lon, arrival.spot.lat)], CITIZEN)
    return "snap"


def conversation(arrival: Arrival) -> list[Turn]:
    """The call as a speech recogniser would write it down."""
    place = arrival.spot.words(DISTRICT if arrival.coarse else COMMUNITY)
    said = [
        ("agent", "您好，这里是12345热线，请问有什么可以帮您？"),
        ("citizen", arrival.text),
        ("agent", "请问具体在什么位置？"),
        ("citizen", f"在{place}。"),
        ("agent", "请问您怎么称呼，联系电话是多少？"),
        ("citizen", f"我姓{arrival.name[0]}，电话就是{arrival.phone}。"),
        ("agent", "好的，已经记录，会尽快派人处理。"),
    ]
    return [Turn(speaker, words) for speaker, words in said]
