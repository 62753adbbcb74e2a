"""The attendant's phone: my tickets by due time, and one ticket with its next verb at the thumb."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy.orm import Session

from app.actions import acted
from app.auth import current_actor
from app.babel import locale
from app.database import transaction
from app.labels import label
from app.pages.evidence import stamps
from app.pages.ticket import choices, inputs_of
from app.pages.times import light_of
from app.photos import MAX_BYTES, MAX_PHOTOS
from app.present import masked
from app.problems import status_of, words_of, words_of_fields
from dispatch.clocks import latest
from dispatch.config import current_config
from dispatch.errors import BadInput, Conflict, DispatchError, NotAllowed
from dispatch.models import Clock, Ticket
from dispatch.photo import PhotoError
from dispatch.queries import TicketFilter, allowed_verbs, find_ticket, list_tickets, timeline, units_in_scope
from dispatch.workflow import CLOSED, HANDLED, SIGNED_IN, TABLE
from geodata.coords import from_wgs84
from grids.models import DISTRICT
from grids.queries import code_of, path_regions
from grids.scope import Actor

pages = Blueprint("cases", __name__)

PAGE = 100  # tickets in one list
WRITTEN = ("reason", "note", "basis")
OWN_FORM = ("sign_in", "contact", "handle", "report_up", "give_back", "reveal", "blur")  # the others have the usual one
LEAVES = ("report_up", "give_back", "handle")  # verbs after which there is nothing more to do here


@dataclass(frozen=True)
class Tried:
    """A form that was refused: what it was, why, and what had been written."""

    verb: str = ""
    problem: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    lost: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        return self.problem

    def get(self, verb: str, name: str) -> str:
        return str(self.values.get(name, "")) if verb == self.verb else ""


@pages.get("/cases")
def mine() -> str:
    """What my unit holds: to be done (by due time), or handled and waiting for the call-back."""
    actor = current_actor()
    handled = request.args.get("show") == "handled"
    cursor = request.args.get("cursor")
    wanted = TicketFilter(holder=actor.unit_code, status=HANDLED if handled else None, open=True)
    with transaction() as db:
        found, more = list_tickets(db, actor, wanted, cursor, PAGE)
        return render_template(
            "phone/cases.html",
            here=url_for("cases.mine", show="handled" if handled else None, cursor=cursor),
            tickets=[ticket for ticket in found if handled or ticket.status != HANDLED],
            more=more,
            cursor=cursor,
            show="handled" if handled else "open",
            region=code_of(actor.path) if actor.path else None,
            called=called_in(db, actor),
            told=told_done(),
            first=first_verb(actor, found, handled),
        )


def called_in(db: Session, actor: Actor) -> list[Ticket]:
    """Tickets of others that my unit was called in for and has not done with."""
    return list_tickets(db, actor, TicketFilter(co_handler=actor.unit_code, open=True), limit=PAGE)[0]


def first_verb(actor: Actor, found: list[Ticket], handled: bool) -> tuple[Ticket, str | None] | None:
    """The most pressing ticket with its next verb, for the button at the thumb."""
    ticket = next((ticket for ticket in found if ticket.status != HANDLED), None)
    if ticket is None or handled:
        return None
    return ticket, next_verb(ticket, [row.name for row in allowed_verbs(actor, ticket)])


def told_done() -> str:
    """The sentence for what was just done on another page."""
    verb, number = request.args.get("done", ""), request.args.get("number", "")
    return _("%(verb)s：工单 %(number)s 已记下", verb=label("verb", verb), number=number) if verb in TABLE else ""


@pages.get("/cases/me")
def me() -> str:
    current_actor()
    return render_template("phone/me.html", here=url_for("cases.me"), show="me")


@pages.get("/cases/<number>")
def case(number: str) -> str:
    with transaction() as db:
        return render(db, find_ticket(db, current_actor(), number))


@pages.post("/cases/<number>/<verb>")
def do(number: str, verb: str) -> ResponseReturnValue:
    """Any verb as a plain form; a refusal shows the page again with the reason and with what was written."""
    if verb not in TABLE:
        abort(404)
    photos = [file.read() for file in request.files.getlist("photo") if file.filename]
    try:
        with acted(current_actor(), number, verb, inputs_of(verb), photos) as (_db, ticket):
            phone = ticket.caller_phone
    except (BadInput, Conflict, NotAllowed, PhotoError) as refusal:
        return refused(number, verb, refusal)
    if verb == "reveal":
        return revealed(number, phone)
    if verb in LEAVES:
        return redirect(url_for("cases.mine", done=verb, number=number))
    flash(_("%(verb)s：工单 %(number)s 已记下", verb=label("verb", verb), number=number))
    return redirect(url_for("cases.case", number=number))


def revealed(number: str, phone: str) -> ResponseReturnValue:
    """The whole number, in this one answer only."""
    with transaction() as db:
        answer = make_response(render(db, find_ticket(db, current_actor(), number), phone=phone))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def refused(number: str, verb: str, refusal: DispatchError) -> ResponseReturnValue:
    with transaction() as db:
        actor = current_actor()
        ticket = find_ticket(db, actor, number)
        written = "\n".join(text for name in WRITTEN if (text := request.form.get(name, "")))
        kept = verb in {row.name for row in allowed_verbs(actor, ticket)}
        tried = Tried(verb, words_of(refusal), request.form, "" if kept else written, words_of_fields(refusal))
        return render(db, ticket, tried), status_of(refusal)


def render(db: Session, ticket: Ticket, tried: Tried | None = None, phone: str = "") -> str:
    actor = current_actor()
    rows = allowed_verbs(actor, ticket)
    verbs = [row.name for row in rows]
    upcoming, events = next_verb(ticket, verbs), timeline(db, ticket)
    return render_template(
        "phone/case.html",
        here=url_for("cases.case", number=ticket.number),
        ticket=ticket,
        place=place_of(db, ticket),
        category=category_name(db, ticket),
        clocks=clocks_of(ticket),
        steps=steps_of(ticket),
        verbs=verbs,
        further=[row for row in rows if row.name not in OWN_FORM],
        units=[(unit.code, unit.name) for unit in db.scalars(units_in_scope(db, actor, ticket))],
        choices=choices(db, ticket),
        next_verb=upcoming,
        next_word=next_word(upcoming),
        leaves=LEAVES,
        masked_phone=masked(ticket.caller_phone),
        revealed=phone,
        maps=map_links(ticket),
        photos=ticket.photos,
        events=events,
        stamps=stamps(ticket, events),
        tried=tried or Tried(),
        most_photos=MAX_PHOTOS,
        most_bytes=MAX_BYTES,
    )


def place_of(db: Session, ticket: Ticket) -> str:
    """From the district down to what is known."""
    return " ".join(region.name for region in path_regions(db, ticket.path) if region.level >= DISTRICT)


def category_name(db: Session, ticket: Ticket) -> str:
    return current_config(db).taxonomy.name(ticket.category, locale()) if ticket.category else ""


def clocks_of(ticket: Ticket) -> list[dict[str, Any]]:
    """The clocks that run, the soonest first; the attendant does not answer for the call-back."""
    running = [clock for clock in latest(ticket) if clock.stopped_at is None and clock.due_at]
    shown = [clock for clock in running if clock.kind != "CALL_BACK"]
    return [told_clock(clock) for clock in sorted(shown, key=lambda clock: clock.due_at or clock.started_at)]


def told_clock(clock: Clock) -> dict[str, Any]:
    return {"kind": clock.kind, "due_at": clock.due_at, "provisional": clock.provisional, "light": light_of(clock)}


def stopped(ticket: Ticket, kind: str) -> Any:
    """When the newest clock of this kind was stopped; None while it runs or when there is none."""
    return next((clock.stopped_at for clock in latest(ticket) if clock.kind == kind), None)


def next_verb(ticket: Ticket, verbs: list[str]) -> str | None:
    """The verb under the thumb: the first of the four steps that this person may do now."""
    steps = [("sign_in", False), ("contact", stopped(ticket, "CONTACT") is not None), ("handle", False)]
    return next((verb for verb, done in steps if verb in verbs and not done), None)


def next_word(verb: str | None) -> str:
    return {"sign_in": _("签收"), "contact": _("记录：已联系市民")}.get(verb or "", "")


def steps_of(ticket: Ticket) -> list[dict[str, Any]]:
    """Sign in, contact, photo, feedback: which are done, when, and which one is next."""
    signed = ticket.status in (SIGNED_IN, HANDLED, CLOSED)
    handled = ticket.status in (HANDLED, CLOSED)
    contacted = handled or (signed and stopped(ticket, "CONTACT") is not None)
    rows = [
        {"name": "sign_in", "word": _("签收"), "done": signed, "at": stopped(ticket, "SIGN_IN"), "hint": ""},
        {"name": "contact", "word": _("联系"), "done": contacted, "at": stopped(ticket, "CONTACT"), "hint": ""},
        {"name": "photo", "word": pgettext("step", "拍照"), "done": handled, "at": None, "hint": _("办理后 1 张")},
        {"name": "handle", "word": _("反馈"), "done": handled, "at": stopped(ticket, "HANDLE"), "hint": _("写一句")},
    ]
    upcoming = next((row for row in rows if not row["done"]), None)
    return [row | {"now": row is upcoming} for row in rows]


def map_links(ticket: Ticket) -> dict[str, str]:
    """Links that open a map at the ticket's place, each in the datum that it reads. Only the number is given away.

    geo: wants WGS-84 as lat,lon; Amap GCJ-02 as lon,lat; Baidu BD-09 as lat,lon.
    """
    if ticket.lon is None or ticket.lat is None:
        return {}
    amap_lon, amap_lat = from_wgs84(ticket.lon, ticket.lat, "gcj02")
    baidu_lon, baidu_lat = from_wgs84(ticket.lon, ticket.lat, "bd09")
    amap = {"position": f"{amap_lon:.6f},{amap_lat:.6f}", "name": ticket.number, "coordinate": "gaode", "callnative": 1}
    baidu = {"location": f"{baidu_lat:.6f},{baidu_lon:.6f}", "title": ticket.number, "content": ticket.number}
    baidu |= {"output": "html", "coord_type": "bd09ll", "src": "webapp.hotline.12345"}
    return {
        "geo": f"geo:{ticket.lat:.6f},{ticket.lon:.6f}?q={ticket.lat:.6f},{ticket.lon:.6f}",
        "amap": f"https://uri.amap.com/marker?{urlencode(amap)}",
        "baidu": f"https://api.map.baidu.com/marker?{urlencode(baidu)}",
    }
