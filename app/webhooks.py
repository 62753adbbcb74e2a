"""Sends the messages of webhooks, each signed as standardwebhooks.com describes it, one thread a webhook."""

import base64
import hashlib
import hmac
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import NamedTuple

import orjson
from flask import Flask
from prometheus_client import Counter, Histogram
from sqlalchemy.orm import Session

from app.database import transaction
from app.metrics import registry
from app.outgoing import NotSent, post
from dispatch import webhooks
from dispatch.webhook_models import Delivery

log = logging.getLogger(__name__)
SENT = Counter("hotline_webhook_messages_total", "Tries to send a message", ("outcome",), registry=registry)
SECONDS = Histogram("hotline_webhook_seconds", "Seconds per try", registry=registry)
PATIENCE = 5.0  # seconds that a receiver has for its answer
AT_ONCE = 8  # webhooks


def round_of_webhooks(app: Flask) -> None:
    """Queues what has happened, and sends what is due; called about once a second in every process that keeps time."""
    with app.app_context():
        with transaction() as db:
            more = webhooks.behind(db)
        if more:
            with transaction(write=True, wake=False) as db:
                webhooks.queue(db, datetime.now(UTC))
        with transaction() as db:
            due = webhooks.due_webhooks(db, datetime.now(UTC))
    if due:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda webhook_id: send_due(app, webhook_id), due))


def send_due(app: Flask, webhook_id: int) -> None:
    """The due messages of one webhook, in order; the first that fails lets the others wait with it."""
    with app.app_context():
        with transaction(write=True, wake=False) as db:
            claimed = [letter(db, one) for one in webhooks.claim(db, webhook_id, datetime.now(UTC))]
        for place, one in enumerate(claimed):
            again_at = send(one)
            if again_at is not None:
                with transaction(write=True, wake=False) as db:
                    webhooks.release(db, [later.delivery_id for later in claimed[place + 1 :]], again_at)
                return


class Letter(NamedTuple):
    """A message as it goes out."""

    delivery_id: int
    seq: int
    url: str
    secret: str
    body: bytes


def letter(db: Session, delivery: Delivery) -> Letter:
    webhook, body = delivery.webhook, orjson.dumps(webhooks.message_of(db, delivery))
    return Letter(delivery.id, delivery.seq, webhook.url, webhook.secret, body)


def send(one: Letter) -> datetime | None:
    """One try, and what became of it; when it is tried again."""
    began, status, problem = time.monotonic(), None, ""
    try:
        status = post(one.url, one.body, headers(one, int(time.time())), PATIENCE)
        problem = "" if 200 <= status < 300 else "status"
    except NotSent as fault:
        problem = fault.code
    took = time.monotonic() - began
    SENT.labels(problem or "done").inc()
    SECONDS.observe(took)
    with transaction(write=True, wake=False) as db:
        return webhooks.settle(db, one.delivery_id, datetime.now(UTC), status, problem, round(took * 1000))


def headers(one: Letter, at: int) -> dict[str, str]:
    """The receiver knows by them which event it is, when it was sent (seconds since 1970), and that we sent it."""
    name = f"evt_{one.seq}"
    signature = sign(one.secret, name, at, one.body)
    known = {"webhook-id": name, "webhook-timestamp": str(at), "webhook-signature": signature}
    return known | {"Content-Type": "application/json", "User-Agent": "hotline-webhooks/1"}


def sign(secret: str, name: str, at: int, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over id, time and body parted by dots; the key is what follows `whsec_`."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
