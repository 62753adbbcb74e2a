"""The citizen's own ticket, opened by its token: look, rate, reopen, urge."""

from typing import Any

from app.actions import plain
from app.api import answers, api
from app.api.requests import body, once
from app.api.schemas import TokenQuery
from app.clock import now
from app.database import transaction
from app.security import limiter
from app.tracking import public_view, tracked
from dispatch.commands import perform
from dispatch.config import current_config
from grids.scope import CITIZEN

LIMIT = "120 per minute"


@api.get("/track/<number>")
@api.input(TokenQuery, location="query", arg_name="query")
@answers("Object")
@limiter.limit(LIMIT)
def track(number: str, query: dict[str, Any]) -> Any:
    """The public view of a ticket."""
    with transaction() as db:
        return public_view(db, tracked(db, number, query["token"]))


def act_by_citizen(number: str, verb: str, given: dict[str, Any]) -> dict[str, Any]:
    """A verb of the citizen's, and the public view after it. Raises DispatchError."""
    inputs = plain(given)
    token = str(inputs.pop("token", ""))
    inputs.pop("version", None)
    with transaction(write=True) as db:
        ticket = tracked(db, number, token, lock=True)
        perform(db, ticket, verb, CITIZEN, now(), current_config(db), **inputs)
        db.flush()
        return public_view(db, ticket)


@api.post("/track/<number>/rate")
@answers("Object")
@limiter.limit(LIMIT)
@once
def track_rate(number: str) -> Any:
    """Rate the handling: {token, resolved, satisfaction 1-5, note}."""
    return act_by_citizen(number, "rate", body())


@api.post("/track/<number>/reopen")
@answers("Object")
@limiter.limit(LIMIT)
@once
def track_reopen(number: str) -> Any:
    """Open it again within 15 days: {token, reason}."""
    return act_by_citizen(number, "reopen", body())


@api.post("/track/<number>/urge")
@answers("Object")
@limiter.limit(LIMIT)
@once
def track_urge(number: str) -> Any:
    """Ask for speed: {token, note}."""
    return act_by_citizen(number, "urge", body())
