"""`perform`: the only way to change a ticket. Checks the workflow table, acts, and writes exactly one event."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dispatch import clocks, conditions, counters, effects, facts, rechecks, together
from dispatch.config import Config
from dispatch.errors import BadInput, Conflict, NotAllowed, NotFound
from dispatch.escalation import advance
from dispatch.latest import last_act
from dispatch.models import Event, Ticket
from dispatch.rate_cases import Clocks, cases_of, decided
from dispatch.rates import case_deltas, day_deltas
from dispatch.reach import REFUSED, reaches
from dispatch.workflow import BY_CITIZEN, BY_SYSTEM, INPUTS, LONGEST, TABLE, Verb
from grids.scope import CITIZEN, SYSTEM, Actor, sees
from grids.together import add


@dataclass
class Act:
    """One verb being carried out: what the effects read, and the detail that they add to the event."""

    db: Session
    ticket: Ticket
    verb: Verb
    actor: Actor
    now: datetime
    config: Config
    inputs: dict[str, Any]
    detail: dict[str, Any] = field(default_factory=dict)
    others: list["Act"] = field(default_factory=list)  # what this means for the other tickets of its cluster

    def also(self, ticket: Ticket, verb: str, inputs: dict[str, Any] | None = None, **detail: Any) -> None:
        """Another ticket of the cluster gets this verb, by the authority of this act."""
        self.others.append(Act(self.db, ticket, TABLE[verb], self.actor, self.now, self.config, inputs or {}, detail))


def perform(
    db: Session,
    ticket: Ticket,
    verb: str,
    actor: Actor,
    now: datetime,
    config: Config,
    *,
    version: int | None = None,
    **inputs: Any,
) -> Event:
    """Carries out one verb of the workflow table on a ticket, or raises a DispatchError and changes nothing.

    `now` is the true time of the act (for the sweep: the deadline). `version` is what the caller last saw; None
    accepts any. Inputs are those that the table names, as plain values; `unit` is a unit's code.
    Deadlines that have passed by `now` are acted on first, so that an event never precedes one that was due before it;
    deadlines that pass because of this act are acted on after it.
    Where the clock was set back, the act stands at the time of what was recorded last, not before it.
    Errors: NotFound outside the actor's scope, NotAllowed for role or reach, Conflict for state or version, BadInput.
    """
    row = TABLE[verb]
    check_role(row, ticket, actor)
    if actor is not SYSTEM and ticket.status:
        now = max(now, ticket.updated_at)
        advance(db, ticket, now, config)
    check_version(db, row, ticket, actor, version)
    check_reach(row, ticket, actor)
    check_state(db, row, ticket, actor)
    facts.check_facts(row, actor, ticket)
    given = check_inputs(row, inputs)
    act = Act(db, ticket, row, actor, now, config, given)
    conditions.check(act)
    held_before = ticket.holder_id
    event = carry_out(act)
    together.spread(act, event, held_before)
    carry_on(act)
    if "clocks" in act.detail:
        advance(db, ticket, now, config)
    return event


def check_role(row: Verb, ticket: Ticket, actor: Actor) -> None:
    if actor.role not in ("system", "citizen") and ticket.status and not sees(actor, ticket):
        raise NotFound("ticket_absent")
    if actor.role not in row.roles:
        raise NotAllowed("role_not_allowed", verb=row.name)


def check_version(db: Session, row: Verb, ticket: Ticket, actor: Actor, version: int | None) -> None:
    """Before reach and state: who lost a race is told what happened, not that somebody else holds the ticket now."""
    if version is not None and version != ticket.version:
        last = told_last(db, ticket, actor)
        raise Conflict("version_stale", verb=row.name, given=version, version=ticket.version, **last)


def check_reach(row: Verb, ticket: Ticket, actor: Actor) -> None:
    if not ticket.status or reaches(row, actor, ticket):
        return
    if row.reach in (BY_CITIZEN, BY_SYSTEM):
        raise NotAllowed("role_not_allowed", verb=row.name)
    raise NotAllowed(REFUSED.get(row.reach, "not_the_holder"), verb=row.name, holder=ticket.holder.name)


def check_state(db: Session, row: Verb, ticket: Ticket, actor: Actor) -> None:
    if (row.states and ticket.status not in row.states) or (not row.states and ticket.status):
        raise Conflict("state_wrong", verb=row.name, status=ticket.status, **told_last(db, ticket, actor))


def told_last(db: Session, ticket: Ticket, actor: Actor) -> dict[str, Any]:
    """For staff, who did what last, and when: {last_act: {by, verb, at}}; citizens are told no names."""
    last = last_act(db, ticket) if actor.role != CITIZEN.role else None
    return {"last_act": last} if last else {}


def check_inputs(row: Verb, inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs that the verb takes, without the empty ones; what is unknown to the whole table is refused."""
    unknown = {name: "unknown" for name in inputs if name not in INPUTS}
    given = {name: value for name, value in inputs.items() if value is not None and str(value).strip()}
    missing = {name: "missing" for name in row.needs if name not in given}
    wrong = {name: fault for name, value in given.items() if (fault := fault_of_words(name, value))}
    if unknown or missing or wrong:
        raise BadInput("inputs_wrong", fields=unknown | missing | wrong, verb=row.name)
    return {name: value for name, value in given.items() if name in row.needs + row.takes}


