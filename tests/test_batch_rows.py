"""What a batch writes equals what single intake writes, row by row, apart from ids and numbers."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from app import uploads
from app.batches import Worker
from app.database import transaction
from app.transcripts import Source, take_transcript
from dispatch import batches
from dispatch.batch_models import Batch, BatchFile, BatchItem, KnownCall
from dispatch.models import Clock, Draft, Event, Ticket, Transcript
from grids.rows import row_of
from tests.call_texts import files

pytestmark = pytest.mark.database
TABLES = (KnownCall, BatchItem, BatchFile, Batch, Draft, Event, Clock, Ticket, Transcript)
KEYS = {"id", "number", "ticket_id", "transcript_id"}


def rows() -> dict[str, list[dict[str, Any]]]:
    """All rows by table without their keys; those that belong to a ticket beside its description."""
    told: dict[str, list[dict[str, Any]]] = {}
    with transaction() as db:
        names = dict(db.execute(select(Ticket.id, Ticket.description)).all())
        for model in (Ticket, Clock, Event, Transcript, Draft):
            told[model.__tablename__] = sorted(
                (
                    {name: value for name, value in row_of(model.__table__, one).items() if name not in KEYS}
                    | {"of": names.get(getattr(one, "ticket_id", None))}
                    for one in db.scalars(select(model))
                ),
                key=lambda row: json.dumps(row, default=str, sort_keys=True),
            )
    return told


def emptied() -> None:
    with transaction(write=True) as db:
        for model in TABLES:
            db.execute(delete(model))


def in_a_batch(sent: list[tuple[str, bytes]], fields: dict[str, Any], actor: Any, now: Any) -> None:
    import io

    upload = uploads.store([(name, io.BytesIO(data)) for name, data in sent], fields)
    with transaction(write=True) as db:
        batches.new_batch(db, upload.key, upload.digest, upload.files, fields, actor, now)
    Worker().run()


@pytest.mark.parametrize("mode", ["auto", "draft"])
@pytest.mark.parametrize("login", ["agent.2101", "agent.21"])
def test_a_batch_writes_what_single_intake_writes(app, actor, clock, mode, login):
    sent, who = files(range(25)), actor(login)
    for name, data in sent:
        assert take_transcript(Source(name, data), {"mode": mode}, who)["error"] is None
    alone = rows()
    emptied()
    in_a_batch(sent, {"mode": mode}, who, clock())
    assert rows() == alone
    assert len(alone["ticket"]) == (0 if mode == "draft" else 20)


def test_points_and_enterprises_are_routed_alike(app, actor, clock):
    fields = {"mode": "auto", "lon": 123.385, "lat": 41.775, "caller_phone": "13912345678"}
    sent, who = [(name, data) for name, data in files(range(10)) if "暖气".encode() in data], actor("agent.2101")
    for name, data in sent:
        take_transcript(Source(name, data), fields, who)
    alone = rows()
    emptied()
    in_a_batch(sent, fields, who, clock())
    assert rows() == alone
    with transaction() as db:
        holders = {ticket.holder.code for ticket in db.scalars(select(Ticket))}
    assert holders == {"210102-heat"}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(numbers=st.lists(st.integers(0, 12), min_size=1, max_size=12), group=st.integers(1, 5))
def test_each_call_has_one_outcome_however_it_is_grouped(app, actor, clock, numbers, group):
    emptied()
    sent = [(f"{place}.txt", files(range(number, number + 1))[0][1]) for place, number in enumerate(numbers)]
    worker = Worker()
    worker.pace.group = lambda: group  # type: ignore[method-assign]
    import io

    upload = uploads.store([(name, io.BytesIO(data)) for name, data in sent], {})
    with transaction(write=True) as db:
        batches.new_batch(db, upload.key, upload.digest, upload.files, {}, actor("agent.2101"), clock())
    worker.run()
    with transaction() as db:
        states = list(db.scalars(select(BatchItem.state)))
        kept = len(list(db.scalars(select(Transcript.id))))
    assert (states.count("done"), states.count("known")) == (len(set(numbers)), len(numbers) - len(set(numbers)))
    assert kept == len(set(numbers))
    emptied()
