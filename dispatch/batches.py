"""Batches: what was brought at once is worked off in small steps by any number of processes, each call exactly once.

A row is claimed by one conditional UPDATE, worked on outside of any transaction, and finished in the transaction that
makes its tickets. Whoever dies in between leaves a claim behind, which is taken again. `at` is real time (claims of
this minute), `now` is the product's.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, insert, or_, select, text, update
from sqlalchemy.orm import Session

from dispatch.batch_models import Batch, BatchFile, BatchItem, KnownCall
from dispatch.errors import Conflict, NotFound
from dispatch.transcript import Call
from grids.rows import insert_all, table_of
from grids.scope import Actor, within

STALE = timedelta(minutes=2)  # a claim this old was left by somebody who is gone
# A row is put aside after three errors, or after six deaths of its process: those may be somebody's kill -9.
ATTEMPTS = 3
SPENT = 2 * ATTEMPTS  # each claim costs one, an error one more
STATES = ("waiting", "done", "failed", "known")
ABOVE = ("manager", "admin")
# In the words of the partial indexes: SQLite takes one for nothing else, not for parameters.
WAITING: dict[Any, Any] = {
    BatchFile: text("batch_file.state = 'waiting'"),
    BatchItem: text("batch_item.state = 'waiting'"),
}

Upload = Sequence[tuple[str, int, int]]  # name, start, size


def new_batch(
    db: Session, key: str, digest: str, files: Upload, fields: dict[str, Any], actor: Actor, now: datetime
) -> Batch:
    """The batch of an upload that is stored already under `key`."""
    batch = Batch(
        key=key,
        digest=digest,
        owner=actor.login,
        path=actor.path or actor.unit_path,
        fields=fields,
        state="working",
        created_at=now,
    )
    db.add(batch)
    db.flush()
    rows = [
        {"batch_id": batch.id, "place": place, "name": name[-200:], "start": start, "size": size, "state": "waiting"}
        for place, (name, start, size) in enumerate(files)
    ]
    db.execute(insert(BatchFile), rows)
    return batch


# --- claims ---------------------------------------------------------------------------------------------------------


def claim_files(db: Session, by: str, at: datetime, limit: int, most: int, batch_id: int | None = None) -> list[Any]:
    """Some files of one batch, together at most `most` bytes unless the first alone is larger; `by` has them now."""
    rows = claimable(db, BatchFile, at, limit, batch_id)
    taken: list[Any] = []
    total = 0
    for row in rows:
        total += row.size
        if taken and (total > most or row.batch_id != taken[0].batch_id):
            break
        taken.append(row)
    return claim(db, BatchFile, taken, by, at)


def claim_items(db: Session, by: str, at: datetime, limit: int, batch_id: int | None = None) -> list[Any]:
    """Some calls that wait, in their order; one that was tried before comes alone, so that it harms no other."""
    return claim(db, BatchItem, claimable(db, BatchItem, at, limit, batch_id), by, at)


def claimable(db: Session, model: Any, at: datetime, limit: int, batch_id: int | None) -> Sequence[Any]:
    """Rows that nobody has, locked: fresh ones, else a single one that was tried before."""
    query = select(model).where(WAITING[model], model.batch_id.in_(open_batches(db, batch_id)), free(model, at))
    # The least tried first: a process that is killed again and again does not spend the same row each time.
    query = query.order_by(model.attempts, model.batch_id, model.id).with_for_update(skip_locked=True)
    fresh = db.scalars(query.where(model.attempts == 0).limit(limit)).all()
    return fresh or db.scalars(query.where(model.attempts > 0).limit(1)).all()


def claim(db: Session, model: Any, rows: Sequence[Any], by: str, at: datetime) -> list[Any]:
    if rows:
        chosen = model.id.in_([row.id for row in rows])
        change = update(model).where(chosen).values(taken_by=by, taken_at=at, attempts=model.attempts + 1)
        db.execute(change.execution_options(synchronize_session=False))
    return list(rows)


def free(model: Any, at: datetime) -> ColumnElement[bool]:
    return or_(model.taken_at.is_(None), model.taken_at < at - STALE)


def open_batches(db: Session, batch_id: int | None = None) -> Sequence[int]:
    query = select(Batch.id).where(Batch.state == "working").order_by(Batch.id)
    return db.scalars(query if batch_id is None else query.where(Batch.id == batch_id)).all()


def size_of(db: Session, batch_id: int) -> int:
    """Bytes of the batch's files that wait."""
    asked = select(func.sum(BatchFile.size)).where(BatchFile.batch_id == batch_id, WAITING[BatchFile])
    return int(db.scalar(asked) or 0)


