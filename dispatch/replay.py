"""A ticket built again from its events alone, to be compared with the one that is stored.

It shares the workflow table with `perform`, and no code: what each verb means for the state is said here a second time,
in terms of what its event tells. `differences` is what a test of random lives and `flask doctor` look at.
Not built again: texts and places, which no verb computes, and the clocks of a ticket that was ever part of a cluster,
because unmerge takes back what merging had stopped. The deadlines of open clocks are the auditor's matter.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.models import Event, Ticket
from dispatch.workflow import ENDED, TABLE, UNHANDLED

MOVES_UP = ("DISPATCH", "SIGN_IN")
AGAIN = ("redo", "reopen")
COMPARED = (
    "status", "path", "supervisor", "escalation_level", "give_backs", "urges", "reopens", "on_hold", "holds",
    "extension_asked", "extended", "called", "recheck", "exclusion", "resolved", "satisfaction", "overdue", "lead",
    "repeats", "closed_at", "updated_at",
)  # fmt: skip
CHANGEABLE = ("kind", "category", "urgency")


@dataclass
class Timer:
    """A clock as its events tell it."""

    kind: str
    started_at: datetime
    stopped_at: datetime | None = None
    missed: bool = False

    def told(self) -> tuple[str, datetime, datetime | None, bool]:
        return self.kind, self.started_at, self.stopped_at, self.missed


@dataclass
class Life:
    """The ticket after the events so far; units by their codes. `holder` None: the centre that received it."""

    status: str = ""
    path: str = ""
    holder: str | None = None
    supervisor: str | None = None
    supervised: bool = False
    escalation_level: int = 0
    give_backs: int = 0
    urges: int = 0
    reopens: int = 0
    on_hold: bool = False
    holds: int = 0
    extension_asked: bool = False
    extended: int = 0
    called: int = 0
    recheck: str = ""
    exclusion: str = ""
    resolved: bool | None = None
    satisfaction: int | None = None
    overdue: bool = False
    lead: str | None = None
    repeats: int = 0
    closed_at: datetime | None = None
    updated_at: datetime | None = None
    clustered: bool = False  # now or ever
    co_handlers: dict[str, str] = field(default_factory=dict)
    changed: dict[str, str] = field(default_factory=dict)  # kind, category, urgency, where an act changed them
    timers: list[Timer] = field(default_factory=list)

    def running(self, kind: str) -> Timer | None:
        return next((one for one in reversed(self.timers) if one.kind == kind and one.stopped_at is None), None)

    def start(self, kind: str, at: datetime) -> None:
        self.timers.append(Timer(kind, at))

    def stop(self, kind: str, at: datetime) -> None:
        if (timer := self.running(kind)) is not None:
            timer.stopped_at = at


def lived(events: Iterable[Event]) -> Life:
    """The ticket as its events, in the order of their ids, tell it."""
    life = Life()
    for event in events:
        step(life, event)
    return life


def step(life: Life, event: Event) -> None:
    verb, at, detail, before = event.verb, event.at, event.detail, life.recheck
    MEANS.get(verb, nothing)(life, detail)
    agreed(life, verb, detail)
    if "path" in detail:  # the way down to a new holder
        life.holder = detail["unit"]
    timers(life, event, looked_at=before == "due")
    missed(life, verb, at, detail)
    life.status, life.path = event.to_status, event.path
    life.updated_at = max(at, life.updated_at or at)
    if life.status in ENDED:
        life.closed_at = life.closed_at or at
    if life.status not in UNHANDLED or verb in AGAIN:
        life.overdue = False


def agreed(life: Life, verb: str, detail: dict[str, Any]) -> None:
    """What ends beside the verb: a hold, a request for more time; and what a cluster says."""
    if "held_since" in detail:
        life.on_hold = False
    if "asked_by" in detail and "measure" in detail:  # decided, or needed no more
        life.extension_asked = False
    if verb in ("merge", "unmerge", "regroup"):
        life.clustered = True
        life.repeats = detail.get("repeats", life.repeats)
        life.lead = None if "from" in detail else detail.get("follows", detail.get("lead", life.lead))


def timers(life: Life, event: Event, looked_at: bool) -> None:
    verb, at, detail, row = event.verb, event.at, event.detail, TABLE[event.verb]
    waits = verb == "rate" and looked_at  # for the look on the spot
    failed = verb == "recheck" and not detail["resolved"]
    closed = verb == "recheck" and event.to_status in ENDED
    routed = verb == "relocate" and "path" in detail
    up = verb == "escalate" and detail["clock"] in MOVES_UP and "co_handler" not in detail
    stops = () if waits else row.stops
    stops = ("CALL_BACK",) if failed or closed else MOVES_UP if routed else (detail["clock"],) if up else stops
    if up and (missed_one := life.running(detail["clock"])):
        missed_one.missed = True
    for kind in stops:
        life.stop(kind, at)
    starts = TABLE["redo"].starts if failed else TABLE["dispatch"].starts if routed else row.starts
    for kind in (detail["clock"],) if up else starts:
        once = kind in row.once or (routed and kind == "CONTACT")
        if not (once and any(timer.kind == kind for timer in life.timers)):
            life.start(kind, at)


def missed(life: Life, verb: str, at: datetime, detail: dict[str, Any]) -> None:
    """Deadlines that passed, and those that lie ahead again because their times were computed anew."""
    if "co_handler" not in detail and (verb == "escalate" or detail.get("percent") == 100):
        timer = life.running(detail["clock"])
        if timer is not None and not (verb == "escalate" and detail["clock"] in MOVES_UP):
            timer.missed = True
            life.overdue = life.overdue or timer.kind == "HANDLE"
    for told in detail.get("clocks", ()):
        timer = life.running(told["clock"])
        ahead = told["due_at"] is None or datetime.fromisoformat(told["due_at"]) > at
        if "co_handler" not in told and timer is not None and ahead:
            timer.missed = False
            life.overdue = life.overdue and timer.kind != "HANDLE"


def nothing(life: Life, detail: dict[str, Any]) -> None:
    """Most verbs mean no more than what every event tells."""


def escalate(life: Life, detail: dict[str, Any]) -> None:
    if "co_handler" not in detail:
        life.escalation_level += 1
        if detail["clock"] == "HANDLE":
            life.supervisor = detail["unit"]


def begin_again(life: Life, detail: dict[str, Any]) -> None:
    life.resolved = life.satisfaction = life.supervisor = None
    life.recheck = ""


def reopen(life: Life, detail: dict[str, Any]) -> None:
    life.reopens += 1
    life.closed_at = None
    begin_again(life, detail)


def answer(life: Life, detail: dict[str, Any]) -> None:
    life.resolved = detail["resolved"]
    life.satisfaction = detail.get("satisfaction", life.satisfaction)


def recheck(life: Life, detail: dict[str, Any]) -> None:
    if not detail["resolved"]:
        begin_again(life, detail)
    life.recheck = "passed" if detail["resolved"] else "failed"


def extend(life: Life, detail: dict[str, Any]) -> None:
    """Asked for by the holder, or given at once by a manager above."""
    life.extended += detail["granted"]
    life.extension_asked = not detail["granted"]


def asked_to_wait(life: Life, detail: dict[str, Any]) -> None:
    life.on_hold, life.holds = True, life.holds + 1


def whistle(life: Life, detail: dict[str, Any]) -> None:
    life.called += len(detail["called"])
    life.co_handlers |= {one["unit"]: "called" for one in detail["called"]}


def counts(name: str) -> Callable[[Life, dict[str, Any]], None]:
    return lambda life, detail: setattr(life, name, getattr(life, name) + 1)


def becomes(name: str, value: Any) -> Callable[[Life, dict[str, Any]], None]:
    return lambda life, detail: setattr(life, name, value)


def reports(state: str) -> Callable[[Life, dict[str, Any]], None]:
    return lambda life, detail: life.co_handlers.update({detail["co_handler"]: state})


def changes(name: str) -> Callable[[Life, dict[str, Any]], None]:
    return lambda life, detail: life.changed.update({name: detail[name]})


MEANS: dict[str, Callable[[Life, dict[str, Any]], None]] = {
    "escalate": escalate,
    "give_back": counts("give_backs"),
    "urge": counts("urges"),
    "handle": lambda life, detail: setattr(life, "recheck", "due" if detail.get("recheck") else ""),
    "redo": begin_again,
    "reopen": reopen,
    "call_back": answer,
    "rate": answer,
    "recheck": recheck,
    "hold": asked_to_wait,
    "extend": extend,
    "extend_approve": counts("extended"),
    "whistle": whistle,
    "report_in": reports("reported"),
    "co_handle": reports("done"),
    "supervise": becomes("supervised", True),
    "answer_supervision": becomes("supervised", False),
    "exclude": becomes("exclusion", "asked"),
    "exclude_approve": becomes("exclusion", "approved"),
    "exclude_refuse": becomes("exclusion", "refused"),
    **{f"change_{name}": changes(name) for name in CHANGEABLE},
}


def newest_differing(db: Session, number: int) -> list[tuple[str, list[str]]]:
    """Of the newest so many tickets, the numbers of those that their events tell otherwise, and wherein."""
    tickets = db.scalars(select(Ticket).order_by(Ticket.id.desc()).limit(number))
    return [(ticket.number, sorted(found)) for ticket in tickets if (found := differences(db, ticket))]


def differences(db: Session, ticket: Ticket) -> dict[str, tuple[Any, Any]]:
    """What is stored and what the events tell, by the name of each fact in which they differ; {} when in none."""
    life = lived(db.scalars(select(Event).where(Event.ticket_id == ticket.id).order_by(Event.id)))
    pairs: dict[str, tuple[Any, Any]] = {name: (getattr(ticket, name), getattr(life, name)) for name in COMPARED}
    pairs["supervisor"] = (ticket.supervisor.code if ticket.supervisor else None, life.supervisor)
    pairs["holder"] = (ticket.holder.code, life.holder or ticket.receiver.code)
    pairs["supervised"] = (ticket.supervision is not None, life.supervised)
    pairs["co_handlers"] = ({one.unit.code: one.state for one in ticket.co_handlers}, life.co_handlers)
    pairs |= {name: (getattr(ticket, name), value) for name, value in life.changed.items()}
    if not life.clustered:
        stored = [(one.kind, one.started_at, one.stopped_at, one.state == "breached") for one in ticket.clocks]
        pairs["clocks"] = (sorted(stored, key=begun), sorted((one.told() for one in life.timers), key=begun))
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def begun(one: tuple[str, datetime, datetime | None, bool]) -> tuple[str, datetime, bool, datetime]:
    """An order; several clocks of a kind may have begun in one moment."""
    kind, started_at, stopped_at, _ = one
    return kind, started_at, stopped_at is None, stopped_at or started_at
