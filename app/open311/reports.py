"""A POSTed GeoReport request becomes a ticket: read the fields, find the place, receive."""

import hashlib
import secrets
from typing import Any

from flask import request
from flask_babel import gettext

from app.api.requests import once
from app.auth import request_actor
from app.babel import clock_time
from app.clock import now
from app.database import transaction
from app.intake import ROOT, checked_phone, place_in_words
from app.open311.services import OTHER
from dispatch.config import Config, current_config
from dispatch.errors import BadInput
from dispatch.intake import Complaint, receive, receiving_centre
from dispatch.models import Ticket
from dispatch.place import Place, at_point, point_of
from grids.scope import CITIZEN, Actor


@once
def report() -> Any:
    """[{service_request_id, service_notice, account_id, tracking_token}], 201. Raises BadInput; then nothing is made.

    `tracking_token` is beyond the standard: with it the citizen follows, rates and reopens at /track.
    """
    fields = {name: value.strip() for name, value in request.values.items()}
    token = secrets.token_urlsafe(18)
    phone = checked_phone(fields.get("phone"), "phone")
    with transaction(write=True) as db:
        config = current_config(db)
        category = category_of(fields.get("service_code", ""), config)
        complaint = Complaint(
            description=fields.get("description") or (config.taxonomy.name(category) if category else ""),
            category=category,
            address=fields.get("address_string", ""),
            caller_name=fields.get("last_name", "") + fields.get("first_name", ""),
            caller_phone=phone,
            channel="open311",
            place=place_of(db, fields),
            token_digest=hashlib.sha256(token.encode()).hexdigest(),
        )
        ticket = receive(db, complaint, receiving_centre(db, CITIZEN, ROOT), receiver(), now(), config)
    made = {"service_request_id": ticket.number, "service_notice": notice(ticket), "account_id": None}
    return [made | {"tracking_token": token}], 201


def receiver() -> Actor:
    """Staff of a desk receive in their own name, everybody else as a citizen."""
    actor = request_actor()
    return actor if actor.role in ("agent", "manager") else CITIZEN


def category_of(code: str, config: Config) -> str | None:
    """The category of a service code; None for `other`. Raises BadInput."""
    if not code:
        raise BadInput("bad_input", fields={"service_code": "missing"})
    category = config.taxonomy.category(code)
    if category is None and code != OTHER:
        raise BadInput("bad_input", fields={"service_code": "service_unknown"})
    return category.code if category else None


def place_of(db: Any, fields: dict[str, str]) -> Place:
    """The point, (lon, lat) WGS-84, else what address_string proves. Raises BadInput when neither gives a district."""
    point = point_of({"lon": fields.get("long") or None, "lat": fields.get("lat") or None})
    if point is not None:
        return at_point(db, point, source="open311")
    if fields.get("address_string"):
        return place_in_words(db, fields["address_string"])
    raise BadInput("place_missing", fields={"lat": "missing", "long": "missing"})


def notice(ticket: Ticket) -> str:
    """What the citizen is told at once: the promise, and for an emergency whom to call."""
    due = gettext("请记下单号 %(number)s，承诺 %(time)s 前办理。", number=ticket.number, time=clock_time(ticket.due_at))
    warning = gettext("有危险请先离开，并立即拨打 110、119 或 120。")
    return f"{warning}{due}" if ticket.urgency == "emergency" else due
