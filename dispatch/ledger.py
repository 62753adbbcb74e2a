"""The ledger: why a deadline is where it is, as segments of time that counted or did not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple, Protocol

from dispatch.working_time import DAY, FOREVER, Calendar, instant

COUNTED = frozenset({"working", "makeup", "hours"})
# What a reader of days does not want to see: rows that come back every day.
ROUTINE = frozenset({"night", "lunch"})


@dataclass(frozen=True)
class Segment:
    """A stretch of time [starts_at, ends_at) that was treated alike; `ends_at` None is a pause that still lasts.

    `kind`: working, makeup (a make-up day), hours (all hours count) are counted; night, lunch, weekend, holiday,
    start_day (the day of the start, not counted for whole days) and pause are not. `extension` is a moment: from there
    on `added` minutes more count. `minutes` counted here, `total` counted so far. `reason` is the name of the festival,
    or the reason of the pause or extension, `by` who approved it.
    """

    starts_at: datetime
    ends_at: datetime | None
    kind: str
    minutes: int
    total: int
    reason: str = ""
    by: str = ""
    added: int = 0


class Stretch(NamedTuple):
    """A pause in minute numbers; `end` is FOREVER while it lasts."""

    begin: int
    end: int
    reason: str
    by: str


class Granted(Protocol):
    """An extension, as far as the ledger shows it."""

    @property
    def reason(self) -> str: ...
    @property
    def by(self) -> str: ...


class Leg(NamedTuple):
    """An allowance, or one extension of it, in minute numbers: since when, counted from when, until when."""

    begin: int
    counts_from: int
    end: int
    working: bool
    minutes: int
    extension: Granted | None


class Piece(NamedTuple):
    """A segment in the making, in minute numbers."""

    begin: int
    end: int
    kind: str
    reason: str = ""
    by: str = ""
    added: int = 0


def explain(legs: Iterable[Leg], calendar: Calendar, stretches: list[Stretch]) -> tuple[Segment, ...]:
    """Segments from the first leg's begin to the last one's end, without gap or overlap, in order."""
    pieces: list[Piece] = []
    for leg in legs:
        if leg.extension:
            granted = leg.extension
            pieces.append(Piece(leg.begin, leg.begin, "extension", granted.reason, granted.by, leg.minutes))
        pieces += _paused(leg, calendar, stretches)
    return tuple(_summed(_joined(pieces)))


def daily(segments: Iterable[Segment], now: datetime | None = None) -> tuple[Segment, ...]:
    """The rows that people read: without nights and lunches, one row for a day's work, divided at `now`."""
    rows: list[Segment] = []
    for segment in segments:
        for part in _divided(segment, now):
            if part.kind in ROUTINE:
                continue
            if rows and _same_work(rows[-1], part, now):
                rows[-1] = replace(part, starts_at=rows[-1].starts_at, minutes=rows[-1].minutes + part.minutes)
            else:
                rows.append(part)
    return tuple(rows)


def _divided(segment: Segment, now: datetime | None) -> Iterator[Segment]:
    end = segment.ends_at
    if now is None or end is None or not segment.starts_at < now < end:
        yield segment
        return
    rest = int((end - now).total_seconds() // 60) if segment.kind in COUNTED else 0
    yield replace(segment, ends_at=now, minutes=segment.minutes - rest, total=segment.total - rest)
    yield replace(segment, starts_at=now, minutes=rest)


def _same_work(row: Segment, part: Segment, now: datetime | None) -> bool:
    """Whether two rows are work of one day with nothing but lunch, and not the present moment, between them."""
    if row.ends_at is None or row.kind not in COUNTED or (row.kind, row.reason) != (part.kind, part.reason):
        return False
    at_now = now is not None and row.ends_at <= now <= part.starts_at
    return row.ends_at.date() == part.starts_at.date() and not at_now


def _paused(leg: Leg, calendar: Calendar, stretches: list[Stretch]) -> list[Piece]:
    """The pieces of a leg with the pauses cut out and put in between."""
    within = [each for each in stretches if each.begin < leg.end and each.end > leg.begin]
    end = max(leg.begin, within[-1].begin) if leg.end == FOREVER else leg.end
    pieces = [Piece(max(each.begin, leg.begin), each.end, "pause", each.reason, each.by) for each in within]
    cursor, free = leg.begin, []
    for pause in [*pieces, Piece(end, end, "")]:
        free += [(cursor, pause.begin)] if cursor < pause.begin else []
        cursor = pause.end
    for begin, until in free:
        pieces += _plain(leg, calendar, begin, until)
    return sorted(pieces)


def _plain(leg: Leg, calendar: Calendar, begin: int, end: int) -> Iterator[Piece]:
    """What the minutes [begin, end) of a leg are when nothing pauses them."""
    if not leg.working:
        yield Piece(begin, end, "hours")
        return
    if begin < leg.counts_from:
        yield Piece(begin, min(end, leg.counts_from), "start_day")
        begin = leg.counts_from
    for day in range(begin // DAY, -(-end // DAY)):
        for piece in _day(calendar, day):
            if max(begin, piece.begin) < min(end, piece.end):
                yield piece._replace(begin=max(begin, piece.begin), end=min(end, piece.end))


def _day(calendar: Calendar, day: int) -> Iterator[Piece]:
    """The pieces of one whole day, midnight to midnight."""
    when, midnight = date.fromordinal(day), day * DAY
    name = calendar.names.get(when, "")
    if not calendar.is_working_day(day):
        kind = "holiday" if when in calendar.days else "weekend"
        yield Piece(midnight, midnight + DAY, kind, name)
        return
    kind = "makeup" if when.weekday() in calendar.weekend else "working"
    gap, since = "night", 0
    for begin, end in calendar.intervals:
        if since < begin:
            yield Piece(midnight + since, midnight + begin, gap)
        yield Piece(midnight + begin, midnight + end, kind, name)
        gap, since = "lunch", end
    if since < DAY:
        yield Piece(midnight + since, midnight + DAY, "night")


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Neighbours of one kind and reason as one piece; counted ones only within a day."""
    last: Piece | None = None
    for piece in pieces:
        if last and last[2:] == piece[2:] and _joins(last, piece):
            last = last._replace(end=piece.end)
            continue
        if last:
            yield last
        last = piece
    if last:
        yield last


def _joins(last: Piece, piece: Piece) -> bool:
    return last.kind not in COUNTED or last.begin // DAY == piece.begin // DAY


def _summed(pieces: Iterable[Piece]) -> Iterator[Segment]:
    total = 0
    for piece in pieces:
        minutes = piece.end - piece.begin if piece.kind in COUNTED else 0
        total += minutes
        ends_at = None if piece.end == FOREVER else instant(piece.end)
        yield Segment(instant(piece.begin), ends_at, piece.kind, minutes, total, piece.reason, piece.by, piece.added)
