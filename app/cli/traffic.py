"""`flask demo traffic`: realistic arrivals and staff who work them off, as they come or over days that have passed."""

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.actions import acted
from app.clock import now
from app.database import transaction
from app.relay import number_all
from app.traffic.arrivals import Arrival, drawn, take, take_live, times
from app.traffic.lives import Crew, actor_for, inputs_for, live, verb_for
from app.traffic.places import Ground
from config import Settings
from dispatch.config import current_config
from dispatch.errors import DispatchError
from dispatch.models import Ticket
from dispatch.photo import PhotoError
from dispatch.workflow import OPEN
from grids.scope import Actor

BATCH = 25  # tickets in one transaction
ACTS = 4  # of staff, for each arrival: about what a ticket needs in its life
RECENT = 500  # open tickets from which staff choose


@dataclass
class Traffic:
    """What the run keeps in mind, and what it has done."""

    rng: Random
    ground: Ground = field(default_factory=Ground)
    crew: Crew = field(default_factory=Crew)
    done: Counter[str] = field(default_factory=Counter)


@click.command("traffic")
@click.option("--rate", default=1.0, show_default=True, type=click.FloatRange(min=0, min_open=True), help="Per second.")
@click.option("--for", "seconds", default=60.0, show_default=True, type=click.FloatRange(min=0), help="Seconds.")
@click.option("--past", "days", type=click.FloatRange(min=0, min_open=True), help="Over the last DAYS, all at once.")
@click.option("--count", default=600, show_default=True, type=click.IntRange(min=1), help="Tickets, with --past.")
@click.option("--seed", type=int, help="The same seed draws the same people, places and words.")
@with_appcontext
def traffic_command(rate: float, seconds: float, days: float | None, count: int, seed: int | None) -> None:
    """Let tickets arrive, and let staff sign in, contact, handle, give back, report up and call back.

    Without --past they come now, RATE a second for S seconds, through the doors of the API. With --past they are
    spread over the last DAYS and have lived to this day: closed, due soon, overdue.
    """
    settings: Settings = current_app.extensions["settings"]
    if settings.production:
        raise click.ClickException("invented tickets are for demonstrations: refused in production")
    traffic = Traffic(Random(seed))
    try:
        past(traffic, days, count) if days else present(traffic, rate, seconds)
    except LookupError as problem:
        raise click.ClickException(str(problem)) from None
    number_all()
    click.echo(", ".join(f"{name} {number}" for name, number in sorted(traffic.done.items())) or "nothing arrived")


def past(traffic: Traffic, days: float, count: int) -> None:
    """Each ticket lives to this moment inside one transaction: a running server never sees half of its past."""
    end = now()
    moments = times(traffic.rng, end - timedelta(days=days), end, count)
    with click.progressbar(length=count, label="tickets") as bar:
        for first in range(0, count, BATCH):
            with transaction(write=True) as db:
                for at in moments[first : first + BATCH]:
                    one_life(db, traffic, at, end)
            bar.update(len(moments[first : first + BATCH]))


def one_life(db: Session, traffic: Traffic, at: datetime, end: datetime) -> None:
    config = current_config(db)
    arrival = drawn(db, traffic.rng, traffic.ground, at)
    ticket = take(db, traffic.rng, arrival, at, config)
    traffic.done["acts"] += live(db, ticket, arrival.spot, traffic.crew, traffic.rng, end, config)
    traffic.done["tickets"] += 1


def present(traffic: Traffic, rate: float, seconds: float) -> None:
    """Arrivals at random moments, so many a second on average; after each, staff do a few acts."""
    end = time.monotonic() + seconds
    due = time.monotonic()
    while (due := due + traffic.rng.expovariate(rate)) < end:
        time.sleep(max(0.0, due - time.monotonic()))
        with transaction() as db:
            arrival = drawn(db, traffic.rng, traffic.ground, now())
        arrive(traffic, arrival)
        for _ in range(ACTS):
            work(traffic)


def arrive(traffic: Traffic, arrival: Arrival) -> None:
    try:
        traffic.done[take_live(traffic.rng, arrival, now())] += 1
    except (DispatchError, PhotoError):
        traffic.done["refused"] += 1


def work(traffic: Traffic) -> None:
    """One act of somebody on one of the newest open tickets; a refusal, as when others were faster, is counted."""
    rng = traffic.rng
    with transaction() as db:
        newest = select(Ticket.id).where(Ticket.status.in_(OPEN)).order_by(Ticket.id.desc()).limit(RECENT)
        ids = db.scalars(newest).all()
        ticket = db.get(Ticket, rng.choice(ids)) if ids else None
        verb = verb_for(ticket, rng) if ticket else None
        if ticket is None or verb is None:
            return
        actor = actor_for(db, ticket, traffic.crew, verb)
        spot = traffic.ground.spot_in(db, rng, ticket.region) if verb == "relocate" else None
        inputs = inputs_for(ticket, rng, verb, spot)
    if actor is not None:
        do(traffic, actor, ticket.number, verb, inputs)


def do(traffic: Traffic, actor: Actor, number: str, verb: str, inputs: dict[str, Any]) -> None:
    try:
        with acted(actor, number, verb, inputs):
            traffic.done["acts"] += 1
    except DispatchError:
        traffic.done["refused"] += 1
