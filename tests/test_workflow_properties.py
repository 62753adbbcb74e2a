"""Random verbs by random people at random times: what `perform` and the sweep keep true whatever happens."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from dispatch.auditor import audit_page, times_of
from dispatch.changes import number_events
from dispatch.clocks import all_clocks
from dispatch.commands import perform
from dispatch.errors import DispatchError, NotAllowed, NotFound
from dispatch.escalation import advance, next_due
from dispatch.intake import Complaint, receive
from dispatch.models import Clock, Event, Ticket
from dispatch.place import at_point, in_region
from dispatch.queries import allowed_verbs
from dispatch.replay import differences
from dispatch.sweep import sweep_batch
from dispatch.workflow import ENDED, TABLE, URGENCIES
from grids.queries import centre_of
from grids.scope import CITIZEN, sees
from tests.conftest import MONDAY
from tests.counted import check_counters, check_days
from tests.world import CELL_OF, CELLS_WEST, centre

pytestmark = pytest.mark.database

PLACES = ("2101", "210102", "210102002", "210102001001", *CELL_OF.values(), "210102002001002")
UNITS = ("21", "2101", "210102", "210103", "210102001", "210102002001", CELLS_WEST, "210102-market", "no such unit")
STAFF = (
    "agent.21", "agent.2101", "agent.2102", "manager.21", "manager.2101", "manager.210102", "manager.210103",
    "manager.210102001", "manager.210102001001", "manager.210202", "admin.21", "attendant.210102-market",
    f"attendant.{CELLS_WEST}", f"attendant.{CELL_OF['210103']}", "attendant.210102002001002",
)  # fmt: skip
AUTOMATIC = ("warn", "escalate")
ANYTHING = [name for name in TABLE if name != "receive"]
TALK = ("reveal", "note", "urge", "answer", "reject", "dispatch", "relocate", "reopen", "rate")
MOVES = {  # what a new place, another leading ticket, or a look on the spot may bring a ticket to
    "relocate": ("DISPATCHED",), "recheck": ("DISPATCHED", "CLOSED"), "rate": ("HANDLED",),
    "merge": ("DISPATCHED", "SIGNED_IN"), "unmerge": ("RECEIVED", "DISPATCHED"),
    "regroup": ("RECEIVED", "DISPATCHED", "SIGNED_IN"),
}  # fmt: skip
WAITS = {"RECEIVED": "DISPATCH", "DISPATCHED": "SIGN_IN", "SIGNED_IN": "HANDLE", "HANDLED": "CALL_BACK"}
SPANS = [timedelta(), timedelta(seconds=40), timedelta(minutes=7), timedelta(hours=2), timedelta(hours=19)]
JUMPS = [*SPANS, timedelta(days=2), timedelta(days=16)]

words = st.sampled_from(["路灯不亮", "垃圾没有清理", ""])
values: dict[str, st.SearchStrategy[Any]] = {
    "unit": st.sampled_from(UNITS),
    "resolved": st.sampled_from([True, False, "perhaps"]),
    "satisfaction": st.sampled_from([1, 3, 5, 6, None]),
    "lon": st.sampled_from([centre(cell)[0] for cell in CELL_OF.values()] + [116.4, None]),
    "lat": st.just(centre()[1]),
    "datum": st.sampled_from(["wgs84", None, "mars"]),
    "region": st.sampled_from([*PLACES, None, "99"]),
    "photos": st.none(),
    "into": st.integers(0, 3),  # which of the tickets; beyond them none
    "kind": st.sampled_from(["complaint", "help", "rumour"]),
    "urgency": st.sampled_from([*URGENCIES, "soon"]),
    "category": st.sampled_from(["cityscape.rubbish", "heat", "no.such"]),
    "amount": st.sampled_from([1, 3, 0, "two"]),
    "measure": st.sampled_from([None, "working_days", "hours", "moons"]),
    "units": st.lists(st.sampled_from(UNITS), max_size=3),
}


@dataclass
class World:
    """What the machine acts in: a session that is rolled back, the configuration, the people."""

    db: Any
    config: Any
    actor: Any
    people: dict[str, Any] = field(default_factory=dict)

    def who(self, login: str) -> Any:
        if login not in self.people:
            self.people[login] = CITIZEN if login == "citizen" else self.actor(login)
        return self.people[login]


class Acts(RuleBasedStateMachine):
    """A few tickets, and everybody who may or may not do something to them."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.now = MONDAY
        self.tickets: list[Ticket] = []

    @property
    def db(self) -> Any:
        return self.world.db

    @initialize(place=st.sampled_from(PLACES), urgency=st.sampled_from(["emergency", "ordinary"]))
    def first(self, place: str, urgency: str) -> None:
        self.receive(place, urgency, "agent.2101", True)

    @rule(
        place=st.sampled_from(PLACES),
        urgency=st.sampled_from(["emergency", "urgent", "ordinary", "complex"]),
        login=st.sampled_from(["agent.21", "agent.2101", "citizen"]),
        known=st.booleans(),
    )
    def receive(self, place: str, urgency: str, login: str, known: bool) -> None:
        if len(self.tickets) < 3:
            where = at_point(self.db, (*centre(place), "wgs84")) if len(place) == 15 else in_region(self.db, place)
            complaint = Complaint("路灯不亮", urgency=urgency, place=where if known else None)
            receiver = centre_of(self.db, "2101" if login == "agent.2101" else "21")
            ticket = receive(self.db, complaint, receiver, self.world.who(login), self.now, self.world.config)
            self.db.flush()
            assert self.events(ticket)[0].verb == "receive"
            self.tickets.append(ticket)

    @rule(span=st.sampled_from(JUMPS), swept=st.booleans())
    def time_passes(self, span: timedelta, swept: bool) -> None:
        self.now += span
        if swept:
            sweep_batch(self.db, self.now)
            assert all(next_due(ticket, self.now) is None for ticket in self.tickets)

    @rule(data=st.data(), likely=st.integers(0, 3), stale=st.sampled_from([False] * 5 + [True]))
    def act(self, data: st.DataObject, likely: int, stale: bool) -> None:
        ticket = data.draw(st.sampled_from(self.tickets), label="ticket")
        pairs = self.allowed(ticket) if likely else []
        if likely > 1:  # most of what is allowed is said again and again: let the work go on
            pairs = [pair for pair in pairs if pair[0] not in TALK] or pairs
        verb = data.draw(st.sampled_from(sorted({one for one, _ in pairs}) or ANYTHING), label="verb")
        logins = [login for one, login in pairs if one == verb] or [*STAFF, "citizen"]
        login = data.draw(st.sampled_from(logins), label="login")
        given = {name: data.draw(values.get(name, words), label=name) for name in TABLE[verb].needs + TABLE[verb].takes}
        if "into" in given:
            number = [*(one.number for one in self.tickets), *["no such"] * 4][given["into"]]
            given["into"] = number
        version = ticket.version - 1 if stale else None
        self.attempt(ticket, verb, login, version, given)

    def allowed(self, ticket: Ticket) -> list[tuple[str, str]]:
        staff = [(row.name, login) for login in STAFF for row in allowed_verbs(self.world.who(login), ticket)]
        citizen = [(row.name, "citizen") for row in TABLE.values() if "citizen" in row.roles]
        return staff + [(verb, who) for verb, who in citizen if ticket.status in TABLE[verb].states]

    def attempt(self, ticket: Ticket, verb: str, login: str, version: int | None, given: dict[str, Any]) -> None:
        actor, before = self.world.who(login), self.state(ticket)
        seen = actor.role == "citizen" or sees(actor, ticket)
        offered = {row.name for row in allowed_verbs(actor, ticket)}
        due = next_due(ticket, self.now)  # carried out first: the holder may be another by then
        part = self.db.begin_nested()
        try:
            perform(self.db, ticket, verb, actor, self.now, self.world.config, version=version, **given)
        except DispatchError as refusal:
            assert not (isinstance(refusal, NotAllowed | NotFound) and verb in offered) or due
            refused = self.state(ticket)
            part.rollback()
            assert self.state(ticket) == before
            assert refused in (before, self.advanced(ticket))
        else:
            part.commit()
            assert seen and verb not in (*AUTOMATIC, "regroup")
            automatic = self.succeeded(ticket, before, verb, login)
            assert login == "citizen" or verb in offered or automatic, "it was not offered, and nothing has come due"

    def advanced(self, ticket: Ticket) -> Any:
        """The ticket as it would be with only its due steps taken."""
        part = self.db.begin_nested()
        advance(self.db, ticket, self.now, self.world.config)
        state = self.state(ticket)
        part.rollback()
        return state

    def succeeded(self, ticket: Ticket, before: Any, verb: str, login: str) -> int:
        """One event of the act's own, after what was due (how many); behind it only deadlines that it let pass."""
        found = self.events(ticket)[before["events"] :]
        place = next(place for place, event in enumerate(found) if event.verb not in AUTOMATIC)
        automatic, own, after = found[:place], found[place], found[place + 1 :]
        assert (own.verb, own.actor, own.at) == (verb, login, self.now)
        assert not after or "clocks" in own.detail
        assert all(event.verb in AUTOMATIC and event.at == self.now for event in after)
        assert all(event.verb in AUTOMATIC and event.actor == "system" for event in automatic)
        assert next_due(ticket, self.now) is None
        told = [event for event in found if event.verb != "warn"]
        assert ticket.version == before["ticket"]["version"] + len(told)
        return len(automatic)

    def state(self, ticket: Ticket) -> dict[str, Any]:
        """Every column of the ticket and of its clocks, and how many events there are."""
        self.db.flush()
        tables = Ticket.__table__, Clock.__table__
        row = self.db.execute(select(tables[0]).where(tables[0].c.id == ticket.id)).mappings().one()
        clocks = self.db.execute(select(tables[1]).where(tables[1].c.ticket_id == ticket.id).order_by("id"))
        events = self.db.scalar(select(func.count()).where(Event.ticket_id == ticket.id))
        # What is undone gives its ids free, or not: they say nothing.
        return {
            "ticket": dict(row),
            "clocks": [{name: value for name, value in clock.items() if name != "id"} for clock in clocks.mappings()],
            "events": events,
        }

    def events(self, ticket: Ticket) -> list[Event]:
        self.db.flush()
        return list(self.db.scalars(select(Event).where(Event.ticket_id == ticket.id).order_by(Event.id)))

    @invariant()
    def somebody_holds_every_ticket(self) -> None:
        assert all(ticket.holder is not None and ticket.holder_id == ticket.holder.id for ticket in self.tickets)

    @invariant()
    def clocks_fit_the_status(self) -> None:
        for ticket in self.tickets:
            running = Counter(clock.kind for clock in ticket.clocks if clock.stopped_at is None)
            assert not running or max(running.values()) == 1, f"two clocks of a kind run: {running}"
            assert all(clock.next_at is None for clock in ticket.clocks if clock.stopped_at is not None)
            if ticket.status in ENDED:
                assert not running
            else:
                assert WAITS[ticket.status] in running
                assert ("HANDLE" in running) == (ticket.status != "HANDLED")

    @invariant()
    def agreements_fit_the_status(self) -> None:
        for ticket in self.tickets:
            open_pauses = [one for one in ticket.pauses if one.ended_at is None]
            assert len(open_pauses) == ticket.on_hold and len(ticket.pauses) == ticket.holds
            assert not ticket.on_hold or ticket.status == "SIGNED_IN"
            assert ticket.extension_asked == (sum(one.state == "asked" for one in ticket.extensions) == 1)
            assert len(ticket.co_handlers) == ticket.called
            if ticket.status not in ("RECEIVED", "DISPATCHED", "SIGNED_IN"):
                assert not ticket.extension_asked and all(one.clock.stopped_at for one in ticket.co_handlers)
            assert ticket.recheck != "due" or ticket.status == "HANDLED"

    @invariant()
    def deadlines_can_be_computed_again(self) -> None:
        for ticket in self.tickets:
            for clock in all_clocks(ticket):
                times = times_of(clock, self.world.config)
                assert clock.stopped_at or (clock.half_at, clock.warn_at, clock.due_at) == times

    @invariant()
    def clusters_are_flat_and_counted(self) -> None:
        by_number = {ticket.number: ticket for ticket in self.tickets}
        led = Counter(ticket.lead for ticket in self.tickets if ticket.lead)
        for ticket in self.tickets:
            assert ticket.repeats == led[ticket.number]
            assert (ticket.lead is None) == (ticket.merged_into is None)
            if ticket.lead is not None:
                assert by_number[ticket.lead].lead is None
                assert ticket.lead in (ticket.merged_into, by_number[ticket.merged_into].lead)

    @invariant()
    def the_summary_of_the_promise_is_true(self) -> None:
        for ticket in self.tickets:
            clock = next(clock for clock in ticket.clocks if clock.kind == "HANDLE")
            late = clock.stopped_at is None and clock.state == "breached"
            assert ticket.overdue == late == (ticket.light == "over")
            if ticket.status in ("RECEIVED", "DISPATCHED", "SIGNED_IN"):
                assert ticket.due_at == clock.due_at
                assert (ticket.light == "paused") == (clock.state == "paused") == (clock.due_at is None)

    def teardown(self) -> None:
        try:
            for ticket in self.tickets:
                self.check_history(self.events(ticket))
                advance(self.db, ticket, self.now, self.world.config)
            self.db.flush()
            assert audit_page(self.db, self.now, self.world.config) == ([], None)
            assert [found for ticket in self.tickets if (found := differences(self.db, ticket))] == []
            while number_events(self.db):
                pass
            check_counters(self.db)
            check_days(self.db)
        finally:
            self.db.rollback()
            self.db.expunge_all()

    def check_history(self, events: list[Event]) -> None:
        """Times never go back; every change of state is one of the table's (a new place also dispatches)."""
        assert [event.at for event in events] == sorted(event.at for event in events)
        assert [event.from_status for event in events[1:]] == [event.to_status for event in events[:-1]]
        for event in events[1:]:
            row = TABLE[event.verb]
            assert event.from_status in row.states
            assert event.to_status in (row.to or event.from_status, *MOVES.get(event.verb, ()))


def test_random_acts_keep_every_promise(db, config, actor) -> None:
    class Bound(Acts):
        world = World(db, config, actor)

    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        Bound, settings=settings(max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=slow)
    )
