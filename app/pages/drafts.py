"""The drafts desk: the queue by urgency, one draft beside it, and its acts as plain forms."""

from dataclasses import fields
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.auth import current_actor
from app.babel import locale
from app.clock import now
from app.database import transaction
from app.draft_pane import guesses, lines, outlook
from app.draft_view import draft_json
from app.drafts import claim_draft, drop_draft, file_draft, restore_draft, reveal_draft
from app.pages.options import category_names, options
from app.problems import status_of, words_of, words_of_fields
from dispatch.config import current_config
from dispatch.draft_queue import DraftFilter, Waiting, find_draft, list_drafts, waiting
from dispatch.errors import DispatchError, NotFound
from dispatch.models import Draft, Ticket
from dispatch.queries import region_in_scope
from grids.queries import region_by_code

pages = Blueprint("drafts", __name__)

CORRECTED = ("description", "address", "region", "category", "kind", "urgency")
FILTERS = tuple(field.name for field in fields(DraftFilter))
NO_FAULTS: dict[str, Any] = {"words": "", "fields": {}}


@pages.get("/drafts")
def index() -> str:
    """The queue; the filters stand in the address, the most urgent draft is open beside it."""
    return page(None)


@pages.get("/drafts/<int:draft_id>")
def show(draft_id: int) -> str:
    """One draft beside the queue; the pane alone for a part of the page."""
    if is_part():
        with transaction() as db:
            return pane(db, find_draft(db, current_actor(), draft_id))
    return page(draft_id)


@pages.post("/drafts/<int:draft_id>/preview")
def preview(draft_id: int) -> str:
    """Where it would go with what is written now: a part of the pane."""
    with transaction() as db:
        draft = find_draft(db, current_actor(), draft_id)
        return render_template("drafts/outlook.html", out=outlook(db, draft, written(), current_actor()), draft=draft)


@pages.post("/drafts/<int:draft_id>/file")
def file(draft_id: int) -> ResponseReturnValue:
    """Makes the ticket and goes on to the next; what is missing is said at its field. `coarse`: though it is."""

    def act(db: Session) -> Ticket:
        return file_draft(db, draft_id, written(), current_actor(), complete=not request.form.get("coarse"))

    return done(draft_id, act, lambda ticket: _("已立单：%(number)s", number=ticket.number))


@pages.post("/drafts/<int:draft_id>/drop")
def drop(draft_id: int) -> ResponseReturnValue:
    reason = request.form.get("reason", "") or request.form.get("other", "")

    def act(db: Session) -> Draft:
        return drop_draft(db, draft_id, reason, current_actor())

    return done(draft_id, act, lambda draft: _("已弃用待立单 %(id)s，可在“已弃用”里恢复", id=draft.id))


@pages.post("/drafts/<int:draft_id>/restore")
def restore(draft_id: int) -> ResponseReturnValue:
    def act(db: Session) -> Draft:
        return restore_draft(db, draft_id, current_actor())

    told = _("待立单 %(id)s 已恢复", id=draft_id)
    return done(draft_id, act, lambda draft: told, url_for("drafts.show", draft_id=draft_id))


@pages.post("/drafts/<int:draft_id>/claim")
def claim(draft_id: int) -> ResponseReturnValue:
    def act(db: Session) -> Draft:
        return claim_draft(db, draft_id, current_actor(), take_over=True)

    return done(draft_id, act, lambda draft: "", url_for("drafts.show", draft_id=draft_id))


@pages.post("/drafts/<int:draft_id>/reveal")
def reveal(draft_id: int) -> ResponseReturnValue:
    """The whole number, in this one answer."""
    try:
        with transaction(write=True) as db:
            draft, phone = reveal_draft(db, draft_id, request.form.get("reason", ""), current_actor())
            return pane(db, draft, phone=phone) if is_part() else page_of(db, draft, phone=phone)
    except NotFound:
        raise
    except DispatchError as refusal:
        return refused(draft_id, refusal)