def fault_of_words(name: str, value: Any) -> str | None:
    """What is wrong with an input that must be words."""
    if name not in LONGEST:
        return None
    if not isinstance(value, str):
        return "no_text"
    return "too_long" if len(value) > LONGEST[name] else None


def carry_out(act: Act) -> Event:
    """State, clocks and event in one step; the event's counters are the difference that it makes."""
    ticket, row = act.ticket, rechecks.row_for(act.verb, act.ticket)
    status, path = ticket.status, ticket.path
    before, decided_before = counters.weight(ticket) if status else Counter[str](), decided(ticket)
    effects.apply(act)
    for kind in row.stops:
        clocks.stop(ticket, kind, act.now)
    if row.to is not None:
        ticket.status = row.to
    for kind in row.starts:
        if kind not in row.once or not clocks.had(ticket, kind):
            clocks.start(ticket, kind, act.now, act.config)
    effects.finish(act)
    ticket.updated_at = max(act.now, ticket.updated_at or act.now)
    if row.name != "warn":  # a light that changes is no reason to refuse what somebody is about to do
        ticket.version = (ticket.version or 0) + 1
    return record(act, status, path, before, decided_before)


def carry_on(act: Act) -> None:
    """What the act means for the other tickets of its cluster: one event each."""
    for other in act.others:
        other.now = max(act.now, other.ticket.updated_at)
        advance(act.db, other.ticket, other.now, act.config)
        carry_out(other)
        carry_on(other)


def record(act: Act, status: str | None, path: str, before: Counter[str], decided_before: Clocks) -> Event:
    ticket, today = act.ticket, counters.day_of(act.now)
    after = counters.weight(ticket)
    moved = bool(status) and path != ticket.path
    cases = cases_of(act, act.now, status, path, decided_before)
    deltas = day_deltas(act, status) | case_deltas(cases, ticket.path, today)
    left = counters.difference(Counter(), before) | case_deltas(cases, path, today) if moved else None
    event = Event(
        ticket_id=ticket.id,
        verb=act.verb.name,
        at=act.now,
        recorded_at=act.now,
        actor=act.actor.login,
        actor_name=act.actor.name,
        from_status=status,
        to_status=ticket.status,
        path=ticket.path,
        from_path=path if moved else None,
        detail=act.inputs | act.detail,
        deltas=deltas | (dict(after) if moved else counters.difference(after, before)),
        from_deltas=left,
    )
    for made in (event, *cases):
        add(act.db, made)
    return event
