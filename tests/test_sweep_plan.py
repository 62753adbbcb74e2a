"""What the sweep asks for is found by the index over open clocks, however many clocks have ended."""

from typing import Any

import pytest
from sqlalchemy import event

from dispatch.sweep import claim, lag
from tests.conftest import MONDAY


@pytest.mark.parametrize("ask", [claim, lag])
def test_due_clocks_are_found_by_their_index(db: Any, ask: Any) -> None:
    asked: list[tuple[str, Any]] = []
    connection = db.connection()
    event.listen(connection, "before_cursor_execute", lambda _, __, sql, values, *___: asked.append((sql, values)))
    ask(db, MONDAY)
    sql, values = next((sql, values) for sql, values in asked if "next_at <=" in sql)
    plan = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + sql, values).all()
    assert "ix_clock_next_at_running" in str(plan), plan