def holders(db: Session) -> Sequence[str]:
    """Who has claims on rows that still wait."""
    found: set[str] = set()
    for model in WAITING:
        query = select(model.taken_by).where(WAITING[model], model.taken_by.is_not(None)).distinct()
        found.update(db.scalars(query))
    return sorted(found)


def release(db: Session, by: str, cost: int = 0) -> None:
    """Frees what `by` had and did not finish; an error costs one."""
    for model in WAITING:
        values = {"taken_by": None, "taken_at": None, "attempts": model.attempts + cost}
        db.execute(update(model).where(WAITING[model], model.taken_by == by).values(values))


# --- reading the files ----------------------------------------------------------------------------------------------


def add_items(db: Session, by: str, at: datetime, calls: Iterable[tuple[Any, int, Call]], read: Iterable[Any]) -> None:
    """Calls as (file, number in it, call), and the files of which all calls are there now.

    What another process has added after our claim was taken for left is not added again.
    """
    rows = [item_row(file, place, call, at) for file, place, call in calls]
    if rows:
        insert_all(db, table_of(BatchItem), rows, unless=("batch_id", "file", "place"))
    if ids := [file.id for file in read]:
        done = update(BatchFile).where(BatchFile.id.in_(ids)).values(state="read", taken_by=None)
        db.execute(done.execution_options(synchronize_session=False))
    still = update(BatchFile).where(WAITING[BatchFile], BatchFile.taken_by == by).values(taken_at=at)
    db.execute(still.execution_options(synchronize_session=False))


def unless_there(db: Session, model: Any, columns: list[str]) -> Any:
    """INSERT that leaves out rows whose `columns` are there already, on both databases."""
    if db.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as into
    else:
        from sqlalchemy.dialects.sqlite import insert as into  # type: ignore[assignment]
    return into(model.__table__).on_conflict_do_nothing(index_elements=columns)


def item_row(file: Any, place: int, call: Call, at: datetime) -> dict[str, Any]:
    words = {"turns": [vars(turn) for turn in call.turns], "fields": call.fields, "doubts": list(call.doubts)}
    return {
        "batch_id": file.batch_id,
        "file": file.place,
        "place": place,
        "source": call.source[-200:],
        "digest": call.digest,
        "call": None if call.error else words,
        "state": "failed" if call.error else "waiting",
        "tickets": [],
        "drafts": [],
        "error": told(call.error) if call.error else None,
        "finished_at": at if call.error else None,
        "attempts": 0,
    }


def told(error: Any) -> dict[str, Any]:
    """A refusal as it is kept: code and the plain parts of what fills its sentence."""
    plain = {name: value for name, value in error.params.items() if isinstance(value, str | int | float)}
    return {"code": error.code, "params": plain}


def put_aside(db: Session, rows: Iterable[Any], now: datetime) -> None:
    """Rows that failed too often: the call is told as failed, a file as one call that could not be read."""
    error = {"code": "stuck", "params": {"times": ATTEMPTS}}
    for row in rows:
        if isinstance(row, BatchFile):
            call = Call(row.name, f"{row.batch_id} {row.place}".encode())
            values = item_row(row, -1, call, now) | {"state": "failed", "error": error, "call": None}
            db.execute(unless_there(db, BatchItem, ["batch_id", "file", "place"]), [values])
            db.execute(update(BatchFile).where(BatchFile.id == row.id).values(state="read"))
        else:
            ended = {"state": "failed", "error": error, "finished_at": now}
            db.execute(update(BatchItem).where(BatchItem.id == row.id, WAITING[BatchItem]).values(**ended))


# --- what becomes of a batch ----------------------------------------------------------------------------------------


def finish(db: Session, now: datetime) -> Sequence[Batch]:
    """The batches in which nothing waits any more are done; which they were."""
    waits = [exists().where(model.batch_id == Batch.id, WAITING[model]) for model in (BatchFile, BatchItem)]
    over = db.scalars(select(Batch).where(Batch.state == "working", ~or_(*waits)).with_for_update()).all()
    for batch in over:
        batch.state, batch.finished_at = "done", now
    return over


def cancel(db: Session, batch: Batch, now: datetime) -> None:
    """Nothing more is begun; what is done stays. Raises Conflict when it is over."""
    if batch.state != "working":
        raise Conflict("batch_over")
    batch.state, batch.finished_at = "cancelled", now


