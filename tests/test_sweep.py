"""The sweep: yellow, red, then one level up per step to the province; each once, at its true time."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.database import transaction
from dispatch.commands import perform
from dispatch.config import current_config
from dispatch.intake import Complaint, receive
from dispatch.models import Event, Ticket
from dispatch.place import at_point
from dispatch.queries import timeline
from dispatch.sweep import lag, sweep
from grids.queries import centre_of
from tests.world import CELLS_WEST, centre

pytestmark = pytest.mark.database
UP = ["210102001001", "210102001", "210102", "2101", "21"]


def write():
    return transaction(write=True)


@pytest.fixture
def emergency(app, actor, clock) -> int:
    """An emergency in the western cell that nobody touches."""
    with write() as db:
        complaint = Complaint("路面塌陷", urgency="emergency", place=at_point(db, (*centre(), "wgs84")))
        ticket = receive(db, complaint, centre_of(db, "21"), actor("agent.21"), clock(), current_config(db))
        return ticket.id


def events(ticket_id: int, verb: str, clock_kind: str) -> list[Event]:
    with transaction() as db:
        ticket = db.get(Ticket, ticket_id)
        return [one for one in timeline(db, ticket) if one.verb == verb and one.detail["clock"] == clock_kind]


def test_untouched_emergency_rises_to_the_province_every_ten_minutes(emergency, clock):
    start = clock()
    clock.forward(hours=3)
    sweep(write, clock())
    steps = events(emergency, "escalate", "SIGN_IN")
    assert [one.detail["region"] for one in steps] == UP
    assert [one.at - start for one in steps] == [timedelta(minutes=10 * n) for n in range(1, 6)]
    assert all(datetime.fromisoformat(one.detail["due_at"]) == one.at for one in steps)
    with transaction() as db:
        assert db.get(Ticket, emergency).holder.code == "21"


def test_handling_breach_moves_supervision_up_by_halves_of_the_allowance(emergency, actor, clock):
    start = clock()
    with write() as db:
        ticket = db.get(Ticket, emergency)
        perform(db, ticket, "sign_in", actor(f"attendant.{CELLS_WEST}"), clock(), current_config(db))
    clock.forward(hours=9)
    sweep(write, clock())
    steps = events(emergency, "escalate", "HANDLE")
    assert [one.detail["region"] for one in steps] == UP
    assert [one.at - start for one in steps] == [timedelta(hours=2 + n) for n in range(5)]
    with transaction() as db:
        ticket = db.get(Ticket, emergency)
        assert (ticket.holder.code, ticket.supervisor.code, ticket.overdue) == (CELLS_WEST, "21", True)


def test_yellow_at_half_and_at_eighty_percent(emergency, actor, clock):
    start = clock()
    with write() as db:
        perform(db, db.get(Ticket, emergency), "sign_in", actor(f"attendant.{CELLS_WEST}"), clock(), current_config(db))
    clock.forward(minutes=97)
    sweep(write, clock())
    warned = events(emergency, "warn", "HANDLE")
    assert [(one.detail["percent"], one.at - start) for one in warned] == [
        (50, timedelta(minutes=60)),
        (80, timedelta(minutes=96)),
    ]
    with transaction() as db:
        assert db.get(Ticket, emergency).light == "near"


def test_a_second_sweep_finds_nothing(emergency, clock):
    clock.forward(days=2)
    assert sweep(write, clock()) > 0
    with transaction() as db:
        before = len(list(db.scalars(select(Event.id))))
        assert lag(db, clock()) == 0
    assert sweep(write, clock()) == 0
    with transaction() as db:
        assert len(list(db.scalars(select(Event.id)))) == before


def test_many_small_sweeps_equal_one_late_sweep(app, actor, clock):
    ids = []
    start = clock()
    for _ in range(2):
        with write() as db:
            complaint = Complaint("路面塌陷", urgency="emergency", place=at_point(db, (*centre(), "wgs84")))
            ids.append(receive(db, complaint, centre_of(db, "21"), actor("agent.21"), start, current_config(db)).id)
    with write() as db:  # the first one is swept every minute, the second one only at the end
        first = db.get(Ticket, ids[0])
        for minute in range(1, 60 * 9):
            from dispatch.escalation import advance

            advance(db, first, start + timedelta(minutes=minute), current_config(db))
    clock.forward(hours=9)
    sweep(write, clock())
    told = []
    for one in ids:
        with transaction() as db:
            steps = timeline(db, db.get(Ticket, one))
            told.append([(step.verb, step.at, step.detail.get("clock"), step.detail.get("region")) for step in steps])
    assert told[0] == told[1]


def test_an_act_after_a_deadline_comes_after_its_escalation(emergency, actor, clock):
    clock.forward(minutes=11)
    from dispatch.errors import NotAllowed

    with pytest.raises(NotAllowed), write() as db:
        ticket = db.get(Ticket, emergency)
        perform(db, ticket, "sign_in", actor(f"attendant.{CELLS_WEST}"), clock(), current_config(db))
    with write() as db:
        ticket = db.get(Ticket, emergency)
        perform(db, ticket, "sign_in", actor("manager.210102001001"), clock(), current_config(db))
    with transaction() as db:
        verbs = [one.verb for one in timeline(db, db.get(Ticket, emergency))]
    assert verbs.index("escalate") < verbs.index("sign_in")


def test_a_broken_ticket_stops_nobody_else(emergency, app, actor, clock, monkeypatch):
    with write() as db:
        complaint = Complaint("井盖缺失", urgency="emergency", place=at_point(db, (*centre(), "wgs84")))
        other = receive(db, complaint, centre_of(db, "21"), actor("agent.21"), clock(), current_config(db)).id
    import dispatch.sweep as module

    real = module.advance

    def failing(db, ticket, until, config):
        if ticket.id == emergency:
            raise RuntimeError("poison")
        return real(db, ticket, until, config)

    monkeypatch.setattr(module, "advance", failing)
    clock.forward(hours=1)
    sweep(write, clock())
    assert len(events(other, "escalate", "SIGN_IN")) == 5
    assert events(emergency, "escalate", "SIGN_IN") == []
    monkeypatch.setattr(module, "advance", real)
    clock.forward(minutes=6)
    sweep(write, clock())
    assert len(events(emergency, "escalate", "SIGN_IN")) == 5
