"""The audit log: acts are chained, events are sealed with their numbers, and any change is found."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.acts import note
from app.cli.database import upgrade
from app.database import transaction
from app.relay import number_all
from dispatch.audit import AuditEntry, Chain, verify
from dispatch.chain import CHAINED, Break, first_break, link, read_row
from tests.empty import empty_database
from tests.tree import ROOT
from tests.web import Visitor
from tests.world import centre

SCRIPT = ROOT / "scripts" / "audit_verify.py"
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
chains = st.lists(st.lists(plain, min_size=2, max_size=3), min_size=1, max_size=8)


def chained(contents: list[list[object]]) -> list[tuple[int, str, list[object]]]:
    rows, before = [], ""
    for seq, content in enumerate(contents, 1):
        before = link(before, seq, content)
        rows.append((seq, before, content))
    return rows


def found(rows: list[tuple[int, str, list[object]]], whole: list[tuple[int, str, list[object]]]) -> Break | None:
    return first_break(rows, 1, len(whole), whole[-1][1])


@given(chains)
def test_a_chain_holds_as_it_was_made(contents):
    rows = chained(contents)
    assert found(rows, rows) is None


@given(chains, st.data())
def test_a_row_that_is_changed_taken_out_or_cut_off_is_found(contents, data):
    rows = chained(contents)
    at = data.draw(st.integers(0, len(rows) - 1))
    seq, digest, content = rows[at]
    changed = [*rows[:at], (seq, digest, [*content, "more"]), *rows[at + 1 :]]
    assert found(changed, rows) == Break(seq, "changed")
    last = at == len(rows) - 1
    assert found(rows[:at] + rows[at + 1 :], rows) == Break(seq, "end" if last else "missing")


@given(plain)
def test_what_a_database_gives_back_has_the_same_digest(value):
    stored = read_row(("at", "detail"), ("2026-11-23 02:00:00.000000", json.dumps(value)))
    from tests.conftest import MONDAY

    assert link("", 1, stored) == link("", 1, [MONDAY, value])


database = pytest.mark.database


@pytest.fixture
def acts(app, clock, caller):
    """Some acts and a ticket with its events."""
    lon, lat = centre()
    made = caller("agent.2101").post("/api/v1/tickets", json={"description": "井盖丢了", "lon": lon, "lat": lat})
    assert made.status_code == 201
    with transaction(write=True) as db:
        for number in range(3):
            note(db, "console:tests", "staff_disable", f"staff:{number}", why="测试")
    number_all()


@database
def test_both_chains_hold_and_name_their_heads(app, acts):
    told = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert told.exit_code == 0
    assert [line.split(":")[0] for line in told.output.splitlines()] == ["event", "audit_entry"]
    assert told.output.count("holds, rows 1 to") == 2


@database
@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("audit_entry", "UPDATE audit_entry SET actor = 'somebody' WHERE seq = 2"),
        ("audit_entry", "DELETE FROM audit_entry WHERE seq = 2"),
        ("audit_entry", "DELETE FROM audit_entry WHERE seq = 3"),
        ("event", "UPDATE event SET actor = 'somebody' WHERE seq = 2"),
        ("event", "UPDATE event SET detail = '{}' WHERE seq = 2"),
        ("event", "DELETE FROM event WHERE seq = 1"),
    ],
)
def test_every_change_is_found(app, acts, name, change):
    with transaction(write=True) as db:
        db.execute(text(change))
    with transaction() as db:
        assert verify(db, name) is not None
    told = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert told.exit_code == 1
    assert f"{name}: holds" not in told.output


@database
def test_acts_in_one_transaction_that_fails_leave_no_gap(app, clock):
    with pytest.raises(ZeroDivisionError), transaction(write=True) as db:
        note(db, "console:tests", "lost", "nothing")
        raise ZeroDivisionError
    with transaction(write=True) as db:
        note(db, "console:tests", "kept", "something")
    with transaction() as db:
        assert verify(db, "audit_entry") is None
        assert db.get_one(Chain, "audit_entry").seq == 1


@database
def test_log_in_is_written_down_and_an_unknown_login_is_not(app, clock):
    visitor = Visitor(app)
    for login in ("manager.210102", "my secret typed here"):
        visitor.post("/login", data={"login": login, "password": "wrong", "csrf_token": visitor.token})
    with transaction() as db:
        entries = db.query(AuditEntry).all()
    assert [(entry.action, entry.object) for entry in entries] == [("log_in_failed", "staff:manager.210102")]


@database
def test_admin_reads_the_log_newest_first_and_page_by_page(app, acts, caller):
    first = caller("admin.21").get("/api/v1/audit?limit=2&object=staff:").json
    assert [item["object"] for item in first["items"]] == ["staff:2", "staff:1"]
    rest = caller("admin.21").get(f"/api/v1/audit?object=staff:&cursor={first['next']}").json
    assert [item["object"] for item in rest["items"]] == ["staff:0"]
    assert rest["next"] is None
    assert caller("manager.21").get("/api/v1/audit").status_code == 403


@database
def test_the_database_refuses_to_change_or_delete(database_url, tmp_path):
    with empty_database(database_url, tmp_path) as engine:
        upgrade(engine)
        with engine.begin() as connection:
            connection.execute(
                text("INSERT INTO audit_entry VALUES (1, '2026-11-23 02:00:00', 'a', 'b', 'c', '{}', 'd')")
            )
        for change in ("UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry"):
            with pytest.raises(Exception, match="rows of audit_entry are only added"), engine.begin() as connection:
                connection.execute(text(change))


@database
def test_the_script_checks_without_the_application(app, acts):
    url = app.extensions["settings"].database_url
    where = url.removeprefix("sqlite:///")
    assert script(where).returncode == 0
    with transaction(write=True) as db:
        db.execute(text("UPDATE audit_entry SET actor = 'somebody' WHERE seq = 2"))
    told = script(where)
    assert told.returncode == 1
    assert "audit_entry: changed at row 2" in told.stdout


def script(database: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, SCRIPT, database], capture_output=True, text=True, cwd=Path("/"), check=False
    )


def test_the_chained_columns_exist():
    from dispatch.audit import TABLES

    for name, columns in CHAINED.items():
        assert set(columns) <= set(TABLES[name].__table__.columns.keys())
