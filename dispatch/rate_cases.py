"""The cases of the rates: what an act decides, as lines of a ledger that is only ever added to.

A case that is decided is one line; what corrects it or takes it back is a further line with the difference, known from
then on. So a rate as of any past moment is a sum over the lines known by then, and nothing has to be remembered twice.

| rate | a case is decided | it is met when |
|---|---|---|
| response | a CONTACT clock stops, or passes its deadline | it stopped in time |
| on_time | a HANDLE clock stops, or passes its deadline | it stopped in time |
| resolution, satisfaction | the citizen answers it; a second answer corrects the first | resolved; grade 3 to 5 |
| redispatch | handled for the first time | it had been given back, or dispatched more than once |
| first_call | a call's ticket is answered, or handled for the first time | it was answered on the call |
| reopen | it is closed | it is reopened later |

A rejected ticket is a case of none. What the desk settles itself counts for the desk, and so does where it dispatched;
all else counts for the unit that holds the ticket. When a place is corrected, the ticket's cases move with it.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.counters import day_of
from dispatch.models import BigId, Clock, Event, Ticket
from dispatch.rates import ANSWER_RATES, satisfied
from dispatch.workflow import CLOSED
from grids.database import Base, UtcDateTime
from grids.models import Path

if TYPE_CHECKING:
    from dispatch.commands import Act

CLOCK_RATES = {"CONTACT": "response", "HANDLE": "on_time"}
DECIDED = ("met", "breached")
CALLS = ("phone", "import")  # channels that are calls
DESK_RATES = ("first_call", "redispatch")  # of the centre that took the call
KEY = ("rate", "day", "path", "unit_id", "category")


class RateCase(Base):
    """One line of the ledger: `cases` and `met` added to a rate of `day`, known from `known_at` on. Never changed."""

    __tablename__ = "rate_case"
    __table_args__ = (
        Index("ix_rate_case_ticket_id", "ticket_id"),
        Index("ix_rate_case_path_day", "path", "day"),
        Index("ix_rate_case_unit_id_day", "unit_id", "day"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    rate: Mapped[str] = mapped_column(String(12))
    day: Mapped[date]  # in Asia/Shanghai: the day that the case counts for
    known_at: Mapped[datetime] = mapped_column(UtcDateTime)
    path: Mapped[str] = mapped_column(Path)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    category: Mapped[str | None] = mapped_column(String(48))
    cases: Mapped[int]
    met: Mapped[int]


Clocks = dict[int, Clock]


def decided(ticket: Ticket) -> Clocks:
    """The clocks whose case is decided, to be compared before and after an act."""
    return {id(clock): clock for clock in ticket.clocks if clock.kind in CLOCK_RATES and clock.state in DECIDED}


def cases_of(act: "Act", known_at: datetime, status: str | None, path: str, before: Clocks) -> list[RateCase]:
    """The lines that an act adds; `status`, `path` and the decided clocks are those before it.

    An excluded ticket adds none; the approval takes back all that it had.
    """
    ticket, name = act.ticket, act.verb.name
    if name == "exclude_approve":
        found = [again(line, known_at, -line.cases, -line.met) for line in standing(act)]
    elif ticket.exclusion == "approved":
        found = []
    else:
        found = [*clock_cases(act, known_at, before), *CASES.get(name, none)(act, known_at)]
        if ticket.status == CLOSED and status != CLOSED:
            found.append(new(act, known_at, "reopen", met=False))
        if status and path != ticket.path:
            found += moved(act, known_at)
    return found


def clock_cases(act: "Act", known_at: datetime, before: Clocks) -> Iterator[RateCase]:
    """Clocks that were decided in this act, and those that an unmerge has removed."""
    after = decided(act.ticket)
    for key, clock in after.items():
        if key not in before and act.verb.name != "reject":
            yield new(act, known_at, CLOCK_RATES[clock.kind], clock.state == "met")
    for key, clock in before.items():
        if key not in after:
            yield from [again(line, known_at, -1, 0) for line in newest_unmet(act, CLOCK_RATES[clock.kind])]


def answers(act: "Act", known_at: datetime) -> list[RateCase]:
    """What the citizen says now against what was said before: a second answer corrects the day of the first."""
    was, counted = act.detail["was"], act.detail["counted"]
    now = {"resolved": act.ticket.resolved, "satisfaction": satisfied(act.ticket.satisfaction)}
    before = {"resolved": was["resolved"], "satisfaction": satisfied(was["satisfaction"])}
    found = []
    for name, rate in ANSWER_RATES.items():
        cases = int(now[name] is not None) - int(before[name] is not None)
        met = int(bool(now[name])) - int(bool(before[name]))
        day = date.fromisoformat(counted[name])
        if cases:
            found.append(line_of(act, known_at, rate, day, cases, met))
        elif met:  # nothing stands of tickets from before the ledger
            lines = [line for line in standing(act) if (line.rate, line.day) == (rate, day)]
            found += [again(line, known_at, 0, met) for line in lines[-1:]]
    return found


def handled(act: "Act", known_at: datetime) -> Iterator[RateCase]:
    """The first time that a ticket is handled says whether it found its unit at once, and that the call did not do."""
    if sum(clock.kind == "HANDLE" for clock in act.ticket.clocks) > 1:
        return
    yield new(act, known_at, "redispatch", redispatched(act))
    if act.ticket.channel in CALLS:
        yield new(act, known_at, "first_call", met=False)


def redispatched(act: "Act") -> bool:
    """Given back, or dispatched more than once; to go along with the ticket that leads a cluster is no second time."""
    if act.ticket.give_backs:
        return True
    query = select(Event.detail).where(Event.ticket_id == act.ticket.id, Event.verb == "dispatch")
    return sum("with" not in detail for detail in act.db.scalars(query)) > 1


def answered(act: "Act", known_at: datetime) -> list[RateCase]:
    first = sum(clock.kind == "HANDLE" for clock in act.ticket.clocks) == 1
    return [new(act, known_at, "first_call", met=True)] if first and act.ticket.channel in CALLS else []


def reopened(act: "Act", known_at: datetime) -> list[RateCase]:
    """The last closing was none: said of the day of that closing."""
    return [again(line, known_at, 0, 1) for line in newest_unmet(act, "reopen")]


def newest_unmet(act: "Act", rate: str) -> list[RateCase]:
    """What stands of the newest day that has a case which is not met; none for tickets from before the ledger."""
    found = [line for line in standing(act) if line.rate == rate and line.cases > line.met]
    return [max(found, key=lambda line: line.day)] if found else []


def moved(act: "Act", known_at: datetime) -> Iterator[RateCase]:
    """A corrected place: what stands is taken back there and counts here."""
    for line in standing(act):
        if line.path != act.ticket.path:
            yield again(line, known_at, -line.cases, -line.met)
            yield again(line, known_at, line.cases, line.met, act.ticket.path)


def none(act: "Act", known_at: datetime) -> list[RateCase]:
    """Most verbs decide nothing beside the clocks."""
    return []


CASES: dict[str, Any] = {
    "handle": handled,
    "answer": answered,
    "call_back": answers,
    "rate": answers,
    "reopen": reopened,
}


def new(act: "Act", known_at: datetime, rate: str, met: bool) -> RateCase:
    return line_of(act, known_at, rate, day_of(act.now), 1, int(met))


def line_of(act: "Act", known_at: datetime, rate: str, day: date, cases: int, met: int) -> RateCase:
    ticket = act.ticket
    by_desk = rate in DESK_RATES or act.verb.name == "answer"
    return RateCase(
        ticket_id=ticket.id,
        rate=rate,
        day=day,
        known_at=known_at,
        path=ticket.path,
        unit_id=ticket.receiver_id if by_desk else ticket.holder_id,
        category=ticket.category,
        cases=cases,
        met=met,
    )


def again(line: RateCase, known_at: datetime, cases: int, met: int, path: str | None = None) -> RateCase:
    """A further line for what an earlier one counted for."""
    return RateCase(
        ticket_id=line.ticket_id,
        rate=line.rate,
        day=line.day,
        known_at=known_at,
        path=path or line.path,
        unit_id=line.unit_id,
        category=line.category,
        cases=cases,
        met=met,
    )


def ledger(act: "Act") -> list[RateCase]:
    """The lines of the ticket so far, in order."""
    act.db.flush()
    return list(act.db.scalars(select(RateCase).where(RateCase.ticket_id == act.ticket.id).order_by(RateCase.id)))


def standing(act: "Act") -> list[RateCase]:
    """What the ticket counts for now: one line, not stored, for each of its sums that is not zero."""
    return sums(ledger(act))


def sums(lines: Iterable[RateCase]) -> list[RateCase]:
    totals: dict[Any, list[int]] = {}
    for line in lines:
        total = totals.setdefault((line.ticket_id, *(getattr(line, name) for name in KEY)), [0, 0])
        total[0] += line.cases
        total[1] += line.met
    names = ("ticket_id", *KEY)
    return [RateCase(**dict(zip(names, key, strict=True)), cases=c, met=m) for key, (c, m) in totals.items() if c or m]
