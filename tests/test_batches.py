"""Bulk intake over the API: safe at once, worked off later, a result for each call, nothing twice, scope."""

import io
from typing import Any

import pytest
from sqlalchemy import func, select

from app.batches import Worker
from app.database import transaction
from dispatch import batches
from dispatch.batch_models import BatchItem, KnownCall
from dispatch.models import Draft, Ticket, Transcript
from tests.call_texts import call, files
from tests.test_api import problem
from tests.web import Caller

pytestmark = pytest.mark.database

BATCHES = "/api/v1/batches"


def bring(who: Caller, sent: list[tuple[str, bytes]], **more: Any) -> Any:
    headers = more.pop("headers", {})
    form = {"file": [(io.BytesIO(data), name) for name, data in sent]} | more
    return who.post(BATCHES, data=form, headers=headers)


def brought(who: Caller, sent: list[tuple[str, bytes]], **more: Any) -> int:
    answer = bring(who, sent, **more)
    assert answer.status_code == 202, answer.text
    return int(answer.json["id"])


def items(who: Caller, batch_id: int, query: str = "") -> list[dict[str, Any]]:
    return who.get(f"{BATCHES}/{batch_id}/items{query}").json["items"]


def count(table: Any) -> int:
    with transaction() as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


def test_a_batch_is_answered_at_once_and_worked_off_later(agent):
    answer = bring(agent, files(range(10)))
    assert (answer.status_code, answer.json["state"], answer.json["counts"]["files"]) == (202, "working", 10)
    assert count(Ticket) == 0
    Worker().run()
    told = agent.get(answer.json["href"]).json
    assert (told["state"], told["counts"]["calls"], told["counts"]["waiting"]) == ("done", 10, 0)
    assert (told["counts"]["tickets"], told["counts"]["drafts"]) == (count(Ticket), count(Draft)) == (8, 2)
    assert told["finished_at"] is not None


def test_each_call_tells_its_result_in_the_order_of_the_upload(agent):
    batch_id = brought(agent, [*files(range(3)), ("leer.txt", b""), ("bild.txt", b"\x89PNG\r\n\x1a\n\x00\x00")])
    Worker().run()
    told = items(agent, batch_id)
    assert [item["source"] for item in told] == ["call-0.txt", "call-1.txt", "call-2.txt", "leer.txt", "bild.txt"]
    assert [item["state"] for item in told] == ["done", "done", "done", "failed", "failed"]
    assert all(item["error"] and item["code"] for item in told[3:])
    (number,) = told[0]["tickets"]
    assert agent.get(f"/api/v1/tickets/{number}").json["number"] == number
    assert [item["source"] for item in items(agent, batch_id, "?state=failed&limit=1")] == ["leer.txt"]


def test_results_come_in_pages(agent):
    batch_id = brought(agent, files(range(7)))
    Worker().run()
    first = agent.get(f"{BATCHES}/{batch_id}/items?limit=4").json
    second = agent.get(f"{BATCHES}/{batch_id}/items?limit=4&cursor={first['next']}").json
    assert [len(first["items"]), len(second["items"]), second["next"]] == [4, 3, None]
    assert len({item["id"] for item in first["items"] + second["items"]}) == 7
    problem(agent.get(f"{BATCHES}/{batch_id}/items?cursor=x"), 422)


def test_the_same_call_again_is_known_and_leads_to_the_first_result(agent):
    first = brought(agent, files(range(5)))
    Worker().run()
    again = brought(agent, [("other name.txt", call(2).encode()), *files(range(4, 6)), ("twice.txt", call(5).encode())])
    Worker().run()
    told = items(agent, again)
    assert [item["state"] for item in told] == ["known", "known", "done", "known"]
    assert told[0]["tickets"] == items(agent, first)[2]["tickets"] != []
    assert told[1]["drafts"] == items(agent, first)[4]["drafts"] != []
    assert told[3]["tickets"] == told[2]["tickets"]
    assert count(Transcript) == count(KnownCall) == 6


def test_a_call_that_came_alone_before_is_known(agent):
    form = {"file": (io.BytesIO(call(0).encode()), "a.txt")}
    alone = agent.post("/api/v1/transcripts", data=form).json["items"][0]
    batch_id = brought(agent, files(range(1)))
    Worker().run()
    (item,) = items(agent, batch_id)
    assert (item["state"], item["tickets"]) == ("known", [alone["tickets"][0]["number"]])
    assert count(Ticket) == 1


def test_mode_draft_never_files(agent):
    batch_id = brought(agent, files(range(3)), mode="draft")
    Worker().run()
    assert (count(Ticket), count(Draft)) == (0, 3)
    assert all(item["drafts"] for item in items(agent, batch_id))


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [({"mode": "guess"}, "mode"), ({"caller_phone": "none"}, "caller_phone"), ({"lon": "1"}, "lat")],
)
def test_a_wrong_field_is_refused_and_nothing_is_kept(app, agent, fields, wrong):
    assert set(problem(bring(agent, files(range(1)), **fields), 422)["errors"]) == {wrong}
    assert set(problem(bring(agent, []), 422)["errors"]) == {"file"}
    assert stored(app) == []


def test_the_upload_is_forgotten_when_its_calls_have_their_outcome(app, agent):
    brought(agent, files(range(2)))
    assert len(stored(app)) == 1
    Worker().run()
    assert stored(app) == []
    with transaction() as db:
        assert set(db.scalars(select(BatchItem.call))) == {None}


