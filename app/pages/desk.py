"""The agent desk: who is calling, one form that is read while it is written, call-backs and drafts that wait."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth import current_actor
from app.babel import locale
from app.clock import now, speed
from app.database import transaction
from app.draft_view import next_question, question
from app.drafts import file_draft
from app.intake import take_form
from app.pages.options import category_names, options
from app.present import masked
from app.problems import words_of, words_of_fields
from dispatch.commands import perform
from dispatch.config import current_config
from dispatch.draft_queue import DraftFilter, find_draft, list_drafts
from dispatch.errors import BadInput, Conflict
from dispatch.models import Draft, Event, Ticket
from dispatch.queries import TicketFilter, calls_of, find_ticket, list_tickets
from dispatch.workflow import DISPATCHED, HANDLED, RECEIVED, TABLE
from grids.queries import code_of

pages = Blueprint("desk", __name__)

FIELDS = (
    "description", "kind", "urgency", "category", "address", "caller_name", "caller_phone", "lon", "lat", "datum",
    "into",  # a ticket of the same matter
)  # fmt: skip
KEPT = ("description", "kind", "urgency", "category", "address", "caller_name", "caller_phone", "confidential")
UNDO, GRACE = timedelta(seconds=10), timedelta(seconds=5)  # shown for so long; and for the way of the request
TAKEN_BACK = _l("登记后立即撤销")
DRAFTS = 5  # the most urgent ones; the rest is in the queue
CALL_BACKS = 20  # shown at the desk, by due time; the rest is in the list


@pages.get("/desk")
def show() -> str:
    """`?phone=` pops the caller's last tickets, `?draft=` fills the form, `?saved=` shows what was just promised."""
    with transaction() as db:
        values: dict[str, Any] = {"caller_phone": request.args.get("phone", "").strip()}
        draft = open_draft(db, request.args.get("draft", ""))
        if draft is not None:
            values = draft.fields | {"draft": draft.id}
        return render(db, values, draft=draft)


@pages.post("/desk")
def save() -> ResponseReturnValue:
    """Makes the ticket (or files the draft) and shows its number and promised time; the form is free for the next."""
    fields = {name: request.form.get(name, "").strip() or None for name in FIELDS}
    fields["confidential"] = "true" if request.form.get("confidential") else None
    try:
        with transaction(write=True) as db:
            ticket = file(db, fields, request.form.get("draft", ""))
            if request.form.get("then") == "answer":
                answer(db, ticket, request.form.get("article", ""))
    except (BadInput, Conflict) as refusal:
        faults = {"words": words_of(refusal), "fields": words_of_fields(refusal)}
        with transaction() as db:
            return render(db, request.form.to_dict(), faults=faults), 409 if isinstance(refusal, Conflict) else 422
    if request.form.get("then") == "open":
        return redirect(url_for("ticket.show", number=ticket.number))
    return redirect(url_for("desk.show", saved=ticket.number))


@pages.get("/desk/call-backs")
def call_backs() -> str:
    """The call-backs that are due, as a part of the desk."""
    with transaction() as db:
        return render_template("desk/call-backs.html", **call_backs_due(db))


@pages.post("/desk/undo")
def undo() -> ResponseReturnValue:
    """Takes back the ticket that this agent has just logged, and gives its words back to the form."""
    actor = current_actor()
    try:
        with transaction(write=True) as db:
            ticket = find_ticket(db, actor, request.form.get("number", ""), lock=True)
            if not may_undo(db, ticket, UNDO + GRACE):
                raise Conflict("undo_late", seconds=UNDO.seconds)
            perform(db, ticket, "reject", actor, now(), current_config(db), reason=str(TAKEN_BACK), turn_to="-")
            values = {name: getattr(ticket, name) for name in KEPT}
    except Conflict as refusal:
        flash(words_of(refusal), "fault")
        return redirect(url_for("desk.show"))
    with transaction() as db:
        return render(db, values)


def may_undo(db: Session, ticket: Ticket, within: timedelta) -> bool:
    """Logged by this person a moment ago (real time), and nobody has taken it up."""
    fresh = now() - ticket.created_at <= within * speed()
    begun = (Event.ticket_id == ticket.id, Event.verb == "receive", Event.actor == current_actor().login)
    return fresh and ticket.status in (RECEIVED, DISPATCHED) and db.scalar(select(Event.id).where(*begun)) is not None


def file(db: Session, fields: dict[str, Any], draft_id: str) -> Ticket:
    """The ticket from the form; the draft that it came from is settled with it."""
    actor = current_actor()
    if draft_id.isdecimal():
        return file_draft(db, int(draft_id), fields, actor)
    return take_form(db, fields, actor)


def answer(db: Session, ticket: Ticket, code: str) -> None:
    """Settles the call by an article of the knowledge base, which is cited. Raises BadInput."""
    config = current_config(db)
    article = config.knowledge.articles.get(code)
    if article is None:
        raise BadInput("article_absent", fields={"article": "unknown"})
    db.flush()
    perform(db, ticket, "answer", current_actor(), now(), config, note=article.text, article=article.title)


def open_draft(db: Session, draft_id: str) -> Draft | None:
    draft = find_draft(db, current_actor(), int(draft_id)) if draft_id.isdecimal() else None
    return draft if draft is not None and draft.state == "open" else None


def render(
    db: Session, values: dict[str, Any], draft: Draft | None = None, faults: dict[str, Any] | None = None
) -> str:
    actor = current_actor()
    phone, saved = str(values.get("caller_phone") or ""), saved_ticket(db)
    return render_template(
        "desk.html",
        values=values,
        faults=faults or {"words": "", "fields": {}},
        phone_told=masked(phone),
        calls=calls_of(db, actor, phone) if phone else [],
        saved=saved,
        undo_s=UNDO.seconds if saved and may_undo(db, saved, UNDO) else 0,
        draft=draft,
        draft_questions=[question(code)["text"] for code in draft.questions] if draft else [],
        drafts=[(each, next_question(each)) for each in most_urgent(db)],
        region=code_of(actor.path) if actor.path else "",
        options=options(current_config(db).taxonomy, locale()),
        **call_backs_due(db),
    )


def most_urgent(db: Session) -> list[Draft]:
    waits = current_config(db).draft_waits
    return list_drafts(db, current_actor(), DraftFilter(), waits, now(), limit=DRAFTS)[0]


def call_backs_due(db: Session) -> dict[str, Any]:
    due, more = list_tickets(db, current_actor(), TicketFilter(status=HANDLED), limit=CALL_BACKS)
    names = category_names(current_config(db).taxonomy, locale())
    return {"due": due, "more_due": bool(more), "category_names": names, "call_back": TABLE["call_back"]}


def saved_ticket(db: Session) -> Ticket | None:
    number = request.args.get("saved", "")
    return find_ticket(db, current_actor(), number) if number else None
