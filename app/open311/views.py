"""A ticket as a GeoReport service request, as far as the reader may know it: see the package for the rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth import ANONYMOUS
from app.labels import label
from app.open311.services import OTHER, service_name
from dispatch.changes import iso
from dispatch.classify import Taxonomy
from dispatch.config import current_config
from dispatch.models import Ticket
from dispatch.workflow import OPEN
from grids.models import COMMUNITY, DISTRICT, Region
from grids.scope import Actor

PUBLIC_GROUND = ("cityscape", "greening", "road", "light", "traffic", "environment")  # groups of categories
ON_PUBLIC_GROUND, ELSEWHERE = 4, 2  # decimals of a degree: about 10 m, about 1 km


@dataclass(frozen=True)
class Reader:
    """Who reads, and the words needed: names of regions by code, names of categories."""

    staff: bool
    names: dict[str, str]
    taxonomy: Taxonomy

    def read(self, ticket: Ticket) -> dict[str, Any]:
        """The request with every field of the standard; those that are not known are null."""
        name = service_name(self.taxonomy, ticket.category)
        return {
            "service_request_id": ticket.number,
            "status": "open" if ticket.status in OPEN else "closed",
            "status_notes": label("status", ticket.status),
            "service_name": name,
            "service_code": ticket.category or OTHER,
            "description": ticket.description if self.staff else name,
            "agency_responsible": self.agency(ticket),
            "service_notice": None,
            "requested_datetime": iso(ticket.created_at),
            "updated_datetime": iso(ticket.updated_at),
            "expected_datetime": iso(promise(ticket)),
            "address": self.address(ticket),
            "address_id": None,
            "zipcode": None,
            "lat": self.rounded(ticket, ticket.lat),
            "long": self.rounded(ticket, ticket.lon),
            "media_url": None,
        }

    def agency(self, ticket: Ticket) -> str:
        """The holding unit, or the region in its place where the unit's own region is finer than what is told."""
        region = ticket.holder.region
        codes = region.path.strip(".").split(".")
        depth = len(codes) if self.staff else min(len(codes), depth_of(ticket))
        return ticket.holder.name if depth == len(codes) else self.names.get(codes[depth - 1], "")

    def address(self, ticket: Ticket) -> str:
        if self.staff and ticket.address:
            return ticket.address
        codes = ticket.path.strip(".").split(".")
        return "".join(self.names.get(code, "") for code in (codes if self.staff else codes[: depth_of(ticket)]))

    def rounded(self, ticket: Ticket, degrees: float | None) -> float | None:
        if self.staff or degrees is None:
            return degrees
        return round(degrees, ON_PUBLIC_GROUND if on_public_ground(ticket) else ELSEWHERE)


def reader_of(db: Session, actor: Actor, tickets: Iterable[Ticket]) -> Reader:
    """A reader for these tickets, with the names of all their regions."""
    paths = {path for ticket in tickets for path in (ticket.path, ticket.holder.region.path)}
    codes = {code for path in paths for code in path.strip(".").split(".")}
    rows = db.execute(select(Region.code, Region.name).where(Region.code.in_(codes)))
    names = {row.code: row.name for row in rows}
    return Reader(actor is not ANONYMOUS, names, current_config(db).taxonomy)


def on_public_ground(ticket: Ticket) -> bool:
    return (ticket.category or "").split(".")[0] in PUBLIC_GROUND


def depth_of(ticket: Ticket) -> int:
    """How many levels of the path the public is told."""
    return COMMUNITY if on_public_ground(ticket) else DISTRICT


def promise(ticket: Ticket) -> Any:
    """The newest HANDLE deadline; None before there is one."""
    return next((clock.due_at for clock in ticket.clocks if clock.kind == "HANDLE"), None)
