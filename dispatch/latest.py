"""What happened to a ticket last: for who comes second."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.models import Event, Ticket
from dispatch.working_time import in_beijing

UNSEEN = ("warn", "note", "reveal")  # they take nobody's turn


def last_act(db: Session, ticket: Ticket) -> dict[str, str | None] | None:
    """{by, verb, at}: the login of who acted, without any name of a citizen."""
    query = select(Event.actor, Event.verb, Event.at).where(Event.ticket_id == ticket.id, Event.verb.not_in(UNSEEN))
    row = db.execute(query.order_by(Event.id.desc()).limit(1)).first()
    return {"by": row.actor, "verb": row.verb, "at": in_beijing(row.at)} if row else None
