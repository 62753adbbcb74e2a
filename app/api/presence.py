"""Presence: a page says that somebody is at a ticket, and hears who else is."""

from datetime import UTC, datetime
from typing import Any

from app.api import answers, api
from app.auth import current_actor
from app.database import transaction
from dispatch import presence
from dispatch.queries import find_ticket


@api.post("/tickets/<number>/here")
@answers("Object")
def here(number: str) -> Any:
    """{others: [names]}: whoever else had this ticket open within the last 40 seconds."""
    actor, at = current_actor(), datetime.now(UTC)
    with transaction() as db:
        ticket_id = find_ticket(db, actor, number).id
    with transaction(write=True, wake=False) as db:
        presence.sign(db, actor, ticket_id, at)
        return {"others": presence.others(db, actor, ticket_id, at)}
