"""The door for policies, of the page and of the command line: a draft is tried on past tickets, then put in force."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.acts import note
from app.clock import now
from dispatch.config import current_config, newest_setting, put_setting
from dispatch.errors import BadInput, Conflict
from dispatch.policies import Change, differing, read_policies
from dispatch.staffing import Queue, queues
from dispatch.what_if import Outcome, simulate
from grids.models import Setting
from grids.queries import unit_by_code
from grids.scope import Actor

NAME = "policies"
STAFFING = re.compile(r"\s*([\w-]+)\s*=\s*([+-]?\d{1,3})\s*")


@dataclass(frozen=True)
class Trial:
    """What a draft would change: rows, deadlines of past tickets, queues of units. `base` is the version in force."""

    base: int
    changes: list[Change]
    outcome: Outcome
    queues: list[Queue]


def in_force(db: Session) -> Setting:
    setting = newest_setting(db, NAME)
    assert setting is not None
    return setting


def tried(
    db: Session, actor: Actor, text: str, since: datetime, until: datetime, calendar: str = "", staffing: str = ""
) -> Trial:
    """The draft `text` on the tickets created in [since, until), with a draft of a calendar and other staffing.

    Nothing is changed. Raises BadInput, and CalendarError for the calendar.
    """
    policies, config, setting = read_policies(text), current_config(db), in_force(db)
    calendars = config.calendars.with_draft(calendar) if calendar else config.calendars
    more = read_staffing(db, staffing)
    return Trial(
        setting.version,
        differing(config.policies, policies),
        simulate(db, actor, since, until, policies, calendars),
        queues(db, actor, since, until, calendars, more) if more else [],
    )


def read_staffing(db: Session, text: str) -> dict[str, int]:
    """UNIT=+2 or UNIT=-1, parted by commas or lines: people more or fewer by the unit's code. Raises BadInput."""
    more = {}
    for part in filter(str.strip, re.split(r"[^\w=+\- ]", text)):
        found = STAFFING.fullmatch(part)
        if found is None or unit_by_code(db, found[1]) is None:
            raise BadInput("staffing_wrong", value=part.strip()[:60])
        more[found[1]] = int(found[2])
    return more


def enact(db: Session, actor: Actor | str, text: str, reason: str, base: int | None = None) -> Setting | None:
    """Puts the draft in force for clocks that start from now on; None when nothing differs.

    `base` is the version that it was tried against: Conflict when another one counts by now. Raises BadInput.
    """
    read_policies(text)
    setting = in_force(db)
    if base is not None and base != setting.version:
        raise Conflict("policies_changed", version=setting.version)
    made = put_setting(db, NAME, text, now())
    if made is not None:
        note(db, actor, "policies_load", NAME, version=made.version, reason=reason)
    return made
