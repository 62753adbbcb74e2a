"""The door for calendars, of the page and of the command line: a year's plan, what it moves, and who keeps which."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.acts import note
from app.clock import now
from app.database import transaction
from dispatch.calendars import parsed
from dispatch.clocks import spans_of, times_of
from dispatch.config import CALENDAR, current_config, newest_setting, put_setting
from dispatch.models import Clock
from dispatch.recompute import recompute_provisional
from geodata.holidays import CalendarError
from grids.models import Setting
from grids.scope import Actor

MOST = 20_000  # running deadlines that a dry run looks at
Day = tuple[str, str, str]  # ISO date, holiday or makeup, name


@dataclass(frozen=True)
class Effect:
    """What a plan would change: days that it adds and takes out, running deadlines that it moves, and the furthest."""

    added: list[Day]
    removed: list[Day]
    looked_at: int
    moved: int
    furthest: timedelta


def held(db: Session, code: str) -> dict[str, Any]:
    """The newest text of a calendar. Raises CalendarError."""
    setting = newest_setting(db, CALENDAR + code)
    if setting is None:
        raise CalendarError("unknown_calendar", calendar=code)
    found: dict[str, Any] = json.loads(setting.value)
    return found


def planned(calendar: dict[str, Any], year: int, days: Sequence[Day]) -> dict[str, Any]:
    """The calendar with this year's days in place of those that it held. A plan names days of its own year, once each.

    Raises CalendarError.
    """
    strangers = [day for day, _, _ in days if not day.startswith(f"{year}-")]
    if not days:
        raise CalendarError("plan_empty")
    if strangers:
        raise CalendarError("plan_stranger", day=strangers[0], year=year)
    if len({day for day, _, _ in days}) < len(days):
        raise CalendarError("plan_twice")
    kept = [row for row in calendar["days"] if not row[0].startswith(f"{year}-")]
    return calendar | {
        "days": sorted([*kept, *map(list, days)]),
        "planned_years": sorted({*calendar["planned_years"], year}),
    }


def effect_of(db: Session, calendar: dict[str, Any]) -> Effect:
    """What would change if this text were the calendar's newest. Nothing is changed."""
    code = calendar["code"]
    before, after = ({tuple(day) for day in one["days"]} for one in (held(db, code), calendar))
    drafted = current_config(db).calendars.with_draft(json.dumps(calendar, ensure_ascii=False)).newest(code)
    query = select(Clock).options(joinedload(Clock.ticket)).where(
        Clock.provisional, Clock.state == "running", Clock.stopped_at.is_(None), Clock.calendar == code
    ).order_by(Clock.id).limit(MOST)  # fmt: skip
    clocks = db.scalars(query).all()
    moves = [moved(clock, drafted) for clock in clocks]
    return Effect(
        sorted(after - before),
        sorted(before - after),
        len(clocks),
        sum(map(bool, moves)),
        max(moves, default=timedelta()),
    )


def moved(clock: Clock, calendar: Any) -> timedelta:
    due = times_of(clock.started_at, clock.amount, clock.measure, calendar, *spans_of(clock))[2]
    return abs(due - clock.due_at) if due and clock.due_at else timedelta()


def store(db: Session, actor: Actor | str, calendar: dict[str, Any], action: str, **detail: Any) -> Setting | None:
    """A new version of the calendar; None when the newest one says just this. Raises CalendarError."""
    text = json.dumps(calendar, ensure_ascii=False)
    parsed(text, 0)
    made = put_setting(db, CALENDAR + calendar["code"], text, now())
    if made is not None:
        note(db, actor, action, f"calendar:{calendar['code']}", version=made.version, **detail)
    return made


def settle_provisional() -> int:
    """Provisional deadlines computed anew, a transaction for each batch; how many have other times now."""
    changed, after = 0, 0
    while True:
        with transaction(write=True) as db:
            some, last = recompute_provisional(db, now(), current_config(db), after)
        changed += some
        if last is None:
            return changed
        after = last
