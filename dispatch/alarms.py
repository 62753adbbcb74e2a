"""Signs that a rate is made rather than earned: closing at the limit, copied replies, call-backs that reach nobody.

An alarm is a reason to look, not a finding: it names its tickets, and its thresholds are rows of geodata/rates.csv.
A unit is compared with all the others of the region: the chance to come by at least so many at their average must be
below `alarm_chance` divided by the number of units compared, and the share itself must be one that matters.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import exp, lgamma, log
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from dispatch.likeness import plain
from dispatch.models import Clock, Event, Ticket
from dispatch.rate_span import Asked, moments
from grids.models import Unit
from grids.scope import within

KINDS = ("at_the_limit", "copied_replies", "refused_call_backs")
EVIDENCE = 50  # numbers that an alarm names, the newest
RUN = 3  # characters: what two replies have in common is counted in runs of so many
DIGITS = re.compile(r"\d+")


@dataclass
class Tally:
    """Of one unit: how many cases, and the numbers of those that count against it, in time order."""

    cases: int = 0
    numbers: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Alarm:
    """`share` of `cases` count against the unit, `expected` is that of the others; `chance` None where none applies."""

    kind: str
    unit: Unit
    cases: int
    hits: int
    expected: float | None
    chance: float | None
    numbers: list[str]

    @property
    def share(self) -> float:
        return self.hits / self.cases


def alarms(db: Session, asked: Asked, thresholds: dict[str, float]) -> list[Alarm]:
    """The alarms of the units with tickets in the region, the highest share first within each kind."""
    found: list[Alarm] = []
    handled = handlings(db, asked)
    limit = {unit: at_the_limit(rows, thresholds) for unit, rows in handled.items()}
    found += compared(db, asked, "at_the_limit", limit, thresholds, thresholds["limit_share"])
    found += copied(db, asked, handled, thresholds)
    refused = call_backs(db, asked)
    found += compared(db, asked, "refused_call_backs", refused, thresholds, thresholds["refused_share"])
    return sorted(found, key=lambda one: (KINDS.index(one.kind), -one.share, one.unit.code))


@dataclass(frozen=True)
class Handling:
    """One `handle` of a ticket by itself: when, what was written, and the time that there was for it."""

    number: str
    at: datetime
    note: str
    started_at: datetime
    due_at: datetime | None


def handlings(db: Session, asked: Asked) -> dict[int, list[Handling]]:
    """By the id of the unit that holds the ticket, in time order. What went along with a cluster's lead is left out:
    one act, not many."""
    stopped = and_(Clock.ticket_id == Event.ticket_id, Clock.kind == "HANDLE", Clock.stopped_at == Event.at)
    query = (
        select(Ticket.holder_id, Ticket.number, Event.at, Event.detail, Clock.started_at, Clock.due_at)
        .join(Ticket, Event.ticket_id == Ticket.id)
        .join(Clock, stopped)
        .where(Event.verb == "handle", *events_of(asked))
        .order_by(Event.at, Event.id)
    )
    found: dict[int, list[Handling]] = defaultdict(list)
    for unit_id, number, at, detail, started_at, due_at in db.execute(query):
        if "with" not in detail:
            found[unit_id].append(Handling(number, at, str(detail.get("note", "")), started_at, due_at))
    return found


def events_of(asked: Asked) -> list[Any]:
    begin, end = moments(asked)
    return [within(Event.path, asked.region.path), Event.at >= begin, Event.at < end, Event.recorded_at <= asked.as_of]


def at_the_limit(rows: Iterable[Handling], thresholds: dict[str, float]) -> Tally:
    tally = Tally()
    for row in rows:
        if row.due_at is not None:
            tally.cases += 1
            if close_to(row, row.due_at, thresholds):
                tally.numbers.append(row.number)
    return tally


def close_to(row: Handling, due_at: datetime, thresholds: dict[str, float]) -> bool:
    """In the last per cent of the time, as the wall clock shows it, or some minutes around the deadline."""
    left = due_at - row.at
    last = (due_at - row.started_at) * thresholds["limit_percent"] / 100
    return timedelta() <= left <= last or abs(left) <= timedelta(minutes=thresholds["limit_minutes"])


def call_backs(db: Session, asked: Asked) -> dict[int, Tally]:
    """By the centre that calls back: against it count those that reached nobody, and those not made though due."""
    begin, end = moments(asked)
    made = (
        select(Ticket.receiver_id, Ticket.number, Event.at, Event.detail)
        .join(Ticket, Event.ticket_id == Ticket.id)
        .where(Event.verb == "call_back", *events_of(asked))
    )
    owed = (
        select(Ticket.receiver_id, Ticket.number, Clock.due_at)
        .join(Ticket, Clock.ticket_id == Ticket.id)
        .where(Clock.kind == "CALL_BACK", Clock.stopped_at.is_(None), within(Ticket.path, asked.region.path))
        .where(Clock.due_at >= begin, Clock.due_at < min(end, asked.as_of))
    )
    rows = [(at, unit, number, detail.get("contacted") is False) for unit, number, at, detail in db.execute(made)]
    rows += [(due_at, unit, number, True) for unit, number, due_at in db.execute(owed)]
    found: dict[int, Tally] = defaultdict(Tally)
    for _, unit, number, against in sorted(rows):
        found[unit].cases += 1
        found[unit].numbers += [number] * against
    return found


def compared(
    db: Session, asked: Asked, kind: str, tallies: dict[int, Tally], thresholds: dict[str, float], least: float
) -> Iterator[Alarm]:
    """The units that stand out from the others; with nobody to compare with, from the share that matters."""
    fit = {unit: tally for unit, tally in tallies.items() if tally.cases >= max(1, thresholds["alarm_cases"])}
    all_cases = sum(tally.cases for tally in tallies.values())
    all_hits = sum(len(tally.numbers) for tally in tallies.values())
    for unit, tally in fit.items():
        hits, others = len(tally.numbers), all_cases - tally.cases
        expected = (all_hits - hits + 1) / (others + 2) if others else least  # never 0: few others prove little
        chance = at_least(hits, tally.cases, min(expected, 1.0))
        if hits / tally.cases >= least and chance * len(fit) < thresholds["alarm_chance"]:
            yield from alarm(db, asked, kind, unit, tally, expected, chance)


def alarm(
    db: Session, asked: Asked, kind: str, unit_id: int, tally: Tally, expected: float | None, chance: float | None
) -> Iterator[Alarm]:
    if asked.unit is None or asked.unit.id == unit_id:
        numbers = tally.numbers[: -EVIDENCE - 1 : -1]
        unit = db.get_one(Unit, unit_id)
        yield Alarm(kind, unit, tally.cases, len(tally.numbers), expected, chance, numbers)


def at_least(hits: int, cases: int, chance: float) -> float:
    """The chance of `hits` or more of `cases`, each with `chance`: the upper tail of the binomial distribution."""
    if hits <= 0 or chance >= 1:
        return 1.0
    if chance <= 0:
        return 0.0
    whole = lgamma(cases + 1)
    logs = (
        whole - lgamma(one + 1) - lgamma(cases - one + 1) + one * log(chance) + (cases - one) * log(1 - chance)
        for one in range(hits, cases + 1)
    )
    return min(1.0, sum(map(exp, logs)))


def copied(
    db: Session, asked: Asked, handled: dict[int, list[Handling]], thresholds: dict[str, float]
) -> Iterator[Alarm]:
    """The units whose most frequent wording makes up too much of what they reply."""
    for unit, rows in handled.items():
        notes = {row.number: row.note for row in rows}  # of a ticket handled twice the last
        long = {
            number: text for number, note in notes.items() if len(text := bare(note)) >= thresholds["copied_letters"]
        }
        if len(long) < max(2, thresholds["alarm_cases"]):
            continue
        most = max(wordings(long, thresholds["copied_likeness"]), key=len)
        if len(most) > 1 and len(most) / len(long) >= thresholds["copied_share"]:
            yield from alarm(db, asked, "copied_replies", unit, Tally(len(long), most), None, None)


def bare(note: str) -> str:
    """Without signs and numbers: another date or house number does not make another reply."""
    return DIGITS.sub("", plain(note))


def wordings(texts: dict[str, str], likeness: float) -> list[list[str]]:
    """Numbers of tickets grouped by wording: a text joins the first group whose first text it is like enough."""
    groups: list[list[str]] = []
    sizes: list[int] = []
    holders: dict[str, list[int]] = defaultdict(list)  # which groups' first texts have a run
    known: dict[str, int] = {}
    for number, text in texts.items():
        if text not in known:
            runs = {text[at : at + RUN] for at in range(max(1, len(text) - RUN + 1))}
            shared = Counter(group for run in runs for group in holders[run])
            alike = [one for one, both in shared.items() if both >= likeness * (len(runs) + sizes[one] - both)]
            known[text] = min(alike, default=len(groups))
            if not alike:
                groups.append([])
                sizes.append(len(runs))
                for run in runs:
                    holders[run].append(len(groups) - 1)
        groups[known[text]].append(number)
    return groups
