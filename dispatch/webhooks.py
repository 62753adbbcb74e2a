"""Which events a webhook is told of, and when each message is tried: queued behind the numbering of events, claimed,
done, tried again at growing distances, given up, played again.

At least once, to each webhook in the order of events as long as it answers; a message says its event's number, by which
a receiver knows one that came twice. Times here are real times.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from dispatch.changes import iso, last_number, row_json
from dispatch.models import Event, Ticket
from dispatch.webhook_models import UNDONE, Delivery, Webhook
from grids.models import Region
from grids.scope import Actor, covers, within

BATCH = 500  # events looked at, and messages claimed, at a time
LEASE = timedelta(minutes=2)  # a message that was claimed and not settled is somebody else's after that
AGAIN = tuple(timedelta(seconds=s) for s in (10, 60, 300, 1_800, 7_200, 21_600, 43_200, 86_400))
KEPT = timedelta(days=14)


def behind(db: Session) -> bool:
    """Whether an active webhook has not looked at the newest event."""
    newest = last_number(db)
    return db.scalar(select(Webhook.id).where(Webhook.active, Webhook.seq < newest).limit(1)) is not None


def queue(db: Session, now: datetime) -> int:
    """Makes the messages of the next numbered events; how many. One process at a time has a webhook in its hand."""
    newest = last_number(db)
    waiting = select(Webhook).where(Webhook.active, Webhook.seq < newest).with_for_update(skip_locked=True, of=Webhook)
    return sum([queue_for(db, webhook, now) for webhook in db.scalars(waiting).all()])


def queue_for(db: Session, webhook: Webhook, now: datetime) -> int:
    query = (
        select(Event.seq, Event.verb, Event.path, Event.from_path, Ticket.number)
        .join(Ticket, Ticket.id == Event.ticket_id)
        .where(Event.seq > webhook.seq)
        .order_by(Event.seq)
        .limit(BATCH)
    )
    found = db.execute(query).all()
    wanted = [one for one in found if concerns(webhook, one.verb, (one.path, one.from_path))]
    for one in wanted:
        message = {"webhook_id": webhook.id, "seq": one.seq, "verb": one.verb, "number": one.number}
        db.add(Delivery(**message, next_at=now, created_at=now))
    if found:
        webhook.seq = found[-1].seq
    return len(wanted)


def concerns(webhook: Webhook, verb: str, paths: Collection[str | None]) -> bool:
    """Whether the event happened in the webhook's subtree, or moved a ticket out of it, and is of a wanted verb."""
    wanted = not webhook.verbs or verb in webhook.verbs
    return wanted and any(path is not None and covers(webhook.region.path, path) for path in paths)


def due_webhooks(db: Session, now: datetime) -> Sequence[int]:
    """The active webhooks with a message that is due."""
    query = select(Delivery.webhook_id).join(Webhook, Webhook.id == Delivery.webhook_id)
    due = (Webhook.active, Delivery.state == "pending", Delivery.next_at <= now)
    return db.scalars(query.where(*due).distinct()).all()


def claim(db: Session, webhook_id: int, now: datetime, most: int = 20) -> Sequence[Delivery]:
    """The next messages of a webhook that are due, in order, for this process alone until the lease ends."""
    due = (Delivery.webhook_id == webhook_id, Delivery.state == "pending", Delivery.next_at <= now)
    query = select(Delivery).where(*due).order_by(Delivery.id).limit(most)
    found = db.scalars(query.with_for_update(skip_locked=True, of=Delivery)).all()
    for one in found:
        one.next_at = now + LEASE
    return found


def release(db: Session, ids: Collection[int], at: datetime) -> None:
    """Those that were claimed and not tried wait for their turn again."""
    db.execute(update(Delivery).where(Delivery.id.in_(ids), Delivery.state == "pending").values(next_at=at))


def settle(
    db: Session, delivery_id: int, now: datetime, status: int | None, problem: str, took_ms: int
) -> datetime | None:
    """What became of a try: done, due again later, or given up after the last; when it is tried again."""
    one = db.get(Delivery, delivery_id, with_for_update={"of": Delivery})
    if one is None or one.state != "pending":
        return None
    one.tries, one.status, one.problem, one.took_ms = one.tries + 1, status, problem, took_ms
    if not problem:
        one.state, one.sent_at = "done", now
        return None
    if one.tries > len(AGAIN):
        one.state = "failed"
        return None
    one.next_at = now + AGAIN[one.tries - 1]
    return one.next_at


def replay(db: Session, actor: Actor, ids: Collection[int], now: datetime) -> int:
    """Sends messages again that were sent or given up, if the actor may; how many."""
    mine = select(Webhook.id).join(Webhook.region).where(within(Region.path, actor.path))
    again = (Delivery.id.in_(ids), Delivery.webhook_id.in_(mine), Delivery.state != "pending")
    done = db.execute(update(Delivery).where(*again).values(state="pending", tries=0, next_at=now))
    return int(done.rowcount)  # type: ignore[attr-defined]


def forget(db: Session, now: datetime) -> None:
    """Messages of long ago are of no use to anybody; those that wait still are."""
    db.execute(delete(Delivery).where(Delivery.created_at < now - KEPT, Delivery.state != "pending"))


def message_of(db: Session, delivery: Delivery) -> dict[str, Any]:
    """The body: what happened, and the ticket's row as it stands, without any personal data."""
    event = db.scalars(select(Event).where(Event.seq == delivery.seq)).one()
    ticket = db.get(Ticket, event.ticket_id)
    assert ticket is not None
    happened = {"seq": event.seq, "verb": event.verb, "at": iso(event.at)}
    states = {"from_status": event.from_status, "to_status": event.to_status}
    return {
        "type": f"ticket.{event.verb}",
        "timestamp": iso(event.at),
        "data": happened | states | {"ticket": row_json(ticket)},
    }


def undone(db: Session) -> dict[int, dict[str, int]]:
    """The messages of each webhook that wait or were given up, by state."""
    found: dict[int, dict[str, int]] = {}
    query = select(Delivery.webhook_id, Delivery.state, func.count()).where(UNDONE)
    for webhook_id, state, number in db.execute(query.group_by(Delivery.webhook_id, Delivery.state)):
        found.setdefault(webhook_id, {})[state] = number
    return found
