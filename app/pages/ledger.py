"""The ledger of one clock as the ticket page shows it: the rows that count, and the strip of days above them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.api.ledgers import deadline_of
from app.babel import locale
from app.labels import LABELS, label
from app.pages.times import allowance
from dispatch.config import current_config
from dispatch.ledger import COUNTED, Segment, daily
from dispatch.models import Clock
from dispatch.sla import Deadline

ZONE = ZoneInfo("Asia/Shanghai")
WIDTH = 520  # the strip, in its own units
LONGEST = 45  # days; a longer allowance is told by its rows alone
STORED = re.compile(r"(?P<key>.+): \d+ \w+ \((?P<source>.+)\)")  # as dispatch.policies.Policy.told writes it


@dataclass(frozen=True)
class Bar:
    """A stretch in the strip: `look` is used, rest or held; x and width in strip units."""

    look: str
    x: float
    width: float


@dataclass(frozen=True)
class Strip:
    """The strip of days: bars, the beginning of each day with its date, and where now and the deadline lie."""

    bars: list[Bar]
    days: list[tuple[float, float, datetime]]
    now: float | None
    due: float


@dataclass(frozen=True)
class Ledger:
    """Why a clock ends when it ends. `rows` are divided at `at`, the moment of reading or of stopping."""

    clock: Clock
    found: Deadline
    rows: tuple[Segment, ...]
    strip: Strip | None
    at: datetime
    rule: str


def ledger_of(db: Session, clock: Clock, now: datetime) -> Ledger:
    """The ledger of a clock by the calendar it was computed with, as the API gives it too."""
    found = deadline_of(db, clock)
    at = clock.stopped_at or now
    return Ledger(clock, found, daily(found.segments, at), strip_of(clock, found, at), at, rule_of(db, clock))


def rule_of(db: Session, clock: Clock) -> str:
    """The policy that gave the time, in the reader's words; as it is stored where it was cut short."""
    stored = STORED.fullmatch(clock.policy)
    if stored is None:
        return clock.policy
    taxonomy = current_config(db).taxonomy
    words = []
    for part in stored["key"].split(" "):
        group = next((group for group in ("clock", "urgency", "kind") if part in LABELS[group]), None)
        words.append(label(group, part) if group else taxonomy.name(part, locale()))
    return f"{' · '.join([*words, allowance(clock)])} ({label('source', stored['source'])})"


def strip_of(clock: Clock, found: Deadline, at: datetime) -> Strip | None:
    if found.due_at is None:
        return None
    start = midnight(clock.started_at)
    end = midnight(found.due_at - timedelta(minutes=1)) + timedelta(days=1)
    if end - start > timedelta(days=LONGEST):
        return None

    def x(moment: datetime) -> float:
        return round((moment - start) / (end - start) * WIDTH, 1)

    days = [start + timedelta(days=number) for number in range((end - start).days)]
    return Strip(
        bars=[bar for segment in found.segments for bar in bars_of(segment, at, x)],
        days=[(x(day), x(day + timedelta(hours=12)), day) for day in days],
        now=x(at) if start <= at <= end else None,
        due=x(found.due_at),
    )


def bars_of(segment: Segment, at: datetime, x: Callable[[datetime], float]) -> Iterator[Bar]:
    """The bars of one segment: counted time before and after `at`, or a pause; other time leaves a gap."""
    if segment.ends_at is None or segment.kind not in COUNTED | {"pause"}:
        return
    if segment.kind == "pause":
        yield Bar("held", x(segment.starts_at), x(segment.ends_at) - x(segment.starts_at))
        return
    middle = min(max(at, segment.starts_at), segment.ends_at)
    for look, begin, end in (("used", segment.starts_at, middle), ("rest", middle, segment.ends_at)):
        if begin < end:
            yield Bar(look, x(begin), round(x(end) - x(begin), 1))


def midnight(moment: datetime) -> datetime:
    return moment.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
