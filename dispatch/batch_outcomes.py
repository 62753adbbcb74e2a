"""Calls get their outcome: known, failed, or tickets and drafts, in one transaction with the rows that say so.

A call is made known first: whoever comes second with the same digest, in this or another process, waits for the first
and then finds it known. Many calls are written together; only if that fails each is tried in a savepoint of its own.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from dispatch.batch_models import BatchItem, KnownCall
from dispatch.batches import claimed, told, unless_there
from dispatch.errors import DispatchError
from dispatch.intake import reserve_ids
from dispatch.models import Draft, Ticket, Transcript
from grids.rows import table_of, update_all, write_new
from grids.together import together

log = logging.getLogger(__name__)
Made = tuple[list[Ticket], list[Draft]]


@dataclass
class Work:
    """One call that was read: `file` makes its tickets and drafts, or `refusal` says why nothing can come of it.

    With neither the reading itself broke: the call stays waiting for another attempt.
    """

    id: int
    digest: str
    file: Callable[[Session, datetime], Made] | None = None
    refusal: DispatchError | None = None
    state: str = "waiting"
    matters: int = 1  # how many tickets it may make
    tickets: list[int] = field(default_factory=list)
    drafts: list[int] = field(default_factory=list)

    def row(self, now: datetime) -> dict[str, Any]:
        return {
            "id": self.id,
            "state": self.state,
            "tickets": self.tickets,
            "drafts": self.drafts,
            "error": told(self.refusal) if self.refusal else None,
            "finished_at": now,
            "call": None,
        }


def settle(db: Session, works: Sequence[Work], by: str, now: datetime) -> list[Work]:
    """Gives each call its outcome that `by` still has and nobody cancelled; which they were.

    A call that failed for no reason of its own stays waiting and is free again.
    """
    query = select(BatchItem.id).where(claimed([work.id for work in works], by)).with_for_update(of=BatchItem)
    mine = set(db.scalars(query))
    works = [work for work in works if work.id in mine]
    for work in works:
        work.state = "failed" if work.refusal else "waiting"
    readable = [work for work in works if work.file is not None]
    firsts = first_of(db, readable)
    seconds = [work for work in readable if work.id not in firsts]
    new = remember_brought(db, [work for work in readable if work.id in firsts])
    make(db, new, now)
    follow(db, seconds, {work.digest: work for work in readable if work.id in firsts})
    write_down(db, works, now)
    return [work for work in works if work.state != "waiting"]


def first_of(db: Session, works: Sequence[Work]) -> set[int]:
    """The ids of those that are the first of their digest, everywhere and for ever, if this transaction commits."""
    if not works:
        return set()
    rows = [{"digest": work.digest, "item_id": work.id} for work in sorted(works, key=lambda one: (one.digest, one.id))]
    asked = unless_there(db, KnownCall, ["digest"]).values(rows).returning(KnownCall.item_id)
    return set(db.scalars(asked))


def remember_brought(db: Session, works: Sequence[Work]) -> list[Work]:
    """Calls that came by themselves before, not in a batch, are known; those that are left are new."""
    query = select(Transcript.id, Transcript.digest)
    kept = db.execute(query.where(Transcript.digest.in_([work.digest for work in works]))).all()
    made = {model: of_transcripts(db, model, [row.id for row in kept]) for model in (Ticket, Draft)}
    for work in works:
        mine = {row.id for row in kept if row.digest == work.digest}
        if mine:
            work.state = "known"
            work.tickets, work.drafts = ([one for one, call in made[model] if call in mine] for model in made)
    return [work for work in works if work.state == "waiting"]


def of_transcripts(db: Session, model: Any, ids: Sequence[int]) -> Sequence[Any]:
    """(id, transcript id) of the tickets or drafts that these calls made."""
    query = select(model.id, model.transcript_id).where(model.transcript_id.in_(ids)).order_by(model.id)
    return db.execute(query).all() if ids else []


def make(db: Session, works: Sequence[Work], now: datetime) -> None:
    """Tickets and drafts of all these calls, written together; each alone only when that fails."""
    if not works:
        return
    try:
        with db.begin_nested():
            made = made_of(db, works, now)
    except Exception as error:
        if isinstance(error, OperationalError):  # the database is gone, or busy for too long: no fault of these calls
            raise
        made = [alone for work in works if (alone := made_alone(db, work, now))]
    for work, tickets, drafts in made:
        work.state = "done"
        work.tickets, work.drafts = [ticket.id for ticket in tickets], [draft.id for draft in drafts]
    failed = [work.digest for work in works if work.state != "done"]
    if failed:
        db.execute(delete(KnownCall).where(KnownCall.digest.in_(failed)))


def made_of(db: Session, works: Sequence[Work], now: datetime) -> list[tuple[Work, list[Ticket], list[Draft]]]:
    reserve_ids(db, sum(work.matters for work in works))
    with together(db):
        made = [(work, *work.file(db, now)) for work in works if work.file is not None]
        write_new(db)
    return made


def made_alone(db: Session, work: Work, now: datetime) -> tuple[Work, list[Ticket], list[Draft]] | None:
    """One call in a savepoint of its own; a refusal is its outcome, anything else leaves it waiting."""
    try:
        with db.begin_nested():
            return made_of(db, [work], now)[0]
    except DispatchError as refusal:
        work.state, work.refusal = "failed", refusal
    except OperationalError:
        raise
    except Exception:
        log.exception("batches: item %s failed", work.id)
    return None


def follow(db: Session, seconds: Sequence[Work], firsts: dict[str, Work]) -> None:
    """The same call again has the outcome of the first, whether that was just now or long ago."""
    long_ago = [work.digest for work in seconds if work.digest not in firsts]
    query = select(KnownCall.digest, BatchItem.tickets, BatchItem.drafts).join(BatchItem)
    known = {row.digest: row for row in db.execute(query.where(KnownCall.digest.in_(long_ago)))} if long_ago else {}
    for work in seconds:
        first = firsts.get(work.digest)
        if first is not None:
            work.state = "known" if first.state == "done" else first.state
            work.refusal, work.tickets, work.drafts = first.refusal, first.tickets, first.drafts
        elif work.digest in known:
            work.state = "known"
            work.tickets, work.drafts = known[work.digest].tickets, known[work.digest].drafts


def write_down(db: Session, works: Sequence[Work], now: datetime) -> None:
    """The outcomes of those that have one; the others are free again for another attempt."""
    rows = [work.row(now) for work in works if work.state != "waiting"]
    if rows:
        update_all(db, table_of(BatchItem), rows)
    left = [work.id for work in works if work.state == "waiting"]
    if left:
        free = {"taken_by": None, "taken_at": None, "attempts": BatchItem.attempts + 1}
        db.execute(update(BatchItem).where(BatchItem.id.in_(left)).values(free))
