"""What merge, unmerge and regroup do to a ticket: pointers, the work that a newcomer joins, and giving that back.

Merging moves no deadline of the citizen. A ticket that nobody has signed in goes to the unit that works on the matter;
what it was before stands in the event, and unmerge gives it back unless somebody has worked on it meanwhile.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import clocks
from dispatch.attention import attention_of
from dispatch.clusters import branch, locked
from dispatch.holder import hold_by
from dispatch.models import Clock, Event, Ticket
from dispatch.workflow import DISPATCHED, OPEN, RECEIVED, SIGNED_IN
from grids.models import Unit

if TYPE_CHECKING:
    from dispatch.commands import Act

TAKEN_OVER = ("DISPATCH", "SIGN_IN")  # clocks of the way to a unit, which ends where the matter is worked on
NOT_WORK = (
    "note",
    "reveal",
    "urge",
    "warn",
    "regroup",
    "exclude",
    "exclude_approve",
    "exclude_refuse",
)  # since a merge: no reason to keep what it changed
ROUTE = {"rule": "cluster", "reason": "与主单并办", "reason_en": "Handled together with the leading ticket"}


def merge(act: "Act") -> None:
    """The ticket, and all that had been merged into it, follow the leading ticket."""
    ticket, lead = act.ticket, act.detail.pop("lead")
    others = followers(act.db, ticket)
    ticket.merged_into = act.inputs["into"]
    join(act, lead)
    count(act, -len(others))
    for other in others:
        act.also(other, "regroup", follows=lead)
    act.also(lead, "regroup", by=1 + len(others), joined=ticket.number)


def regroup(act: "Act") -> None:
    """One ticket of a cluster that changes around it: `by` more or fewer repeats, or another that it `follows`."""
    ticket, follows = act.ticket, act.detail.pop("follows", None)
    if follows is None:
        count(act, act.detail["by"])
    elif act.detail.get("back"):
        restore(act, all_of_it=False)
        ticket.lead = act.detail["follows"] = follows.number
    else:
        join(act, follows)


def unmerge(act: "Act") -> None:
    """The ticket leaves with what had been merged into it; a leading one lets the others go, each by itself."""
    if act.ticket.lead is None:
        let_go(act)
        return
    lead = locked(act.db, Ticket.number == act.ticket.lead, nowait=True)[0]
    mine = branch(act.ticket, followers(act.db, lead))
    restore(act, all_of_it=True)
    act.detail["from"] = lead.number
    act.ticket.lead = act.ticket.merged_into = None
    count(act, len(mine))
    for other in mine:
        act.also(other, "regroup", follows=act.ticket, back=True)
    if not act.detail.pop("let_go", False):
        act.also(lead, "regroup", by=-1 - len(mine), left=act.ticket.number)


def let_go(act: "Act") -> None:
    """Those that had been merged into this ticket itself; one that has ended stays where it was when it ended."""
    others = followers(act.db, act.ticket)
    leaving = [other for other in others if other.merged_into == act.ticket.number and other.status in OPEN]
    for other in leaving:
        act.also(other, "unmerge", let_go=True)
    count(act, -sum(1 + len(branch(other, others)) for other in leaving))


def count(act: "Act", more: int) -> None:
    """So many more repeats are counted here; a manager sees it, no deadline moves."""
    act.ticket.repeats += more
    act.detail["repeats"] = act.ticket.repeats
    act.ticket.attention = attention_of(act.ticket, act.config.thresholds)


def followers(db: Session, lead: Ticket) -> list[Ticket]:
    return locked(db, Ticket.lead == lead.number, nowait=True)


def join(act: "Act", lead: Ticket) -> None:
    """Points at the leading ticket. Where nobody has signed in yet, the work goes where the lead's is."""
    ticket = act.ticket
    act.detail["lead"] = ticket.lead = lead.number
    if ticket.status not in (RECEIVED, DISPATCHED) or lead.status == RECEIVED:
        return
    moves = ticket.status == RECEIVED or ticket.holder_id != lead.holder_id
    if not moves and lead.status != SIGNED_IN:
        return
    act.db.flush()  # the clocks are named by their ids
    before = {clock.id for clock in ticket.clocks}
    was = {"status": ticket.status, "holder": ticket.holder_id, "route": ticket.route, "stopped": hand_over(act, moves)}
    ticket.status = SIGNED_IN if lead.status == SIGNED_IN else DISPATCHED
    if moves:
        go_to(act, lead)
    act.db.flush()
    act.detail["was"] = was | {"started": [clock.id for clock in ticket.clocks if clock.id not in before]}


