"""The door for batches: page, API and command line bring files here, and read what became of them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import uploads
from app.clock import now
from app.export import Sheet
from app.problems import words_of
from app.uploads import Upload
from dispatch import batches
from dispatch.batch_models import Batch, BatchItem
from dispatch.changes import iso
from dispatch.errors import BadInput, DispatchError
from dispatch.models import Draft, Ticket
from grids.scope import Actor, seen_by, within

FIELDS = ("mode", "caller_phone", "called_at", "lon", "lat", "datum")
MODES = ("auto", "draft")
COLUMNS = ("source", "state", "tickets", "drafts", "error")
PAGE = 1_000


def fields_of(given: dict[str, Any]) -> dict[str, Any]:
    """What is said of all calls of the batch. Raises BadInput for an unknown mode."""
    mode = str(given.get("mode") or "auto")
    if mode not in MODES:
        raise BadInput("inputs_wrong", fields={"mode": "unknown"}, verb="")
    return {name: given[name] for name in FIELDS if given.get(name) not in (None, "")} | {"mode": mode}


def keep(files: Iterable[tuple[str, IO[bytes]]], fields: dict[str, Any]) -> Upload:
    """Stores the files, before any transaction. Raises BadInput when there are none."""
    upload = uploads.store(files, fields)
    if not upload.files:
        uploads.forget(upload.key)
        raise BadInput("nothing_to_read", fields={"file": "missing"})
    return upload


def begin(db: Session, upload: Upload, fields: dict[str, Any], actor: Actor) -> Batch:
    """The batch of a stored upload; some worker will find it."""
    return batches.new_batch(db, upload.key, upload.digest, upload.files, fields, actor, now())


def batch_json(batch: Batch, counts: dict[str, int]) -> dict[str, Any]:
    return {
        "id": batch.id,
        "state": batch.state,
        "mode": batch.fields.get("mode", "auto"),
        "owner": batch.owner,
        "counts": counts,
        "created_at": iso(batch.created_at),
        "finished_at": iso(batch.finished_at),
        "href": f"/api/v1/batches/{batch.id}",
        "page": f"/batches/{batch.id}",
    }


def told(db: Session, found: Sequence[Batch]) -> list[dict[str, Any]]:
    counts = batches.counts_of(db, [batch.id for batch in found])
    return [batch_json(batch, counts[batch.id]) for batch in found]


def items_json(db: Session, batch: Batch, items: Sequence[BatchItem], actor: Actor) -> list[dict[str, Any]]:
    """What became of each call. Numbers are told of what the owner's own calls made, else of what the actor sees."""
    numbers, drafts = seen_tickets(db, items, actor), seen_drafts(db, items, actor)
    if batch.owner == actor.login:
        own = [item for item in items if item.state == "done"]
        numbers |= tickets_of(db, own)
    return [item_json(item, numbers, drafts) for item in items]


def item_json(item: BatchItem, numbers: dict[int, str], drafts: set[int]) -> dict[str, Any]:
    error = item.error or None
    refusal = DispatchError(error["code"], **error["params"]) if error else None
    return {
        "id": item.id,
        "source": item.source,
        "state": item.state,
        "tickets": [numbers[one] for one in item.tickets if one in numbers],
        "drafts": [one for one in item.drafts if one in drafts],
        "error": words_of(refusal) if refusal else None,
        "code": error["code"] if error else None,
    }


def tickets_of(db: Session, items: Sequence[BatchItem], *narrowed: Any) -> dict[int, str]:
    ids = [one for item in items for one in item.tickets]
    if not ids:
        return {}
    rows = db.execute(select(Ticket.id, Ticket.number).where(Ticket.id.in_(ids), *narrowed))
    return {row.id: row.number for row in rows}


def seen_tickets(db: Session, items: Sequence[BatchItem], actor: Actor) -> dict[int, str]:
    return tickets_of(db, items, seen_by(actor, Ticket))


def seen_drafts(db: Session, items: Sequence[BatchItem], actor: Actor) -> set[int]:
    ids = [one for item in items for one in item.drafts]
    return set(db.scalars(select(Draft.id).where(Draft.id.in_(ids), within(Draft.path, actor.path)))) if ids else set()


def sheet_of(db: Session, batch: Batch, actor: Actor) -> Sheet:
    """All calls with what became of them, for a spreadsheet."""
    rows = [
        [item["source"], item["state"], " ".join(item["tickets"]), " ".join(map(str, item["drafts"])), item["error"]]
        for item in all_items(db, batch, actor)
    ]
    return Sheet(f"batch-{batch.id}", COLUMNS, rows)


def all_items(db: Session, batch: Batch, actor: Actor) -> Iterator[dict[str, Any]]:
    after = 0
    while page := batches.items_of(db, batch.id, after=after, limit=PAGE):
        yield from items_json(db, batch, page, actor)
        after = page[-1].id
