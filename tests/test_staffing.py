"""Queues with other people: an example by hand, any observed period given back exactly, the door on real tickets."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.policies_door import read_staffing
from dispatch.config import current_config
from dispatch.errors import BadInput
from dispatch.staffing import Job, observed, queue, queues, run
from tests.acts import Story
from tests.world import CELLS_WEST


def test_an_example_by_hand() -> None:
    """Three tickets at once, each takes one person an hour; due after 90 minutes."""
    jobs = [Job(0, done, 90, done > 90) for done in (60, 120, 180)]
    one = queue("unit", jobs, 1, 2)
    assert (one.tickets, one.late, one.waited) == (3, 2, 60)
    assert (one.late_then, one.waited_then) == (1, 20)  # two at once, the third from minute 60 to 120
    assert queue("unit", jobs, 1, 3).late_then == 0


def test_what_was_late_by_night_is_late() -> None:
    """Due and done after work: both lie at the same working minute."""
    one = queue("unit", [Job(360, 360, 360, was_late=True)], 1, 1)
    assert (one.late, one.late_then) == (1, 1)


jobs = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=30)


@given(spans=jobs, people=st.integers(1, 4))
def test_with_the_same_people_everything_ends_as_it_did(spans: list[tuple[int, int]], people: int) -> None:
    found = sorted((Job(arrived, arrived + took, None) for arrived, took in spans), key=lambda one: one.done)
    efforts, waits = observed(found, people)
    assert min(efforts) >= 0 and min(waits) >= 0
    assert run([one.arrived for one in found], efforts, people)[0] == [one.done for one in found]


@given(spans=jobs, people=st.integers(1, 4))
def test_more_people_make_nobody_wait_longer(spans: list[tuple[int, int]], people: int) -> None:
    found = [Job(arrived, arrived + took, None) for arrived, took in spans]
    one = queue("unit", found, people, people + 1)
    assert one.waited_then <= one.waited


@pytest.mark.database
def test_the_handled_tickets_of_a_unit_are_its_queue(db: Any, config: Any, actor: Any, clock: Any) -> None:
    began = clock()
    for minutes in (60, 120):
        story = Story(db, config, actor, clock).begin()
        clock.forward(minutes=minutes)
        story.do("handle", note="已修好")
    until = clock.forward(minutes=1)
    calendars = current_config(db).calendars
    found = queues(db, actor("manager.21"), began, until, calendars, {CELLS_WEST: 1, "210103": 2})
    assert [(one.unit, one.tickets, one.people_then - one.people) for one in found] == [(CELLS_WEST, 2, 1)]
    assert queues(db, actor("manager.2102"), began, until, calendars, {CELLS_WEST: 1}) == []
    assert queues(db, actor("manager.21"), until, until + timedelta(days=1), calendars, {CELLS_WEST: 1}) == []


@pytest.mark.database
def test_staffing_is_read_and_refused_in_words(db: Any) -> None:
    assert read_staffing(db, " 210102=+2，210103=-1\n2101=0 ") == {"210102": 2, "210103": -1, "2101": 0}
    for text in ("210102", "210102=two", "nowhere=+1"):
        with pytest.raises(BadInput) as refusal:
            read_staffing(db, text)
        assert refusal.value.code == "staffing_wrong"