def is_part() -> bool:
    return "HX-Request" in request.headers


def written() -> dict[str, Any]:
    """What the form corrects; an empty field corrects nothing."""
    return {name: request.form.get(name, "").strip() or None for name in CORRECTED}


def done(draft_id: int, act: Any, told: Any, target: str = "") -> ResponseReturnValue:
    """Carries out one act; a refusal shows the draft again with the reason and with what was written."""
    try:
        with transaction(write=True) as db:
            words = told(act(db))
    except NotFound:
        raise
    except DispatchError as refusal:
        return refused(draft_id, refusal)
    if is_part():
        with transaction() as db:
            return pane(db, find_draft(db, current_actor(), draft_id))
    if words:
        flash(words, "done")
    return redirect(target or url_for("drafts.index"))


def refused(draft_id: int, refusal: DispatchError) -> ResponseReturnValue:
    faults = {"words": words_of(refusal), "fields": words_of_fields(refusal)}
    with transaction() as db:
        draft = find_draft(db, current_actor(), draft_id)
        shown = pane(db, draft, faults) if is_part() else page_of(db, draft, faults)
    return shown, status_of(refusal)


@pages.app_template_global()
def drafts_waiting() -> Waiting | None:
    """What the bar of every page tells; None where it cannot be known, which is no reason to have no page."""
    try:
        with transaction() as db:
            return waiting(db, current_actor().path, current_config(db).draft_waits, now())
    except (SQLAlchemyError, LookupError):
        return None


def page(draft_id: int | None) -> str:
    with transaction() as db:
        draft = find_draft(db, current_actor(), draft_id) if draft_id is not None else None
        return page_of(db, draft)


def page_of(db: Session, chosen: Draft | None, faults: dict[str, Any] = NO_FAULTS, phone: str = "") -> str:
    """The queue with the chosen draft, else with its first."""
    actor, given = current_actor(), filters()
    config = current_config(db)
    wanted = DraftFilter(**given)
    found, cursor = list_drafts(db, actor, wanted, config.draft_waits, now(), request.args.get("cursor"))
    region = region_in_scope(db, actor, wanted.region) if wanted.region else None
    draft = chosen or (found[0] if found else None)
    return render_template(
        "drafts.html",
        drafts=[(each, draft_json(each, db)) for each in found],
        given=given,
        region=region,
        counts=waiting(db, region.path if region else actor.path, config.draft_waits, now()),
        older=url_for("drafts.index", **given, cursor=cursor) if cursor else None,
        chosen=chosen is not None,
        draft=draft,
        **(parts(db, draft, faults, phone) if draft else {}),
    )


def filters() -> dict[str, Any]:
    given: dict[str, Any] = {name: value for name in FILTERS if (value := request.args.get(name, "").strip())}
    return given | ({"late": True} if given.get("late") else {})


def pane(db: Session, draft: Draft, faults: dict[str, Any] = NO_FAULTS, phone: str = "") -> str:
    return render_template("drafts/pane.html", draft=draft, **parts(db, draft, faults, phone))


def parts(db: Session, draft: Draft, faults: dict[str, Any], phone: str) -> dict[str, Any]:
    """What the pane needs. What was written stands in its fields, else what the draft holds."""
    config, actor = current_config(db), current_actor()
    tried = {name: value for name, value in written().items() if value is not None} if faults["words"] else {}
    return {
        "told": draft_json(draft, db),
        "values": draft.fields | tried,
        "faults": faults,
        "phone": phone,
        "talk": lines(draft),
        "guesses": guesses(draft),
        "out": outlook(db, draft, tried, actor),
        "options": options(config.taxonomy, locale()),
        "category_names": category_names(config.taxonomy, locale()),
        "may": actor.role in ("agent", "manager"),
        "held_by": region_by_code(db, draft.path.strip(".").rsplit(".", 1)[-1]),
    }
