"""Service requests are tickets: lists with the standard's filters, one by its number, and a new one."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Response, g, request
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, selectinload

from app.api.intake import snap_limit
from app.auth import ANONYMOUS, actor_of_key, request_actor
from app.clock import now
from app.database import transaction
from app.open311 import open311
from app.open311.formats import FORMS, answer
from app.open311.reports import report
from app.open311.services import OTHER
from app.open311.views import Reader, reader_of
from app.security import limiter
from dispatch.errors import BadInput, NotFound
from dispatch.models import Ticket
from dispatch.workflow import ENDED, OPEN
from dispatch.working_time import SHANGHAI
from grids.scope import Actor, seen_by

SPAN = timedelta(days=90)  # the standard's limits of one answer
MOST = 1000
LAST_PAGE = 1_000_000
PUBLIC_CHANNELS = ("snap", "open311")
STATES = {"open": OPEN, "closed": ENDED}


@open311.before_request
def identify() -> None:
    """`api_key`, as the standard names it, in place of an Authorization header. Raises NotLoggedIn when it is wrong."""
    key = request.values.get("api_key")
    if key and request_actor() is ANONYMOUS:
        g.actor = actor_of_key(key)


@open311.get(f"/requests.<{FORMS}:form>")
def service_requests(form: str) -> Any:
    """The requests that the caller may see, the newest first."""
    asked = question()
    with transaction() as db:
        return answer("service_requests", told(db, request_actor(), asked))


@open311.get(f"/requests/<number>.<{FORMS}:form>")
def service_request(number: str, form: str) -> Any:
    """One request, as a list of one."""
    with transaction() as db:
        found = told(db, request_actor(), Question([Ticket.number == number.replace(" ", "")]))
    if not found:
        raise NotFound("request_absent")
    return answer("service_requests", found)


@open311.post(f"/requests.<{FORMS}:form>")
@limiter.limit(snap_limit)
def create_request(form: str) -> Any:
    """A new ticket on the channel open311."""
    made = report()
    if isinstance(made, Response):  # the answer that was given before to the same Idempotency-Key
        return answer("service_requests", made.get_json(), made.status_code)
    content, status = made
    return answer("service_requests", content, status)


@dataclass(frozen=True)
class Question:
    """What is asked for: conditions in SQL, and which part of the answer."""

    conditions: list[ColumnElement[bool]]
    limit: int = MOST
    offset: int = 0


def told(db: Session, actor: Actor, asked: Question) -> list[dict[str, Any]]:
    query = (
        select(Ticket)
        .where(visible(actor), *asked.conditions)
        .options(selectinload(Ticket.clocks))
        .order_by(Ticket.created_at.desc(), Ticket.id.desc())
    )
    tickets = db.scalars(query.limit(asked.limit).offset(asked.offset)).all()
    reader: Reader = reader_of(db, actor, tickets)
    return [reader.read(ticket) for ticket in tickets]


def visible(actor: Actor) -> ColumnElement[bool]:
    """Staff: their scope. Everybody else: what citizens reported openly."""
    if actor is not ANONYMOUS:
        return seen_by(actor, Ticket)
    return and_(Ticket.channel.in_(PUBLIC_CHANNELS), Ticket.confidential.is_(False))


def question() -> Question:
    """The filters of this request; service_request_id overrides the others. Raises BadInput naming what is wrong."""
    faults: dict[str, str] = {}
    size = whole("page_size", MOST, MOST, faults)
    page = whole("page", 1, LAST_PAGE, faults)
    numbers = listed("service_request_id")
    if len(numbers) > MOST:
        faults["service_request_id"] = "too_many"
    conditions: list[ColumnElement[bool]] = [Ticket.number.in_(numbers)] if numbers else filters(faults)
    if faults:
        raise BadInput("bad_input", fields=faults)
    return Question(conditions, size, (page - 1) * size)


def filters(faults: dict[str, str]) -> list[ColumnElement[bool]]:
    begin, end = span(faults)
    found: list[ColumnElement[bool]] = [Ticket.created_at >= begin, Ticket.created_at <= end]
    states = listed("status")
    if set(states) - set(STATES):
        faults["status"] = "status_unknown"
    elif states:
        found.append(Ticket.status.in_([status for state in states for status in STATES[state]]))
    codes = listed("service_code")
    if codes:
        found.append(or_(Ticket.category.in_(codes), *([Ticket.category.is_(None)] if OTHER in codes else [])))
    return found


def span(faults: dict[str, str]) -> tuple[datetime, datetime]:
    """From and to, both included; the 90 days up to `end_date`, or from `start_date` on, or up to now."""
    begin, end = moment("start_date", faults), moment("end_date", faults)
    if begin and end:
        if end < begin:
            faults["end_date"] = "span_backwards"
        elif end - begin > SPAN:
            faults["end_date"] = "span_too_long"
        return begin, end
    if begin:
        return begin, begin + SPAN
    end = end or now()
    return end - SPAN, end


def moment(name: str, faults: dict[str, str]) -> datetime | None:
    """An ISO 8601 time; one without an offset is Beijing's, a `+` that arrived as a blank is mended."""
    text = request.args.get(name, "").strip()
    if not text:
        return None
    if "T" in text:
        text = text.replace(" ", "+")
    read = None
    try:
        given = datetime.fromisoformat(text)
        read = (given if given.tzinfo else given.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    if read is None or not 1900 < read.year < 2200:
        faults[name] = "no_time"
    return read


def listed(name: str) -> list[str]:
    """Values parted by commas, or given several times."""
    parts = ",".join(request.args.getlist(name)).split(",")
    return [part.strip() for part in parts if part.strip()]


def whole(name: str, default: int, most: int, faults: dict[str, str]) -> int:
    text = request.args.get(name, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= most:
        faults[name] = name
        return default
    return int(text)