def hand_over(act: "Act", moves: bool) -> dict[str, Any]:
    """Stops the clocks of the way to the unit; what they were, by id, to be given back."""
    running = [clock for kind in TAKEN_OVER if (clock := clocks.open_clock(act.ticket, kind))]
    kept = {str(clock.id): {"state": clock.state, "next_at": told(clock.next_at)} for clock in running}
    for clock in running:
        clocks.stop(act.ticket, clock.kind, act.now)
    return kept


def go_to(act: "Act", lead: Ticket) -> None:
    hold_by(act, lead.holder)
    act.ticket.route = ROUTE
    if act.ticket.status == DISPATCHED:
        clocks.start(act.ticket, "SIGN_IN", act.now, act.config)
    if not clocks.had(act.ticket, "CONTACT"):
        clocks.start(act.ticket, "CONTACT", act.now, act.config)


def restore(act: "Act", all_of_it: bool) -> None:
    """Gives back what following another ticket had changed: the last join, or all since the merge.

    `restored` false: the ticket was worked on since, and stays as it is from there on.
    """
    for joined in reversed(joins(act.db, act.ticket) if all_of_it else joins(act.db, act.ticket)[-1:]):
        was = joined.detail.get("was")
        act.detail["restored"] = not (was and worked_on(act.db, joined))
        if not act.detail["restored"]:
            return
        if was:
            give_back(act, was)


def joins(db: Session, ticket: Ticket) -> list[Event]:
    """The events by which the ticket came to follow those that it follows now, the oldest first."""
    found: list[Event] = []
    query = select(Event).where(Event.ticket_id == ticket.id, Event.verb.in_(("merge", "regroup", "unmerge")))
    for event in db.scalars(query.order_by(Event.id)):
        if event.verb == "unmerge":
            found = []
        elif "lead" in event.detail:
            found.append(event)
        elif event.detail.get("back"):
            found.pop()
    return found


def worked_on(db: Session, joined: Event) -> bool:
    since = select(Event.id).where(Event.ticket_id == joined.ticket_id, Event.id > joined.id)
    return db.scalar(since.where(Event.verb.not_in(NOT_WORK)).limit(1)) is not None


def give_back(act: "Act", was: dict[str, Any]) -> None:
    ticket, holder = act.ticket, act.db.get_one(Unit, was["holder"])
    act.db.flush()
    for clock in [clock for clock in ticket.clocks if clock.id in was["started"] or begun_now(act, clock)]:
        ticket.clocks.remove(clock)
        act.db.delete(clock)
    if holder.id != ticket.holder_id:
        hold_by(act, holder)
    ticket.status, ticket.route = was["status"], was["route"]
    for clock in list(ticket.clocks):
        if str(clock.id) in was["stopped"]:
            run_on(act, clock, was["stopped"][str(clock.id)])


def begun_now(act: "Act", clock: Clock) -> bool:
    """Whether `run_on` began it afresh for a join that is itself being undone."""
    return clock.kind in TAKEN_OVER and clock.stopped_at is None and clock.kind == act.detail.get("afresh")


def run_on(act: "Act", clock: Clock, kept: dict[str, Any]) -> None:
    """The clock runs on as if it had never stopped; afresh where a step was missed: that unit had not been silent."""
    next_at = datetime.fromisoformat(kept["next_at"]) if kept["next_at"] else None
    if next_at is not None and next_at <= act.now:
        clocks.start(act.ticket, clock.kind, act.now, act.config)
        act.detail["afresh"] = clock.kind
    else:
        clock.state, clock.next_at, clock.stopped_at = kept["state"], next_at, None
        act.detail.pop("afresh", None)


def told(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
