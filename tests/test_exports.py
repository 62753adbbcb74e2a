"""Exports: exactly what the list and the board show, no formulas, nothing of the caller, each one in the audit log."""

import csv
from io import BytesIO, StringIO
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from app import export
from app.database import transaction
from app.export import Sheet, as_csv, as_xlsx
from dispatch.audit import AuditEntry
from tests.conftest import MONDAY
from tests.web import Visitor
from tests.world import CELL_OF, centre

PHONE = "13800001234"


def rows_of(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(StringIO(text[1:])))


def sheet_rows(body: bytes) -> list[tuple[Any, ...]]:
    return list(load_workbook(BytesIO(body), read_only=True).active.iter_rows(values_only=True))  # type: ignore[union-attr]


@pytest.mark.parametrize("evil", ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_cell_is_a_formula(app: Flask, evil: str) -> None:
    sheet = Sheet("x", ["=head"], [[evil]])
    for rows in (rows_of(as_csv(sheet).decode()), sheet_rows(as_xlsx(sheet))):
        assert [str(row[0])[0] for row in rows] == ["'", "'"]


def test_numbers_and_moments_keep_their_kind(app: Flask) -> None:
    sheet = Sheet("x", ["a"], [[3, 0.5, None, True, MONDAY, "bell\x07"]])
    assert sheet_rows(as_xlsx(sheet))[1] == (3, 0.5, None, 1, "2026-11-23 10:00", "bell")


def test_a_table_that_is_too_long_says_so(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST", 2)
    with app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        rows = rows_of(as_csv(Sheet("x", ["a"], ([n] for n in range(5)))).decode())
    assert [row[0] for row in rows[:3]] == ["a", "0", "1"] and "只导出前 2 行" in rows[3][0]


@pytest.fixture
def three(agent: Any, clock: Any) -> list[str]:
    made = []
    for place, text in (("210102", "=HYPERLINK(1)"), ("210102", "路灯不亮"), ("210103", "井盖丢失")):
        lon, lat = centre(CELL_OF[place])
        body = {"description": text, "lon": lon, "lat": lat, "caller_phone": PHONE, "caller_name": "王建国"}
        made.append(agent.post("/api/v1/tickets", json=body).json["number"])
    return made


@pytest.mark.database
def test_a_list_is_exported_with_its_filters(app: Flask, three: list[str]) -> None:
    visitor = Visitor(app, "manager.2101")
    answer = visitor.get("/tickets.csv?region=210102")
    rows = rows_of(answer.get_data(as_text=True))
    assert {row[0] for row in rows[1:]} == set(three[:2]) and rows[0][0] == "工单号"
    assert "工单.csv" in unquote(answer.headers["Content-Disposition"])
    assert PHONE not in answer.text and "王建国" not in answer.text and "'=HYPERLINK" in answer.text
    assert {row[0] for row in sheet_rows(visitor.get("/tickets.xlsx").data)[1:]} == set(three)
    assert visitor.get("/tickets.exe").status_code == 404


@pytest.mark.database
def test_an_export_keeps_the_order_and_the_filters_of_the_list(app: Flask, three: list[str], caller: Any) -> None:
    into = {"into": three[1], "reason": "同一件事"}
    assert caller("manager.2101").post(f"/api/v1/tickets/{three[0]}/merge", json=into).status_code == 200
    visitor = Visitor(app, "manager.2101")
    assert rows_of(visitor.get("/tickets.csv?sort=repeats").text)[1][0] == three[1]
    page = visitor.get("/tickets?sort=repeats&co_handler=210102-market&open=1").text
    assert 'name="co_handler" value="210102-market"' in page
    assert "sort=repeats" in visitor.get("/tickets?sort=repeats").text.partition("/tickets.xlsx?")[2][:40]


@pytest.mark.database
def test_an_export_stands_in_the_audit_log_without_the_words_looked_for(app: Flask, three: list[str]) -> None:
    Visitor(app, "manager.2101").get(f"/tickets.csv?q={PHONE}")
    with transaction() as db:
        act = db.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert act is not None and (act.actor, act.action, act.object) == ("manager.2101", "export", "tickets")
    assert (act.detail["rows"], act.detail["q"]) == (3, "…")


@pytest.mark.database
def test_a_board_is_exported_as_it_adds_up(app: Flask, three: list[str]) -> None:
    rows = sheet_rows(Visitor(app, "manager.2101").get("/board/2101.xlsx").data)
    opened = {row[0] or row[1]: row[2] for row in rows[1:]}
    assert (opened["210102"], opened["210103"], opened["2101"]) == (2, 1, 3)
    assert sum(row[2] for row in rows[1:-1]) == rows[-1][2]
    assert Visitor(app, "manager.2102").get("/board/2101.xlsx").status_code == 404
