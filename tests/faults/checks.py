"""What must be true after any fault: nothing acknowledged is lost, nothing is half, every step is taken once."""

from collections import Counter
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit_steps import audit_steps
from app.database import transaction
from app.relay import number_all
from dispatch.audit import verify
from dispatch.auditor import GRACE
from dispatch.models import Clock, Event, Ticket
from dispatch.recount import differences
from dispatch.sweep import sweep
from dispatch.workflow import OPEN, RECEIVED


def lost(acknowledged: list[str]) -> list[str]:
    """Acknowledged numbers that are no ticket, or tickets whose version is behind what was acknowledged."""
    missing = []
    with transaction() as db:
        for line in acknowledged:
            number, _, version = line.partition(" ")
            held = db.scalar(select(Ticket.version).where(Ticket.number == number))
            if held is None or held < int(version or 0):
                missing.append(line)
    return missing


def half(db: Session) -> list[str]:
    """Tickets without their first event, without a promise, or open without a clock that runs."""
    found = []
    for ticket in db.scalars(select(Ticket)):
        verbs = db.scalars(select(Event.verb).where(Event.ticket_id == ticket.id).order_by(Event.id)).all()
        kinds = db.execute(select(Clock.kind, Clock.stopped_at).where(Clock.ticket_id == ticket.id)).all()
        running = [kind for kind, stopped in kinds if stopped is None]
        whole = verbs[:1] == ["receive"] and any(kind == "HANDLE" for kind, _ in kinds)
        dispatched = ticket.status == RECEIVED or "dispatch" in verbs
        if not whole or not dispatched or (ticket.status in OPEN) != bool(running):
            found.append(ticket.number)
    return found


def all_is_well(now: datetime) -> list[str]:
    """Faults of the whole database, in words; it is swept and numbered to the end first."""
    sweep(lambda: transaction(write=True), now)
    number_all()
    with transaction() as db:
        faults = [f"half: {number}" for number in half(db)]
        faults += [f"counters: {path}" for path in differences(db)]
        faults += [f"chain of {name}: {fault}" for name in ("event", "audit_entry") if (fault := verify(db, name))]
        seqs = db.scalars(select(Event.seq).order_by(Event.seq)).all()
        if list(seqs) != list(range(1, len(seqs) + 1)):
            faults.append("numbers of events have a gap, or one stands twice")
        faults += twice(db)
    return faults + [f"step: {fault}" for fault in audit_steps(now + GRACE)]


def twice(db: Session) -> list[str]:
    """Steps that stand twice on a ticket, of ended clocks too."""
    query = select(Event.ticket_id, Event.verb, Event.at, Event.detail).where(Event.verb.in_(("warn", "escalate")))
    counted = Counter((one, verb, at, detail["clock"]) for one, verb, at, detail in db.execute(query))
    return [f"twice: {step}" for step, times in counted.items() if times > 1]


def how_many(db: Session) -> int:
    return db.scalar(select(func.count()).select_from(Ticket)) or 0