def resume(db: Session, batch: Batch) -> None:
    """A cancelled batch goes on; of any batch the calls that were put aside are tried again."""
    again = db.scalars(select(BatchItem).where(BatchItem.batch_id == batch.id, BatchItem.state == "failed")).all()
    for item in again:
        if item.call is not None and (item.error or {}).get("code") == "stuck":
            item.state, item.error, item.attempts, item.finished_at = "waiting", None, 0, None
            item.taken_by = item.taken_at = None
    batch.state, batch.finished_at = "working", None


def same_upload(db: Session, digest: str, owner: str) -> Batch | None:
    """The batch of the same upload that is not done yet."""
    query = select(Batch).where(Batch.digest == digest, Batch.owner == owner, Batch.state != "done")
    return db.scalars(query.order_by(Batch.id.desc()).limit(1)).first()


# --- who sees it ----------------------------------------------------------------------------------------------------


def find_batch(db: Session, actor: Actor, batch_id: int) -> Batch:
    """A batch of the actor's own, or one below them. Raises NotFound."""
    batch = db.scalar(select(Batch).where(Batch.id == batch_id, seen(actor)))
    if batch is None:
        raise NotFound("batch_absent")
    return batch


def list_batches(db: Session, actor: Actor, before: int | None = None, limit: int = 50) -> Sequence[Batch]:
    """The newest first; `before` is the id of the last one that was told."""
    query = select(Batch).where(seen(actor)).order_by(Batch.id.desc()).limit(limit)
    return db.scalars(query if before is None else query.where(Batch.id < before)).all()


def seen(actor: Actor) -> ColumnElement[bool]:
    above = within(Batch.path, actor.path) if actor.role in ABOVE else Batch.id.is_(None)
    return or_(Batch.owner == actor.login, above)


def items_of(
    db: Session, batch_id: int, state: str | None = None, after: int = 0, limit: int = 100
) -> Sequence[BatchItem]:
    """The calls of a batch in the order of the upload; `after` is the id of the last one that was told."""
    query = select(BatchItem).where(BatchItem.batch_id == batch_id, BatchItem.id > after)
    if state:
        query = query.where(BatchItem.state == state)
    return db.scalars(query.order_by(BatchItem.id).limit(limit)).all()


def counts_of(db: Session, ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """By batch: files, files_waiting, calls, waiting, done, failed, known, tickets, drafts."""
    ids = list(ids)
    names = ("files", "files_waiting", "calls", *STATES, "tickets", "drafts")
    found = {one: dict.fromkeys(names, 0) for one in ids}
    files = select(BatchFile.batch_id, BatchFile.state, func.count()).where(BatchFile.batch_id.in_(ids))
    for batch_id, state, number in db.execute(files.group_by(BatchFile.batch_id, BatchFile.state)):
        found[batch_id]["files"] += number
        found[batch_id]["files_waiting"] += number if state == "waiting" else 0
    made = [
        func.sum(func.json_array_length(column)).filter(BatchItem.state == "done")
        for column in (BatchItem.tickets, BatchItem.drafts)
    ]
    items = select(BatchItem.batch_id, BatchItem.state, func.count(), *made).where(BatchItem.batch_id.in_(ids))
    for batch_id, state, number, tickets, drafts in db.execute(items.group_by(BatchItem.batch_id, BatchItem.state)):
        for name, more in (("calls", number), (state, number), ("tickets", tickets or 0), ("drafts", drafts or 0)):
            found[batch_id][name] += int(more)
    return found


def outcomes_lost(db: Session) -> int:
    """How many calls are told as done, but their digest is not known or nothing was made of them: none, ever."""
    made = func.json_array_length(BatchItem.tickets) + func.json_array_length(BatchItem.drafts)
    known = exists().where(KnownCall.item_id == BatchItem.id)
    query = select(func.count()).select_from(BatchItem).where(BatchItem.state == "done", or_(made == 0, ~known))
    return db.scalar(query) or 0


def claimed(ids: Iterable[int], by: str) -> ColumnElement[bool]:
    """The rows among these that `by` still has, in batches that go on."""
    going_on = exists().where(Batch.id == BatchItem.batch_id, Batch.state == "working")
    return and_(BatchItem.id.in_(list(ids)), WAITING[BatchItem], BatchItem.taken_by == by, going_on)
