"""A ticket whose step fails is put aside with an alarm: it stops nobody, and is tried again until it succeeds."""

from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from app.database import transaction
from dispatch.aside import aside_count, forget_settled
from dispatch.commands import perform
from dispatch.config import current_config
from dispatch.intake import Complaint, receive
from dispatch.models import Clock, Event, Ticket
from dispatch.place import at_point
from dispatch.sweep import sweep
from dispatch.sweep_models import Aside
from grids.queries import centre_of
from tests.world import centre

pytestmark = pytest.mark.database


def write() -> Any:
    return transaction(write=True)


@pytest.fixture
def two(app: Any, actor: Any, clock: Any) -> tuple[int, int]:
    """Two emergencies that nobody touches; the clocks of the first follow a calendar that does not exist."""
    made = []
    with write() as db:
        for _ in range(2):
            complaint = Complaint("路面塌陷", urgency="emergency", place=at_point(db, (*centre(), "wgs84")))
            ticket = receive(db, complaint, centre_of(db, "21"), actor("agent.21"), clock(), current_config(db))
            made.append(ticket.id)
    rename_calendar(made[0], "nowhere")
    clock.forward(hours=1)
    sweep(write, clock())
    return made[0], made[1]


def rename_calendar(ticket_id: int, code: str) -> None:
    with write() as db:
        db.execute(update(Clock).where(Clock.ticket_id == ticket_id).values(calendar=code))


def escalations(ticket_id: int) -> int:
    with transaction() as db:
        query = select(Event.detail).where(Event.ticket_id == ticket_id, Event.verb == "escalate")
        return sum(detail["clock"] == "SIGN_IN" for detail in db.scalars(query))


def asides() -> dict[int, tuple[int, str]]:
    with transaction() as db:
        return {row.ticket_id: (row.tries, row.problem) for row in db.scalars(select(Aside))}


def test_the_broken_one_is_put_aside_and_the_other_goes_on(two: tuple[int, int]) -> None:
    broken, whole = two
    assert (escalations(broken), escalations(whole)) == (0, 5)
    assert asides() == {broken: (1, "ValueError")}


def test_nothing_of_a_failed_step_stays(two: tuple[int, int]) -> None:
    with transaction() as db:
        verbs = list(db.scalars(select(Event.verb).where(Event.ticket_id == two[0]).order_by(Event.id)))
        assert verbs == ["receive", "dispatch"]
        assert db.get_one(Ticket, two[0]).escalation_level == 0


def test_it_is_tried_again_and_stays_aside_while_it_fails(two: tuple[int, int], clock: Any) -> None:
    clock.forward(minutes=6)
    sweep(write, clock())
    assert asides() == {two[0]: (2, "ValueError")}


def test_once_it_succeeds_all_its_steps_are_taken_at_their_true_times(two: tuple[int, int], clock: Any) -> None:
    rename_calendar(two[0], "CN")
    clock.forward(minutes=6)
    sweep(write, clock())
    assert asides() == {}
    with transaction() as db:
        told = [[(event.verb, event.at, event.detail) for event in db.scalars(query_of(one))] for one in two]
    assert told[0] == told[1]


def query_of(ticket_id: int) -> Any:
    return select(Event).where(Event.ticket_id == ticket_id, Event.verb.in_(("warn", "escalate"))).order_by(Event.id)


def test_a_ticket_that_somebody_settled_is_aside_no_more(two: tuple[int, int], actor: Any, clock: Any) -> None:
    with write() as db:
        db.execute(update(Clock).where(Clock.ticket_id == two[0]).values(calendar="CN"))
        config = current_config(db)
        perform(db, db.get_one(Ticket, two[0]), "answer", actor("manager.21"), clock(), config, note="x")
        db.flush()
        assert aside_count(db) == 1
        forget_settled(db)
        assert aside_count(db) == 0


def test_a_database_that_is_busy_puts_nobody_aside(app: Any, actor: Any, clock: Any, monkeypatch: Any) -> None:
    with write() as db:
        complaint = Complaint("路面塌陷", urgency="emergency", place=at_point(db, (*centre(), "wgs84")))
        one = receive(db, complaint, centre_of(db, "21"), actor("agent.21"), clock(), current_config(db)).id
    clock.forward(hours=1)

    def busy(*_: Any) -> int:
        raise OperationalError("UPDATE", {}, Exception("lock timeout"))

    with monkeypatch.context() as patch, pytest.raises(OperationalError):
        patch.setattr("dispatch.sweep.advance", busy)
        sweep(write, clock())
    assert asides() == {}
    sweep(write, clock())
    assert escalations(one) == 5
