"""The workflow table itself: every state is reached and left, every wait has a clock, every word of it is known."""

from collections.abc import Iterator

import pytest

from app.labels import LABELS
from app.sentences import SENTENCES
from dispatch.clocks import ORDER
from dispatch.conditions import CONDITIONS
from dispatch.effects import EFFECTS
from dispatch.facts import FACTS, MISSED
from dispatch.reach import REACH, REFUSED
from dispatch.workflow import (
    BY_CITIZEN,
    BY_SYSTEM,
    CLOCKS,
    CLOSED,
    ENDED,
    HOLDER,
    INPUTS,
    KINDS,
    LONGEST,
    OPEN,
    REACHES,
    REJECTED,
    STATUSES,
    TABLE,
    URGENCIES,
    Verb,
)
from grids.models import ROLES

# What each open state waits for, and the clock that must run meanwhile.
WAITS = {"RECEIVED": "DISPATCH", "DISPATCHED": "SIGN_IN", "SIGNED_IN": "HANDLE", "HANDLED": "CALL_BACK"}
ACTORS = {*ROLES, "citizen", "system"}
Moment = tuple[str, frozenset[str]]


def moments() -> set[Moment]:
    """Every (state, kinds of the clocks that run) that the table can lead to, beginning with receive."""
    first = TABLE["receive"]
    found: set[Moment] = set()
    waiting: list[Moment] = [(first.to or "", frozenset(first.starts))]
    while waiting:
        moment = waiting.pop()
        if moment not in found:
            found.add(moment)
            waiting += following(moment)
    return found


def following(moment: Moment) -> Iterator[Moment]:
    status, running = moment
    for row in TABLE.values():
        if status in row.states:
            yield row.to or status, (running - set(row.stops)) | set(row.starts)


def exits(status: str) -> set[str]:
    return {row.name for row in TABLE.values() if status in row.states and row.to not in (None, status)}


def test_every_state_is_reachable_from_receive() -> None:
    assert {status for status, _ in moments()} == set(STATUSES)


def test_only_receive_makes_a_ticket() -> None:
    assert [row.name for row in TABLE.values() if not row.states] == ["receive"]


def test_closed_states_have_no_exit_but_reopen() -> None:
    assert exits(CLOSED) == {"reopen"}
    assert exits(REJECTED) == set()
    for status in ENDED:
        ended = {row.name for row in TABLE.values() if status in row.states}
        assert ended <= {"reopen", "rate", "reveal", "blur", "regroup", "exclude", "exclude_approve", "exclude_refuse"}


def test_every_open_state_can_be_left() -> None:
    assert all(exits(status) for status in OPEN)


def test_every_waiting_state_has_its_clock_running() -> None:
    assert set(WAITS) == set(OPEN)
    assert [moment for moment in moments() if moment[0] in WAITS and WAITS[moment[0]] not in moment[1]] == []


def test_the_promise_runs_until_the_matter_is_handled() -> None:
    waiting = ("RECEIVED", "DISPATCHED", "SIGNED_IN")
    assert [moment for moment in moments() if (moment[0] in waiting) != ("HANDLE" in moment[1])] == []


def test_no_clock_runs_in_a_closed_state() -> None:
    assert [moment for moment in moments() if moment[0] in ENDED and moment[1]] == []


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
def test_a_row_uses_known_words(row: Verb) -> None:
    assert set(row.states) <= set(STATUSES) and row.to in (None, *STATUSES)
    assert row.roles and set(row.roles) <= ACTORS
    assert row.reach in REACHES
    assert set(row.starts) | set(row.stops) <= set(CLOCKS)
    assert not set(row.needs) & set(row.takes)
    assert {name.removeprefix("!") for name in row.when} <= set(FACTS) and set(row.when) <= set(MISSED)


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
def test_reach_and_roles_fit_together(row: Verb) -> None:
    assert (row.reach == BY_CITIZEN) == (row.roles == ("citizen",))
    assert (row.reach == BY_SYSTEM) == (row.roles == ("system",))
    if row.reach == HOLDER:
        assert set(row.roles) <= {"attendant", "manager"}


def test_every_verb_and_input_that_people_meet_has_a_label() -> None:
    assert set(TABLE) <= set(LABELS["verb"])
    assert INPUTS - {"clock"} <= set(LABELS["input"])  # the clock is the sweep's own


@pytest.mark.parametrize(
    ("group", "codes"),
    [("status", STATUSES), ("kind", KINDS), ("urgency", URGENCIES), ("clock", CLOCKS), ("role", sorted(ACTORS))],
)
def test_every_code_has_a_label(group: str, codes: tuple[str, ...]) -> None:
    assert set(codes) <= set(LABELS[group])


def test_every_input_that_is_words_has_a_limit() -> None:
    values = {"unit", "resolved", "satisfaction", "contacted", "lon", "lat", "datum", "photos", "areas", "clock"}
    values |= {"units", "amount"}
    assert set(LONGEST) == INPUTS - values


def test_no_effect_or_check_is_kept_for_a_verb_that_is_gone() -> None:
    assert {*EFFECTS, *CONDITIONS} <= set(TABLE)


def test_every_reach_is_a_rule() -> None:
    assert set(REACH) == set(REACHES)


def test_every_refusal_of_a_fact_has_its_sentence() -> None:
    assert {*MISSED.values(), *REFUSED.values()} <= set(SENTENCES)
    assert {name.removeprefix("!") for name in MISSED} == set(FACTS)


def test_clocks_have_one_order() -> None:
    assert tuple(sorted(CLOCKS, key=ORDER.__getitem__)) == CLOCKS