def stored(app: Any) -> list[Any]:
    return list((app.extensions["settings"].instance / "media" / "batches").glob("*"))


def test_the_same_idempotency_key_makes_one_batch(app, agent):
    key = {"Idempotency-Key": "batch-1"}
    first, second = (bring(agent, files(range(2)), headers=key) for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json["id"] == second.json["id"]
    assert len(stored(app)) == 1


def test_who_sees_a_batch(agent, caller):
    batch_id = brought(agent, files(range(2)))
    Worker().run()
    for login, status in (
        ("agent.2101", 200),
        ("manager.2101", 200),
        ("manager.21", 200),
        ("admin.21", 200),
        ("agent.21", 404),
        ("agent.2102", 404),
        ("manager.2102", 404),
        ("manager.210102", 404),
    ):
        for path in ("", "/items"):
            assert caller(login).get(f"{BATCHES}/{batch_id}{path}").status_code == status, (login, path)
        listed = [one["id"] for one in caller(login).get(BATCHES).json["items"]]
        assert listed == ([batch_id] if status == 200 else [])
    problem(caller("manager.2102").post(f"{BATCHES}/{batch_id}/cancel"), 404)


def test_a_known_call_tells_no_number_from_outside_the_scope(agent, caller):
    brought(agent, files(range(3)))
    Worker().run()
    other = caller("agent.2102")
    batch_id = brought(other, files(range(3)))
    Worker().run()
    assert [(item["state"], item["tickets"]) for item in items(other, batch_id)] == [("known", [])] * 3


def test_a_cancelled_batch_rests_until_it_is_resumed(agent):
    batch_id = brought(agent, files(range(6)))
    worker = Worker()
    worker.read_files()
    assert agent.post(f"{BATCHES}/{batch_id}/cancel").json["state"] == "cancelled"
    worker.run()
    assert count(Ticket) == 0
    problem(agent.post(f"{BATCHES}/{batch_id}/cancel"), 409)
    assert agent.post(f"{BATCHES}/{batch_id}/resume").json["state"] == "working"
    worker.run()
    assert agent.get(f"{BATCHES}/{batch_id}").json["counts"]["done"] == 6


def test_what_is_cancelled_while_it_is_read_makes_nothing(agent, monkeypatch):
    batch_id = brought(agent, files(range(4)))
    worker = Worker()
    worker.read_files()
    read = worker.read

    def cancelled_meanwhile(found: Any) -> Any:
        works = read(found)
        agent.post(f"{BATCHES}/{batch_id}/cancel")
        return works

    monkeypatch.setattr(worker, "read", cancelled_meanwhile)
    worker.make_tickets()
    assert count(Ticket) == 0


def test_a_call_that_breaks_is_put_aside_after_three_attempts_and_harms_no_other(agent, monkeypatch):
    from app import batches as worker_module

    broken = True
    made = worker_module.file_call

    def breaks(db: Any, heard: Any, *more: Any) -> Any:
        result = made(db, heard, *more)
        if broken and heard.name == "call-3.txt":
            raise RuntimeError("poison")
        return result

    monkeypatch.setattr("app.batches.file_call", breaks)
    batch_id = brought(agent, files(range(6)))
    Worker().run()
    told = items(agent, batch_id)
    assert [item["code"] for item in told] == [None, None, None, "stuck", None, None]
    assert count(Transcript) == 5
    broken = False
    agent.post(f"{BATCHES}/{batch_id}/resume")
    Worker().run()
    assert [item["state"] for item in items(agent, batch_id)] == ["done"] * 6


def test_a_file_that_cannot_be_read_is_told_and_harms_no_other(agent, monkeypatch):
    from dispatch.transcript import calls_in

    def breaks(data: bytes, name: str) -> Any:
        if name == "call-1.txt":
            raise RuntimeError("poison")
        return calls_in(data, name)

    monkeypatch.setattr("app.batches.calls_in", breaks)
    batch_id = brought(agent, files(range(3)))
    Worker().run()
    assert sorted((item["source"], item["code"]) for item in items(agent, batch_id)) == [
        ("call-0.txt", None), ("call-1.txt", "stuck"), ("call-2.txt", None),
    ]  # fmt: skip


def test_two_workers_take_different_calls(app, agent):
    brought(agent, files(range(12)))
    Worker().read_files()
    with transaction(write=True) as db:
        mine = {item.id for item in batches.claim_items(db, "a:1:x", worker_time(), 7)}
    with transaction(write=True) as db:
        theirs = {item.id for item in batches.claim_items(db, "b:2:y", worker_time(), 7)}
    assert (len(mine), len(theirs)) == (7, 5) and not mine & theirs


def test_an_old_claim_is_taken_again_and_its_first_owner_makes_nothing(app, agent):
    brought(agent, files(range(2)))
    slow, quick = Worker(), Worker()
    slow.read_files()
    with transaction(write=True) as db:
        held = batches.claim_items(db, slow.by, worker_time() - batches.STALE * 2, 10)
    quick.run()
    from dispatch.batch_outcomes import settle

    with transaction(write=True) as db:
        assert settle(db, slow.read(held), slow.by, worker_time()) == []
    assert count(Ticket) == 2


def worker_time() -> Any:
    from app.batches import real_now

    return real_now()
