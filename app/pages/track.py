"""A citizen follows a ticket by its unguessable link: plain words, no staff names; rates, reopens, urges."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.api.track import act_by_citizen
from app.clock import now
from app.database import transaction
from app.problems import status_of, words_of
from app.tracking import public_view, tracked
from dispatch.clocks import latest
from dispatch.conditions import REOPEN_WITHIN
from dispatch.errors import BadInput, Conflict, DispatchError, NotFound
from dispatch.models import Event, Ticket
from dispatch.queries import timeline
from dispatch.workflow import CLOSED, DISPATCHED, HANDLED, RECEIVED, REJECTED, SIGNED_IN, TABLE
from grids.models import DISTRICT
from grids.queries import path_regions

pages = Blueprint("track", __name__)

# What a citizen reads for a verb; a verb that is not here stays inside the house.
STEPS: dict[str, Any] = {
    "receive": _l("已收到您反映的问题"),
    "answer": _l("已直接答复您"),
    "reject": _l("这件事不由 12345 受理"),
    "dispatch": _l("已交给 %(unit)s"),
    "sign_in": _l("%(unit)s 已接手，正在办理"),
    "contact": _l("办理人员已与您联系"),
    "report_up": _l("需要上级来办，已转到 %(unit)s"),
    "give_back": _l("正在重新确认由谁办理，先由 %(unit)s 负责"),
    "handle": _l("%(unit)s 反馈：已办理"),
    "call_back": _l("已回访，本件办结"),
    "rate": _l("收到您的评价"),
    "redo": _l("结果没有通过，已退回 %(unit)s 重新办理"),
    "reopen": _l("按您的要求重新办理，由 %(unit)s 负责"),
    "relocate": _l("地点已更正"),
    "urge": _l("您的催办已转达"),
    "escalate": _l("已超过时限，%(unit)s 已经介入"),
}
WHY = {"answer": ("note",), "reject": ("reason", "turn_to"), "handle": ("note",), "reopen": ("reason",)}
STATUS: dict[str, Any] = {
    RECEIVED: _l("已收到，正在确认由谁办理"),
    DISPATCHED: _l("已交给 %(unit)s，等他们接手"),
    SIGNED_IN: _l("%(unit)s 正在办理"),
    HANDLED: _l("%(unit)s 说办好了，请您看看"),
    CLOSED: _l("已办结"),
    REJECTED: _l("这件事不由 12345 受理"),
}
DONE: dict[str, Any] = {
    "rate": _l("谢谢，您的评价已收到"),
    "reopen": _l("已按您的要求重新办理"),
    "urge": _l("已催办，办理单位和上级都看得到"),
}


@dataclass(frozen=True)
class Step:
    """One line of the citizen's timeline."""

    at: datetime
    words: str
    why: str


@pages.get("/track")
def find() -> ResponseReturnValue:
    """The form for number and code; a pasted link carries both."""
    token = request.args.get("token", "").strip()
    if not token:
        return render_template("phone/track_find.html")
    link = urlsplit(token)
    number = link.path.rpartition("/")[2] if link.query else request.args.get("number", "")
    token = parse_qs(link.query).get("token", [""])[0] if link.query else token
    return redirect(url_for("track.show", number=number.replace(" ", "") or "0", token=token))


@pages.get("/track/<number>")
def show(number: str) -> ResponseReturnValue:
    token = request.args.get("token", "")
    with transaction() as db:
        try:
            return render(db, tracked(db, number, token), token)
        except NotFound:
            problem = _("没有这个单号，或者进度链接不完整。请用提交时给您的整条链接，或拨打 12345 查询。")
            return render_template("phone/track_find.html", problem=problem), 404


@pages.post("/track/<number>/<verb>")
def say(number: str, verb: str) -> ResponseReturnValue:
    """Rate, reopen or urge; a refusal shows the page again with the reason and what was written."""
    if verb not in DONE:
        abort(404)
    token = request.form.get("token", "")
    try:
        act_by_citizen(number, verb, read_inputs())
    except (BadInput, Conflict) as refusal:
        return refused(number, token, refusal)
    flash(str(DONE[verb]))
    return redirect(url_for("track.show", number=number, token=token))


def read_inputs() -> dict[str, str]:
    """What was filled in; the workflow's own reader turns it into values."""
    names = ("token", "resolved", "satisfaction", "note", "reason")
    return {name: text for name in names if (text := request.form.get(name, "").strip())}


def refused(number: str, token: str, refusal: DispatchError) -> ResponseReturnValue:
    with transaction() as db:
        page = render(db, tracked(db, number, token), token, words_of(refusal), request.form)
    return page, status_of(refusal)


def render(db: Session, ticket: Ticket, token: str, problem: str = "", given: Any = None) -> str:
    handling = next((clock for clock in latest(ticket) if clock.kind == "HANDLE" and not clock.stopped_at), None)
    return render_template(
        "phone/track.html",
        here=url_for("track.show", number=ticket.number, token=token),
        ticket=ticket,
        token=token,
        status=str(STATUS[ticket.status]) % {"unit": ticket.holder.name},
        due=handling.due_at if handling else None,
        late=bool(handling and handling.due_at and handling.due_at < now()),
        provisional=bool(handling and handling.provisional),
        place=place_of(db, ticket),
        steps=steps_of(timeline(db, ticket)),
        photos=ticket.photos,
        verbs=verbs_of(ticket),
        reopen_days=REOPEN_WITHIN.days,
        problem=problem,
        given=given or {},
        seen=seen(public_view(db, ticket)),
    )


def seen(view: dict[str, Any]) -> str:
    """What the page's script compares with later answers of the API, to know that something has changed."""
    photos = [photo["state"] for photo in view["photos"]]
    return json.dumps([len(view["timeline"]), view["status"], photos, view["due_at"] or "", view["overdue"]])


def place_of(db: Session, ticket: Ticket) -> str:
    """From the district down, and the address as it was given."""
    names = [region.name for region in path_regions(db, ticket.path) if region.level >= DISTRICT]
    return " ".join([*names[:2], ticket.address] if ticket.address else names)


def verbs_of(ticket: Ticket) -> list[str]:
    """What the workflow table lets the citizen say now."""
    verbs = [row.name for row in TABLE.values() if "citizen" in row.roles and ticket.status in row.states]
    late = ticket.closed_at is not None and now() - ticket.closed_at > REOPEN_WITHIN
    return [verb for verb in verbs if verb in DONE and not (verb == "reopen" and late)]


def steps_of(events: list[Event]) -> list[Step]:
    """The events in a citizen's words; the unit is the one that holds the ticket at that point."""
    steps, unit = [], ""
    for event in events:
        named = event.detail.get("unit_name")
        if event.verb in STEPS:
            words = str(STEPS[event.verb]) % {"unit": named or unit}
            why = " ".join(str(event.detail[name]) for name in WHY.get(event.verb, ()) if event.detail.get(name))
            steps.append(Step(event.at, words, why))
        if event.to_status == DISPATCHED or event.verb == "relocate":
            unit = named or unit
    return steps
