"""The other lists as files: for those who may open the page, with what it shows, nothing of the caller, and noted."""

import csv
from io import StringIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.database import transaction
from app.pages.export_lists import THINGS
from app.policy import POLICY
from dispatch.audit import AuditEntry
from dispatch.sweep import sweep
from grids.models import Staff
from tests.call_texts import empty_batch
from tests.web import Visitor
from tests.world import centre

pytestmark = pytest.mark.database
PHONE = "13800001234"


def rows(visitor: Visitor, address: str) -> list[list[str]]:
    answer = visitor.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return list(csv.reader(StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


@pytest.fixture
def busy(app: Flask, clock: Any, caller: Any) -> str:
    """An overdue ticket that came up to the province, and a draft; the ticket's number."""
    lon, lat = centre()
    body = {"description": "路灯不亮", "lon": lon, "lat": lat, "urgency": "urgent", "caller_phone": PHONE}
    number: str = caller("agent.21").post("/api/v1/tickets", json=body).json["number"]
    call = {"text": f"市民：井盖丢了，我的电话{PHONE}", "mode": "draft"}
    assert caller("agent.21").post("/api/v1/transcripts", json=call).status_code == 201
    clock.forward(days=3)
    sweep(lambda: transaction(write=True), clock())
    return number


def test_decisions_and_drafts_without_the_caller(app: Flask, busy: str) -> None:
    manager = Visitor(app, "manager.21")
    (head, one) = rows(manager, "/export/decisions.csv")
    assert head[0] == "决定什么" and one[1] == busy
    (head, draft) = rows(manager, "/export/drafts.csv")
    assert "井盖" in draft[2] and PHONE not in "".join(draft)
    assert rows(manager, "/export/drafts.csv?urgency=emergency") == [head]
    assert manager.get("/export/drafts.xlsx").status_code == 200


def test_the_week_adds_up(app: Flask, busy: str) -> None:
    found = rows(Visitor(app, "manager.21"), "/export/week.csv?region=21&to=2026-11-26")
    head, *parts, whole = found
    assert whole[0] == "21" and whole[2] == "1"
    assert sum(int(row[2]) for row in parts) == int(whole[2]) == sum(int(day) for day in whole[-7:])
    assert len(head) == len(whole) and head[-1] == "2026-11-26"
    assert Visitor(app, "manager.2102").get("/export/week.csv?region=2101").status_code == 404


def test_staff_goes_on_behind_a_page(app: Flask, clock: Any) -> None:
    found = rows(Visitor(app, "admin.21"), "/export/staff.csv")
    with transaction() as db:
        number = db.scalar(select(func.count()).select_from(Staff))
    assert len(found) - 1 == number == len({row[0] for row in found[1:]})
    assert len(rows(Visitor(app, "admin.21"), "/export/units.csv?kind=enterprise")) == 2
    assert rows(Visitor(app, "manager.21"), "/export/alarms.csv")[0][0] == "提醒"


def test_the_tickets_behind_a_rate_and_the_batches(app: Flask, busy: str) -> None:
    manager = Visitor(app, "manager.21")
    assert rows(manager, "/export/rate_tickets.csv?rate=satisfaction") == [["工单号", "分母", "分子"]]
    (_head, one) = rows(manager, "/export/rate_tickets.csv?rate=response")
    assert one == [busy, "1", "0"]  # nobody has contacted the citizen in time
    made = empty_batch()
    found = rows(Visitor(app, "agent.2101"), "/export/batches.csv")
    assert found[0][0] == "批次" and [row[0] for row in found[1:]] == [str(made)]


def test_each_export_is_noted_and_the_log_tells_it(app: Flask, clock: Any) -> None:
    admin = Visitor(app, "admin.21")
    rows(admin, "/export/staff.csv?role=agent")
    newest = rows(admin, "/export/audit.csv")[1]
    assert newest[2:5] == ["admin.21", "export", "staff"]
    with transaction() as db:
        assert db.scalars(select(AuditEntry.object).order_by(AuditEntry.seq.desc())).first() == "audit"


def test_a_list_is_for_whom_its_page_is_for(app: Flask, clock: Any) -> None:
    for thing, (endpoint, _sheet) in THINGS.items():
        policy = POLICY[endpoint]
        for login in ("agent.2101", "manager.2101", "attendant.210102-market", "admin.21"):
            status = Visitor(app, login).get(f"/export/{thing}.csv?region=2101").status_code
            may = isinstance(policy, str) or login.split(".")[0] in policy
            assert (status == 403) == (not may), (thing, login, status)
    assert Visitor(app, "admin.21").get("/export/nothing.csv").status_code == 404
    assert Visitor(app, "admin.21").get("/export/staff.exe").status_code == 404
