"""Bulk intake for people: bring many transcripts, watch them being worked off, read what became of each."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import uploads
from app.auth import current_actor
from app.batch_door import begin, fields_of, items_json, keep, sheet_of, told
from app.clock import now
from app.database import transaction
from app.export import answer
from app.problems import words_of
from dispatch import batches
from dispatch.batch_models import Batch
from dispatch.errors import BadInput

pages = Blueprint("batches", __name__)

ROWS = 100


@pages.get("/batches")
def index() -> str:
    """The batches that one sees, the newest first, and the form for another one."""
    return listed()


@pages.post("/batches")
def bring() -> ResponseReturnValue:
    """Takes the files of the form and leads to their batch; a refusal shows the form again with its sentence."""
    actor = current_actor()
    files = [(one.filename or "", one.stream) for one in request.files.getlist("file") if one.filename]
    try:
        fields = fields_of(request.form.to_dict())
        upload = keep(files, fields)
    except BadInput as refusal:
        return listed(words_of(refusal)), 422
    try:
        with transaction(write=True) as db:
            made = begin(db, upload, fields, actor)
    except Exception:
        uploads.forget(upload.key)
        raise
    return redirect(url_for("batches.show", batch_id=made.id))


@pages.get("/batches/<int:batch_id>")
def show(batch_id: int) -> str:
    """One batch: progress, and its calls; `?state=` narrows them, `?after=` goes on."""
    return render_template("batch.html", **shown(batch_id))


@pages.get("/batches/<int:batch_id>/progress")
def progress(batch_id: int) -> str:
    """How far it is, as a part of the page."""
    with transaction() as db:
        batch = told(db, [batches.find_batch(db, current_actor(), batch_id)])[0]
    return render_template("batches/progress.html", batch=batch)


@pages.get("/batches/<int:batch_id>/result.<kind>")
def table(batch_id: int, kind: str) -> Response:
    """What became of each call, for a spreadsheet."""
    actor = current_actor()
    with transaction() as db:
        sheet = sheet_of(db, batches.find_batch(db, actor, batch_id), actor)
    return answer(sheet, kind)


@pages.post("/batches/<int:batch_id>/cancel")
def cancel(batch_id: int) -> ResponseReturnValue:
    with transaction(write=True) as db:
        batches.cancel(db, found(db, batch_id), now())
    flash(_("已停下，办完的不受影响"), "done")
    return redirect(url_for("batches.show", batch_id=batch_id))


@pages.post("/batches/<int:batch_id>/resume")
def resume(batch_id: int) -> ResponseReturnValue:
    with transaction(write=True) as db:
        batches.resume(db, found(db, batch_id))
    flash(_("继续处理"), "done")
    return redirect(url_for("batches.show", batch_id=batch_id))


def found(db: Any, batch_id: int) -> Batch:
    return batches.find_batch(db, current_actor(), batch_id)


def listed(fault: str = "") -> str:
    with transaction() as db:
        seen = told(db, batches.list_batches(db, current_actor()))
    return render_template("batches.html", batches=seen, fault=fault, may_bring=current_actor().role != "admin")


def shown(batch_id: int) -> dict[str, Any]:
    actor, state, after = current_actor(), request.args.get("state", ""), request.args.get("after", "")
    state = state if state in batches.STATES else ""
    start = int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else 0
    with transaction() as db:
        batch = found(db, batch_id)
        items = batches.items_of(db, batch.id, state, start, ROWS)
        more = items[-1].id if len(items) == ROWS else None
        rows = items_json(db, batch, items, actor)
        return {"batch": told(db, [batch])[0], "rows": rows, "state": state, "more": more, "after": start}
