"""Webhooks: a real receiver gets every event of its region once and in order, signed, and again what it refused."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import webhooks as sending
from app import webhooks_door
from app.background import forget_old
from app.database import transaction
from app.relay import number_all
from app.webhooks import round_of_webhooks, sign
from dispatch import webhooks
from dispatch.errors import BadInput, NotFound
from dispatch.webhook_models import Delivery, Webhook
from tests.receiver import Receiver
from tests.world import CELL_OF, centre

pytestmark = pytest.mark.database
PHONE, WORDS = "13912345678", "楼下垃圾没人清"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def hook(app: Flask, clock: Any, actor: Any, receiver: Receiver) -> Webhook:
    return made_hook(actor, receiver, "210102")


def made_hook(actor: Any, receiver: Receiver, region: str, verbs: tuple[str, ...] = ()) -> Webhook:
    with transaction(write=True) as db:
        return webhooks_door.make(db, actor("admin.21"), receiver.url, region, verbs)


def ticket(caller: Any, cell: str = CELL_OF["210102"]) -> str:
    lon, lat = centre(cell)
    body = {"description": WORDS, "caller_phone": PHONE, "caller_name": "王芳", "lon": lon, "lat": lat}
    number: str = caller("agent.21").post("/api/v1/tickets", json=body).json["number"]
    return number


def run(app: Flask) -> None:
    number_all()
    round_of_webhooks(app)


def deliveries() -> list[Delivery]:
    with transaction() as db:
        return list(db.scalars(select(Delivery).order_by(Delivery.id)))


def due_again() -> None:
    with transaction(write=True) as db:
        db.execute(update(Delivery).values(next_at=datetime.now(UTC) - timedelta(seconds=1)))


def test_the_signature_is_that_of_the_standard() -> None:
    """The vector that implementations of Standard Webhooks share."""
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    told = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert told == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_events_arrive_in_order_signed_and_without_personal_data(
    app: Flask, hook: Webhook, receiver: Receiver, caller: Any
) -> None:
    number = ticket(caller)
    caller("manager.210102").post(f"/api/v1/tickets/{number}/note", json={"note": "请联系" + PHONE})
    run(app)
    told = [message.told for message in receiver.got]
    assert told[0]["type"] == "ticket.receive" and told[-1]["type"] == "ticket.note"
    assert [one["data"]["seq"] for one in told] == sorted(one["data"]["seq"] for one in told)
    assert told[-1]["data"]["ticket"]["number"] == number
    assert all(message.is_signed(hook.secret) for message in receiver.got)
    assert not any(secret.encode() in one.body for one in receiver.got for secret in (PHONE, "王芳"))
    assert WORDS not in receiver.got[0].body.decode()
    assert {one.state for one in deliveries()} == {"done"}
    before = len(receiver.got)
    run(app)
    assert len(receiver.got) == before


def test_only_its_region_its_verbs_and_what_comes_after_it(
    app: Flask, receiver: Receiver, actor: Any, caller: Any, clock: Any
) -> None:
    ticket(caller)
    number_all()
    made_hook(actor, receiver, "210103", ("dispatch",))
    ticket(caller)
    ticket(caller, CELL_OF["210103"])
    run(app)
    assert [message.told["type"] for message in receiver.got] == ["ticket.dispatch"]
    assert receiver.got[0].told["data"]["ticket"]["region"] == CELL_OF["210103"]


@pytest.mark.parametrize("status", [500, 302, 404])
def test_what_is_refused_comes_again_and_what_follows_waits(
    app: Flask, hook: Webhook, receiver: Receiver, caller: Any, status: int
) -> None:
    receiver.status = status
    ticket(caller)
    run(app)
    assert len(receiver.got) == 1  # the others do not run ahead, and no redirect is followed
    first, *others = deliveries()
    assert (first.state, first.tries, first.status, first.problem) == ("pending", 1, status, "status")
    assert others and all(one.tries == 0 and one.next_at >= first.next_at for one in others)
    receiver.status = 200
    due_again()
    run(app)
    assert [one.state for one in deliveries()] == ["done"] * (1 + len(others))
    names = [message.headers["webhook-id"] for message in receiver.got]
    assert names[0] == names[1] and len(set(names)) == len(names) - 1


def test_a_receiver_that_hangs_or_is_gone_is_told_apart(
    app: Flask, hook: Webhook, receiver: Receiver, caller: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PATIENCE", 0.2)
    receiver.hang = True
    ticket(caller)
    run(app)
    assert deliveries()[0].problem == "timeout"
    receiver.close()
    due_again()
    run(app)
    assert deliveries()[0].problem == "unreachable" and deliveries()[0].tries == 2


def test_after_the_last_try_it_is_given_up_and_played_again(
    app: Flask, hook: Webhook, receiver: Receiver, caller: Any, actor: Any
) -> None:
    receiver.status = 503
    ticket(caller)
    for _ in range(len(webhooks.AGAIN) + 1):
        run(app)
        due_again()
    assert deliveries()[0].state == "failed"
    receiver.status = 204
    with transaction(write=True) as db:
        assert webhooks_door.replay(db, actor("admin.21"), hook.id) == 1
    run(app)
    assert {one.state for one in deliveries()} == {"done"}


def test_the_distances_grow() -> None:
    assert list(webhooks.AGAIN) == sorted(set(webhooks.AGAIN))
    assert sum(webhooks.AGAIN, timedelta()) > timedelta(days=1)


def test_two_processes_send_nothing_twice(app: Flask, hook: Webhook, receiver: Receiver, caller: Any) -> None:
    """What one has claimed the other does not see until the lease ends."""
    ticket(caller)
    number_all()
    now = datetime.now(UTC)
    with transaction(write=True) as one:
        webhooks.queue(one, now)
    with transaction(write=True) as one:
        first = [each.id for each in webhooks.claim(one, hook.id, now)]
    with transaction(write=True) as two:
        assert first and not webhooks.claim(two, hook.id, now)
        assert not webhooks.claim(two, hook.id, now + webhooks.LEASE - timedelta(seconds=1))
        assert [each.id for each in webhooks.claim(two, hook.id, now + webhooks.LEASE)] == first


def test_a_halted_webhook_is_told_later(app: Flask, hook: Webhook, receiver: Receiver, caller: Any, actor: Any) -> None:
    with transaction(write=True) as db:
        webhooks_door.set_active(db, actor("admin.21"), hook.id, False)
    ticket(caller)
    run(app)
    assert receiver.got == []
    with transaction(write=True) as db:
        webhooks_door.set_active(db, actor("admin.21"), hook.id, True)
    run(app)
    assert receiver.got[0].told["type"] == "ticket.receive"


def test_old_messages_are_forgotten_but_not_those_that_wait(
    app: Flask, hook: Webhook, receiver: Receiver, caller: Any
) -> None:
    ticket(caller)
    run(app)
    with transaction(write=True) as db:
        long_ago = datetime.now(UTC) - webhooks.KEPT - timedelta(days=1)
        db.execute(update(Delivery).values(created_at=long_ago))
        waits = db.scalars(select(Delivery.id).order_by(Delivery.id)).first()
        db.execute(update(Delivery).where(Delivery.id == waits).values(state="pending"))
    forget_old()
    assert [one.id for one in deliveries()] == [waits]


@pytest.mark.parametrize(
    ("url", "region", "verbs", "wrong"),
    [
        ("ftp://example.org/", "210102", (), {"url"}),
        ("https://name:word@example.org/", "210102", (), {"url"}),
        ("https://", "210102", (), {"url"}),
        ("https://example.org:port/", "210102", (), {"url"}),
        ("https://example.org/", "999", ("explode",), {"region", "verbs"}),
    ],
)
def test_what_is_wrong_with_a_webhook_is_told(
    app: Flask, clock: Any, actor: Any, url: str, region: str, verbs: tuple[str, ...], wrong: set[str]
) -> None:
    with pytest.raises(BadInput) as told, transaction(write=True) as db:
        webhooks_door.make(db, actor("admin.21"), url, region, verbs)
    assert set(told.value.fields) == wrong


def test_where_a_cloud_keeps_its_secrets_nothing_is_sent(app: Flask, hook: Webhook, caller: Any) -> None:
    with transaction(write=True) as db:
        db.execute(update(Webhook).values(url="http://169.254.169.254/latest"))
    ticket(caller)
    run(app)
    assert deliveries()[0].problem == "forbidden"


def test_nobody_reaches_a_webhook_above_them(hook: Webhook, actor: Any) -> None:
    with transaction() as db, pytest.raises(NotFound):
        webhooks_door.held(db, actor("manager.210103"), hook.id)
