"""Bulk intake: thousands of transcripts at once, answered when they are safe and worked off in the background."""

import functools
from collections.abc import Callable
from typing import Any

from flask import g, request

from app import uploads
from app.api import answers, api
from app.api.intake import check_call
from app.api.requests import body, once
from app.api.schemas import BatchesQuery, BatchItemsQuery
from app.auth import current_actor
from app.batch_door import batch_json, begin, fields_of, items_json, keep, told
from app.clock import now
from app.database import transaction
from dispatch import batches
from dispatch.batch_models import Batch
from dispatch.errors import BadInput

MOST = 50  # batches in one answer


def stored(view: Callable[..., Any]) -> Callable[..., Any]:
    """The files are on disk before any transaction begins, and gone again when no batch came of them."""

    @functools.wraps(view)
    def wrapped() -> Any:
        given = body()
        fields = fields_of(given)
        check_call(given)
        files = request.files.getlist("file")
        g.upload, g.upload_used = keep(((one.filename or "", one.stream) for one in files), fields), False
        for one in files:
            one.seek(0)
        try:
            return view()
        finally:
            if not g.upload_used:
                uploads.forget(g.upload.key)

    return wrapped


@api.post("/batches")
@answers("Object", 202)
@stored
@once
def create_batch() -> Any:
    """Bring files (multipart `file`, thousands of them or a ZIP), `mode` auto or draft: {id, state, counts, href}."""
    actor = current_actor()
    with transaction(write=True) as db:
        batch = begin(db, g.upload, fields_of(body()), actor)
        g.upload_used = True
        return told(db, [batch])[0], 202


@api.get("/batches")
@api.input(BatchesQuery, location="query", arg_name="query")
@answers("Items")
def batch_list(query: dict[str, Any]) -> Any:
    """The batches of one's own and, for managers, of those below; the newest first."""
    with transaction() as db:
        found = batches.list_batches(db, current_actor(), place(query), MOST)
        return {"items": told(db, found), "next": str(found[-1].id) if len(found) == MOST else None}


@api.get("/batches/<int:batch_id>")
@answers("Object")
def batch(batch_id: int) -> Any:
    """One batch: {id, state, counts: {files, calls, waiting, done, failed, known, tickets, drafts}, …}."""
    with transaction() as db:
        return told(db, [batches.find_batch(db, current_actor(), batch_id)])[0]


@api.get("/batches/<int:batch_id>/items")
@api.input(BatchItemsQuery, location="query", arg_name="query")
@answers("Items")
def batch_items(batch_id: int, query: dict[str, Any]) -> Any:
    """What became of each call: {source, state, tickets: [number], drafts: [id], error}."""
    actor, limit = current_actor(), query["limit"]
    with transaction() as db:
        found = batches.find_batch(db, actor, batch_id)
        items = batches.items_of(db, found.id, query.get("state"), place(query) or 0, limit)
        more = str(items[-1].id) if len(items) == limit else None
        return {"items": items_json(db, found, items, actor), "next": more}


@api.post("/batches/<int:batch_id>/cancel")
@answers("Object")
@once
def batch_cancel(batch_id: int) -> Any:
    """Begin nothing more of it; what is done stays."""
    return changed(batch_id, lambda db, found: batches.cancel(db, found, now()))


@api.post("/batches/<int:batch_id>/resume")
@answers("Object")
@once
def batch_resume(batch_id: int) -> Any:
    """Go on with a cancelled batch; try again what was put aside."""
    return changed(batch_id, batches.resume)


def changed(batch_id: int, change: Callable[[Any, Batch], None]) -> dict[str, Any]:
    with transaction(write=True) as db:
        found = batches.find_batch(db, current_actor(), batch_id)
        change(db, found)
        db.flush()
        return batch_json(found, batches.counts_of(db, [found.id])[found.id])


def place(query: dict[str, Any]) -> int | None:
    """Where the last answer ended. Raises BadInput for a cursor that is none of ours."""
    cursor = query.get("cursor")
    if not cursor:
        return None
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 19):
        raise BadInput("inputs_wrong", fields={"cursor": "unknown"}, verb="")
    return int(cursor)
