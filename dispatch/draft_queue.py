"""Reading drafts through the eyes of an actor: one by its id, the queue by urgency and age, counts, who is at what."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session, load_only, selectinload

from dispatch.drafts import CLAIM
from dispatch.errors import BadInput, NotFound
from dispatch.models import Draft, DraftEvent, Transcript
from dispatch.queries import database_id, region_in_scope
from dispatch.workflow import URGENCIES
from grids.scope import Actor, covers, within

PAGE = 50
STATES = ("open", "filed", "dropped")
Waits = dict[str, timedelta]


@dataclass(frozen=True)
class DraftFilter:
    """What the queue is narrowed to; None and "" narrow nothing. `late`: waits longer than its urgency may."""

    state: str = "open"
    urgency: str | None = None
    region: str | None = None
    late: bool = False


@dataclass(frozen=True)
class Waiting:
    """The open drafts of a scope: number by urgency, those that wait too long, since when the oldest emergency does."""

    counts: dict[str, int]
    late: dict[str, int]
    oldest_emergency_at: datetime | None

    @property
    def open(self) -> int:
        return sum(self.counts.values())


def find_draft(db: Session, actor: Actor, draft_id: int, lock: bool = False) -> Draft:
    """An open or settled draft in the actor's scope; NotFound otherwise. `lock` keeps others from settling it."""
    if not 0 <= draft_id < 1 << 63:
        raise NotFound("draft_absent")
    query = select(Draft).where(Draft.id == draft_id)
    if lock:
        query = query.with_for_update(of=Draft).execution_options(populate_existing=True)
    draft = db.scalar(query)
    if draft is None or not covers(actor.path, draft.path):
        raise NotFound("draft_absent")
    return draft


def list_drafts(
    db: Session,
    actor: Actor,
    wanted: DraftFilter,
    waits: Waits,
    now: datetime,
    cursor: str | None = None,
    limit: int = PAGE,
) -> tuple[list[Draft], str | None]:
    """A page of the queue and the cursor of the next: open ones by urgency and age, settled ones the newest first."""
    waiting = wanted.state == "open"
    query = select(Draft).where(*conditions(db, actor, wanted, waits, now))
    if cursor:
        query = query.where(behind(cursor, waiting))
    order = (Draft.rank, Draft.id) if waiting else (Draft.id.desc(),)
    found = list(db.scalars(with_parts(query).order_by(*order).limit(limit + 1)))
    return found[:limit], cursor_of(found[limit - 1]) if len(found) > limit else None


def first_ids(db: Session, actor: Actor, wanted: DraftFilter, waits: Waits, now: datetime) -> list[tuple[int, int]]:
    """(id, rank) of the first page of open drafts. A queue compares it with what it shows: ids alone would miss those
    that were given out earlier and committed later."""
    query = select(Draft.id, Draft.rank).where(*conditions(db, actor, wanted, waits, now))
    return [(row[0], row[1]) for row in db.execute(query.order_by(Draft.rank, Draft.id).limit(PAGE))]


def with_parts(query: Select[Draft]) -> Select[Draft]:
    """What a row tells beside the draft, without the whole talk."""
    source = selectinload(Draft.transcript).options(load_only(Transcript.source))
    return query.options(source, selectinload(Draft.events), selectinload(Draft.ticket))


def conditions(
    db: Session, actor: Actor, wanted: DraftFilter, waits: Waits, now: datetime
) -> list[ColumnElement[bool]]:
    """The filter in SQL. Raises BadInput for unknown codes, NotFound for a region outside the actor's scope."""
    faults = {}
    if wanted.state not in STATES:
        faults["state"] = "unknown"
    if wanted.urgency and wanted.urgency not in URGENCIES:
        faults["urgency"] = "unknown"
    if faults:
        raise BadInput("inputs_wrong", fields=faults, verb="")
    path = region_in_scope(db, actor, wanted.region).path if wanted.region else actor.path
    found = [Draft.state == wanted.state, within(Draft.path, path)]
    if wanted.urgency:
        found.append(Draft.rank == URGENCIES.index(wanted.urgency))
    if wanted.late:
        found.append(too_long(waits, now))
    return found


def too_long(waits: Waits, now: datetime) -> ColumnElement[bool]:
    return or_(
        false(),
        *(
            and_(Draft.rank == URGENCIES.index(urgency), Draft.created_at <= now - wait)
            for urgency, wait in waits.items()
        ),
    )


def cursor_of(draft: Draft) -> str:
    return base64.urlsafe_b64encode(json.dumps([draft.rank, draft.id]).encode()).decode()


def behind(cursor: str, waiting: bool) -> ColumnElement[bool]:
    try:
        rank, last = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        rank, last = int(rank) % len(URGENCIES), database_id(int(last))
    except (ValueError, TypeError) as problem:
        raise BadInput("inputs_wrong", fields={"cursor": "unknown"}, verb="") from problem
    return or_(Draft.rank > rank, and_(Draft.rank == rank, Draft.id > last)) if waiting else Draft.id < last


def waiting(db: Session, path: str | None, waits: Waits, now: datetime) -> Waiting:
    """What waits in the subtree under `path`."""
    late = func.sum(case((too_long(waits, now), 1), else_=0))
    columns: Any = (Draft.rank, func.count(), late, func.min(Draft.created_at))
    inside = (Draft.state == "open", within(Draft.path, path))
    rows = db.execute(select(*columns).where(*inside).group_by(Draft.rank)).all()
    return Waiting(
        counts={URGENCIES[rank]: count for rank, count, _, _ in rows},
        late={URGENCIES[rank]: int(late) for rank, _, late, _ in rows},
        oldest_emergency_at=next((oldest for rank, _, _, oldest in rows if rank == 0), None),
    )


def claims(db: Session, actor: Actor, now: datetime) -> dict[int, tuple[str, str]]:
    """Who is at which open draft now: id -> (login, name)."""
    query = select(Draft.id, Draft.claimed_by, Draft.claimed_name).where(
        Draft.claimed_by.is_not(None), Draft.claimed_at > now - CLAIM, within(Draft.path, actor.path)
    )
    return {int(row[0]): (str(row[1]), str(row[2])) for row in db.execute(query)}


def settled_since(db: Session, actor: Actor, since: datetime) -> dict[int, str]:
    """Drafts whose state was changed by a step since then: id -> state now."""
    query = (
        select(Draft.id, Draft.state)
        .join(DraftEvent, DraftEvent.draft_id == Draft.id)
        .where(DraftEvent.at >= since, within(Draft.path, actor.path))
    )
    return {int(row[0]): str(row[1]) for row in db.execute(query)}


def drafts_of(db: Session, ticket_id: int) -> list[Draft]:
    """The drafts that a ticket was made from."""
    return list(db.scalars(select(Draft).where(Draft.ticket_id == ticket_id).order_by(Draft.id)))
