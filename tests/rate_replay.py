"""The rates counted anew from the events alone, ticket by ticket: what the ledger must say, the slow way."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from dispatch.counters import day_of
from dispatch.models import Event, Ticket

CLOCK_RATES = {"CONTACT": "response", "HANDLE": "on_time"}
Count = Counter[tuple[str, str, date, str]]  # (path, rate, day, "cases" or "met")


@dataclass
class Case:
    rate: str
    day: date
    met: bool


@dataclass
class Life:
    """One ticket as its events tell it, up to some moment."""

    cases: list[Case] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)  # rate of a running clock: running, or missed
    reached: bool = False  # a unit, so that a contact was due
    answers: dict[str, Case] = field(default_factory=dict)
    closing: Case | None = None
    dispatches: int = 0
    given_back: bool = False
    again: bool = False  # redone or reopened
    excluded: bool = False

    def start(self, rate: str) -> None:
        self.waiting[rate] = "running"

    def stop(self, rate: str, day: date, met: bool) -> None:
        if self.waiting.pop(rate, None) == "running":
            self.cases.append(Case(rate, day, met))

    def miss(self, rate: str, day: date) -> None:
        if self.waiting[rate] == "running":
            self.waiting[rate] = "missed"
            self.cases.append(Case(rate, day, False))

    def unmiss(self, rate: str) -> None:
        """A deadline that was missed lies ahead now."""
        if self.waiting.get(rate) == "missed":
            self.waiting[rate] = "running"
            self.cases.remove(next(case for case in reversed(self.cases) if case.rate == rate and not case.met))

    def answer(self, rate: str, day: date, met: bool) -> None:
        if rate not in self.answers:
            self.answers[rate] = Case(rate, day, met)
            self.cases.append(self.answers[rate])
        self.answers[rate].met = met


def replay(ticket: Ticket, events: Iterable[Event]) -> Count:
    """What the ticket counts for once these of its events have happened; at the place of the last."""
    life, path = Life(), ""
    for event in events:
        step(life, ticket, event)
        path = event.path
    found: Count = Counter()
    for case in [] if life.excluded else life.cases:
        found[path, case.rate, case.day, "cases"] += 1
        found[path, case.rate, case.day, "met"] += case.met
    return +found


def step(life: Life, ticket: Ticket, event: Event) -> None:
    day, detail = day_of(event.at), event.detail
    clocks(life, event, day)
    if event.verb == "dispatch" and "with" not in detail:
        life.dispatches += 1
    if event.verb == "give_back":
        life.given_back = True
    if event.verb in ("call_back", "rate"):
        life.answer("resolution", day, detail["resolved"])
        if detail.get("satisfaction") is not None:
            life.answer("satisfaction", day, detail["satisfaction"] >= 3)
    if event.verb in ("handle", "answer") and not life.again:
        first_end(life, ticket, event, day)
    if event.to_status == "CLOSED" and event.from_status != "CLOSED":
        life.closing = Case("reopen", day, False)
        life.cases.append(life.closing)
    if event.verb == "exclude_approve":
        life.excluded = True
    if event.verb in ("redo", "reopen"):
        life.answers, life.again = {}, True
        if event.verb == "reopen":
            assert life.closing is not None
            life.closing.met = True


def first_end(life: Life, ticket: Ticket, event: Event, day: date) -> None:
    call = ticket.channel == "phone"
    if event.verb == "handle":
        life.cases.append(Case("redispatch", day, life.given_back or life.dispatches > 1))
    if call:
        life.cases.append(Case("first_call", day, event.verb == "answer"))


def clocks(life: Life, event: Event, day: date) -> None:
    verb, detail = event.verb, event.detail
    if verb in ("receive", "redo", "reopen"):
        life.start("on_time")
    if event.to_status in ("DISPATCHED", "SIGNED_IN") and (not life.reached or verb in ("redo", "reopen")):
        life.reached = True
        life.start("response")
    for told in detail.get("clocks", ()):
        due, rate = told["due_at"], CLOCK_RATES.get(told["clock"])
        if rate and "co_handler" not in told and (due is None or datetime.fromisoformat(due) > event.at):
            life.unmiss(rate)
    if event.to_status == "RECEIVED" and life.reached:  # an unmerge has given back what a merge began
        life.reached = False
        if life.waiting.pop("response") == "missed":
            life.cases.remove(next(case for case in reversed(life.cases) if case.rate == "response"))
    if verb == "escalate" or (verb == "warn" and detail["percent"] == 100):
        rate = CLOCK_RATES.get(detail["clock"])
        if rate is not None:
            life.miss(rate, day)
    if verb == "reject":
        life.waiting.clear()
    if verb in ("contact", "handle", "answer"):
        life.stop("response", day, True)
    if verb in ("handle", "answer"):
        life.stop("on_time", day, True)
