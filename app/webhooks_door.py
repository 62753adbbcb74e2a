"""The door for webhooks, of the page and of the command line: made, listed, halted, ended; their log, and replay."""

import base64
import secrets
from collections.abc import Collection
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acts import note
from dispatch import webhooks
from dispatch.changes import last_number
from dispatch.errors import BadInput, NotFound
from dispatch.webhook_models import Delivery, Webhook
from dispatch.workflow import TABLE
from grids.models import Region
from grids.queries import region_by_code
from grids.scope import Actor, covers, within

PAGE = 50
SECRET_BYTES = 24


def webhooks_of(db: Session, actor: Actor) -> list[Webhook]:
    """Those of regions that the actor sees."""
    query = select(Webhook).join(Region, Webhook.region_id == Region.id).where(within(Region.path, actor.path))
    return list(db.scalars(query.order_by(Webhook.id)))


def held(db: Session, actor: Actor, webhook_id: int) -> Webhook:
    """Raises NotFound."""
    webhook = db.get(Webhook, webhook_id)
    if webhook is None or not covers(actor.path, webhook.region.path):
        raise NotFound("webhook_absent")
    return webhook


def make(db: Session, actor: Actor, url: str, region_code: str, verbs: Collection[str]) -> Webhook:
    """A webhook that is told of events from now on; its secret is to be shown once. Raises BadInput."""
    faults = {}
    if not good_address(url):
        faults["url"] = "no_address"
    region = region_by_code(db, region_code)
    if region is None or not covers(actor.path, region.path):
        faults["region"] = "unknown"
    if set(verbs) - set(TABLE):
        faults["verbs"] = "unknown"
    if faults or region is None:
        raise BadInput("bad_input", fields=faults)
    made = Webhook(url=url, secret=new_secret(), region=region, verbs=sorted(verbs), seq=last_number(db))
    made.active, made.created_at, made.created_by = True, datetime.now(UTC), actor.login
    db.add(made)
    db.flush()
    note(db, actor, "webhook_add", f"webhook:{made.id}", host=host_of(url), region=region_code, verbs=len(made.verbs))
    return made


def good_address(url: str) -> bool:
    """http or https with a host, and no name and password in it."""
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and "@" not in parts.netloc
            and len(url) <= 500
            and url.isascii()
            and not any(letter.isspace() for letter in url)
            and (parts.port or 1) > 0
        )
    except ValueError:
        return False


def host_of(url: str) -> str:
    return urlsplit(url).netloc


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def set_active(db: Session, actor: Actor, webhook_id: int, active: bool) -> None:
    """Halts a webhook or lets it go on: what happens meanwhile is told when it goes on. Raises NotFound."""
    held(db, actor, webhook_id).active = active
    note(db, actor, "webhook_resume" if active else "webhook_halt", f"webhook:{webhook_id}")


def remove(db: Session, actor: Actor, webhook_id: int) -> None:
    """Ends a webhook with its log. Raises NotFound."""
    db.delete(held(db, actor, webhook_id))
    note(db, actor, "webhook_remove", f"webhook:{webhook_id}")


def log_of(
    db: Session, actor: Actor, webhook_id: int, state: str = "", before: int | None = None, most: int = PAGE + 1
) -> list[Delivery]:
    """The messages of a webhook, the newest first; by default one more than a page. Raises NotFound."""
    held(db, actor, webhook_id)
    query = select(Delivery).where(Delivery.webhook_id == webhook_id).order_by(Delivery.id.desc()).limit(most)
    if state:
        query = query.where(Delivery.state == state)
    if before:
        query = query.where(Delivery.id < before)
    return list(db.scalars(query))


def replay(db: Session, actor: Actor, webhook_id: int, ids: Collection[int] = ()) -> int:
    """Sends messages again: these, or all that were given up; how many. Raises NotFound."""
    held(db, actor, webhook_id)
    lost = select(Delivery.id).where(Delivery.webhook_id == webhook_id, Delivery.state == "failed")
    number = webhooks.replay(db, actor, ids or db.scalars(lost).all(), datetime.now(UTC))
    note(db, actor, "webhook_replay", f"webhook:{webhook_id}", messages=number)
    return number
