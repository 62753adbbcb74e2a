"""Tickets: lists, one, its timeline, its deadlines, likely duplicates, and every verb of the workflow."""

from dataclasses import fields
from typing import Any

from flask import request

from app.actions import acted
from app.api import answers, api
from app.api.ledgers import deadlines_json
from app.api.requests import body, once, photos
from app.api.schemas import TicketBody, TicketQuery
from app.auth import current_actor
from app.database import transaction
from app.draft_view import questions_of_ticket
from app.intake import take_form
from app.labels import label
from app.present import event_json, similar_json, ticket_json
from dispatch.queries import TicketFilter, find_ticket, list_tickets, timeline
from dispatch.similar import similar_to
from dispatch.workflow import TABLE
from grids.queries import path_regions

FILTERS = {field.name for field in fields(TicketFilter)}


@api.get("/tickets")
@api.input(TicketQuery, location="query", arg_name="query")
@answers("Items")
def tickets(query: dict[str, Any]) -> Any:
    """List the tickets in scope."""
    with transaction() as db:
        wanted = TicketFilter(**{name: value for name, value in query.items() if name in FILTERS})
        page = query.get("cursor"), query["limit"], query["sort"]
        found, cursor = list_tickets(db, current_actor(), wanted, *page)
        return {"items": [ticket_json(db, ticket) for ticket in found], "next": cursor}


@api.post("/tickets")
@api.input(TicketBody, location="json", arg_name="given")
@answers("Ticket", 201)
@once
def create_ticket(given: dict[str, Any]) -> Any:
    """Log a ticket."""
    with transaction(write=True) as db:
        return ticket_json(db, take_form(db, given, current_actor())), 201


@api.get("/tickets/<number>")
@answers("Ticket")
def ticket(number: str) -> Any:
    """One ticket; `questions`: what should still be asked, where it was filed before everything was known."""
    with transaction() as db:
        found = find_ticket(db, current_actor(), number)
        return ticket_json(db, found) | {"questions": questions_of_ticket(db, found)}


@api.get("/tickets/<number>/timeline")
@answers("Items")
def ticket_timeline(number: str) -> Any:
    """What happened to a ticket, in order."""
    with transaction() as db:
        found = find_ticket(db, current_actor(), number)
        return {"items": [event_json(event) for event in timeline(db, found)], "next": None}


@api.get("/tickets/<number>/deadlines")
@answers("Items")
def ticket_deadlines(number: str) -> Any:
    """The ledger of each deadline: its segments, policy and calendar."""
    with transaction() as db:
        found = find_ticket(db, current_actor(), number)
        return {"items": deadlines_json(db, found), "next": None}


@api.get("/tickets/<number>/similar")
@answers("Items")
def ticket_similar(number: str) -> Any:
    """Likely duplicates, the likeliest first, each with its reasons."""
    with transaction() as db:
        found = find_ticket(db, current_actor(), number)
        return {"items": similar_json(similar_to(db, current_actor(), found)), "next": None}


@api.post("/tickets/<number>/<verb>")
@answers("Ticket")
def ticket_verb(number: str, verb: str) -> Any:
    """Do a verb of the workflow table; the body has its inputs."""
    if verb == "reveal":
        return revealed(number)
    return once(do_verb)(number, verb)


def do_verb(number: str, verb: str) -> Any:
    with acted(current_actor(), number, verb, body(), photos() if request.files else ()) as (db, found):
        return ticket_json(db, found, path_regions(db, found.path))


def revealed(number: str) -> Any:
    """The one answer that shows phone and name; it is never kept, and the act and its reason are on the timeline."""
    with acted(current_actor(), number, "reveal", body()) as (db, found):
        told = ticket_json(db, found, path_regions(db, found.path))
        told["caller"] |= {"phone": found.caller_phone, "name": found.caller_name}
        return told


@api.get("/workflow")
@answers("Object")
def workflow() -> Any:
    """The workflow table."""
    return {
        "items": [
            {
                "verb": row.name,
                "label": label("verb", row.name),
                "from": list(row.states),
                "to": row.to,
                "roles": list(row.roles),
                "reach": row.reach,
                "needs": list(row.needs),
                "takes": list(row.takes),
                "clocks": {"start": list(row.starts), "stop": list(row.stops)},
                "spreads": row.spreads,
                "when": list(row.when),
            }
            for row in TABLE.values()
        ],
        "next": None,
    }
