"""The ticket page: what happened, until when and why, where, and what this person may do now."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.actions import acted
from app.auth import current_actor
from app.babel import locale, safe_next
from app.clock import now
from app.database import transaction
from app.draft_view import questions_of_ticket
from app.labels import label
from app.pages.evidence import stamps
from app.pages.ledger import ledger_of
from app.pages.options import category_names, options
from app.pages.times import allowance, light_of, used_share
from app.present import masked, masked_name, quotes_json
from app.problems import status_of, words_of, words_of_fields
from dispatch.clocks import calendar_of, latest
from dispatch.clusters import cluster_of, size_of
from dispatch.config import current_config
from dispatch.errors import DispatchError, NotFound
from dispatch.models import Ticket
from dispatch.place import number as number_of
from dispatch.queries import allowed_verbs, find_ticket, timeline, units_in_scope
from dispatch.similar import similar_to
from dispatch.whistles import callable_units
from dispatch.workflow import OPEN, TABLE
from grids.models import LEVELS
from grids.queries import path_regions
from grids.scope import Actor, sees

pages = Blueprint("ticket", __name__)


@pages.get("/tickets/<number>")
def show(number: str) -> str:
    with transaction() as db:
        return render(db, find_ticket(db, current_actor(), number))


@pages.get("/tickets/<number>/ledger/<clock>")
def ledger(number: str, clock: str) -> str:
    """The ledger of one clock: alone for a part of the page, else the whole page with it."""
    with transaction() as db:
        ticket = find_ticket(db, current_actor(), number)
        if clock not in {each.kind for each in ticket.clocks}:
            abort(404)
        if "HX-Request" in request.headers:
            return render_template("ticket/ledger.html", ticket=ticket, ledger=find_ledger(db, ticket, clock))
        return render(db, ticket, clock=clock)


@pages.post("/tickets/<number>/<verb>")
def do(number: str, verb: str) -> ResponseReturnValue:
    """Any verb as a form; a refusal shows the page again with the reason and with what was typed."""
    if verb not in TABLE:
        abort(404)
    actor = current_actor()
    try:
        photos = [file.read() for file in request.files.getlist("photo") if file.filename]
        with acted(actor, number, verb, inputs_of(verb), photos) as (db, ticket):
            told = _("%(verb)s：工单 %(number)s 已记下", verb=label("verb", verb), number=number)
            if verb == "reveal":
                return render(db, ticket, phone=ticket.caller_phone)
            page = url_for("ticket.show", number=number) if sees(actor, ticket) else url_for("tickets.index")
            target = safe_next(request.form.get("next") or page)
    except NotFound:
        raise
    except DispatchError as refusal:
        return refused(number, verb, refusal)
    flash(told, "done")
    return redirect(target)


def read_inputs() -> dict[str, str]:
    """The form's fields as text, without the token and the way back."""
    return {name: text.strip() for name, text in request.form.items() if name not in ("csrf_token", "next")}


def inputs_of(verb: str) -> dict[str, Any]:
    """The fields of a verb's form as its inputs; an area to blur comes as four numbers in per cent."""
    given: dict[str, Any] = dict(read_inputs())
    if verb == "whistle":
        given["units"] = request.form.getlist("units")
    if verb == "blur":
        sides = [number_of(given.pop(name, None)) for name in ("left", "top", "width", "height")]
        given["areas"] = [[side / 100 if side is not None else None for side in sides]]
    return given


def refused(number: str, verb: str, refusal: DispatchError) -> ResponseReturnValue:
    tried = {
        "verb": verb,
        "words": words_of(refusal),
        "values": request.form,
        "fields": words_of_fields(refusal),
    }
    with transaction() as db:
        return render(db, find_ticket(db, current_actor(), number), tried=tried), status_of(refusal)


def render(
    db: Session, ticket: Ticket, clock: str = "HANDLE", tried: dict[str, Any] | None = None, phone: str = ""
) -> str:
    """The page. `phone` is the whole number, in the one answer to who asked for it with a reason."""
    actor = current_actor()
    verbs = allowed_verbs(actor, ticket)
    events = timeline(db, ticket)
    blur = TABLE["blur"]  # offered at each photo, not among what can be done to the ticket
    return render_template(
        "ticket.html",
        ticket=ticket,
        path=path_regions(db, ticket.path),
        verbs=[row for row in verbs if row is not blur],
        may_blur=blur in verbs,
        units=[(unit.code, unit.name) for unit in db.scalars(units_in_scope(db, actor, ticket))],
        events=events,
        stamps=stamps(ticket, events),
        clocks=[told_clock(db, each) for each in latest(ticket)],
        ledger=find_ledger(db, ticket, clock),
        tried=tried or {"verb": None, "values": {}, "fields": {}},
        quotes=quotes_json(ticket.said, ticket.caller_name),
        caller_name=masked_name(ticket.caller_name, ticket.confidential),
        caller_phone=phone or masked(ticket.caller_phone),
        category_name=current_config(db).taxonomy.name(ticket.category, locale()),
        questions=questions_of_ticket(db, ticket),
        levels=LEVELS,
        choices=choices(db, ticket),
        category_names=category_names(current_config(db).taxonomy, locale()),
        cluster=cluster_of(db, actor, ticket),
        size=size_of(db, ticket),
        alike=alike(db, actor, ticket),
    )


def choices(db: Session, ticket: Ticket) -> dict[str, Any]:
    """What the select fields of the verbs offer; `units`: those that can be called in."""
    units = [(unit.code, unit.name) for unit in callable_units(db, ticket)]
    return options(current_config(db).taxonomy, locale()) | {"units": units}


def alike(db: Session, actor: Actor, ticket: Ticket) -> list[dict[str, Any]]:
    """Likely duplicates of an open ticket that do not stand in its cluster yet; `joins`: they can be put together."""
    if ticket.status not in OPEN:
        return []
    mine = (ticket.number, ticket.lead) if ticket.lead else (ticket.number,)
    rows = [row for row in similar_to(db, actor, ticket) if row["lead"] not in mine and row["number"] not in mine]
    joins = ticket.lead is None and TABLE["merge"] in allowed_verbs(actor, ticket)
    return [row | {"joins": joins and row["status"] in OPEN} for row in rows]


def told_clock(db: Session, clock: Any) -> dict[str, Any]:
    calendar = calendar_of(clock, current_config(db))
    return {"row": clock, "light": light_of(clock), "share": used_share(clock, calendar), "allowance": allowance(clock)}


def find_ledger(db: Session, ticket: Ticket, kind: str) -> Any:
    clock = next((each for each in latest(ticket) if each.kind == kind), None)
    return ledger_of(db, clock, now()) if clock else None
