"""What each verb does beside moving the state: holder, place, answers, and the detail kept on the event.

`apply` acts before the clocks do, by a table of verbs; `finish` after them.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import select

from dispatch import (
    changes_of,
    clocks,
    exclusions,
    extensions,
    holds,
    merging,
    place,
    rechecks,
    steps,
    supervision,
    whistles,
)
from dispatch.attention import attention_of
from dispatch.escalation import above
from dispatch.holder import hold_by
from dispatch.models import Event
from dispatch.workflow import DISPATCHED, ENDED, HANDLED, RECEIVED, SIGNED_IN, UNHANDLED
from dispatch.working_time import SHANGHAI
from geodata.coords import distance_m, to_wgs84
from grids.models import DISTRICT, Unit
from grids.queries import ancestors, centre_of, code_of
from grids.scope import covers

if TYPE_CHECKING:
    from dispatch.commands import Act

ANSWERS = ("resolved", "satisfaction")


def apply(act: "Act") -> None:
    """Changes the ticket as the verb says, before clocks stop and start."""
    if act.ticket.on_hold and act.verb.to not in (None, SIGNED_IN):
        holds.resume(act)  # the work goes on elsewhere, or is done after all
    EFFECTS.get(act.verb.name, nothing)(act)


def finish(act: "Act") -> None:
    """Keeps the ticket's own summary of its clocks true."""
    ticket = act.ticket
    settle(act)
    kind = "CALL_BACK" if ticket.status == HANDLED else "HANDLE"
    running = next((clock for clock in ticket.clocks if clock.kind == kind), None)
    ticket.due_at = running.due_at if running else ticket.due_at
    if ticket.status in ENDED:
        ticket.closed_at = ticket.closed_at or act.now
        for clock in ticket.clocks:
            clocks.rest(clock)
    if clocks.open_clock(ticket, "HANDLE") is None or act.verb.name in ("redo", "reopen"):
        ticket.overdue, ticket.light = False, "ok"


def settle(act: "Act") -> None:
    """What was agreed for work that has moved on, or is done, ends with it."""
    ticket = act.ticket
    if ticket.on_hold and ticket.status != SIGNED_IN:
        holds.resume(act)
    if ticket.status not in UNHANDLED:
        if ticket.extension_asked:
            extensions.lapse(act)
        whistles.over(act)


def nothing(act: "Act") -> None:
    """Most verbs need no more than the table says."""


def dispatch(act: "Act") -> None:
    hold_by(act, act.detail.pop("to"))
    told = act.detail if "with" in act.detail else act.inputs  # handled together: the words are ours
    act.ticket.route = {name: told.get(name) for name in ("rule", "reason", "reason_en")}


def report_up(act: "Act") -> None:
    unit = above(act.db, act.ticket.holder)
    assert unit is not None
    hold_by(act, unit)


def give_back(act: "Act") -> None:
    """Back to the centre above; the second time to the common ancestor of ticket and unit, at least the district."""
    ticket = act.ticket
    ticket.give_backs += 1
    unit = above(act.db, ticket.holder)
    assert unit is not None
    if ticket.give_backs >= act.config.limits.give_backs:
        unit = common_centre(act, unit)
    hold_by(act, unit)
    act.detail["times"] = ticket.give_backs


def common_centre(act: "Act", unit: Unit) -> Unit:
    shared = [path for path in ancestors(act.ticket.path) if covers(path, unit.region.path)]
    backstop = ancestors(act.ticket.path)[:DISTRICT]
    deepest = min(shared[-1], backstop[-1], key=len)
    return centre_of(act.db, code_of(deepest))


def handle(act: "Act") -> None:
    point = place.point_of(act.inputs)
    if point and act.ticket.lon is not None and act.ticket.lat is not None:
        lon, lat = to_wgs84(*point)
        act.detail["distance_m"] = round(distance_m(lon, lat, act.ticket.lon, act.ticket.lat))
    rechecks.decide(act)


def keep_answer(act: "Act") -> None:
    """The citizen's answers, and the day for which each counts: a second answer corrects the day of the first."""
    ticket, today = act.ticket, act.now.astimezone(SHANGHAI).date().isoformat()
    was = {name: getattr(ticket, name) for name in ANSWERS}
    counted = counted_days(act) if ticket.resolved is not None else {}
    ticket.resolved = act.inputs["resolved"]
    ticket.satisfaction = act.inputs.get("satisfaction", ticket.satisfaction)
    days = {name: today if was[name] is None else counted.get(name, today) for name in ANSWERS}
    act.detail |= {"was": was, "counted": days}


def recheck(act: "Act") -> None:
    """What is not resolved goes back to the holder, as by redo."""
    rechecks.look(act)
    if not act.inputs["resolved"]:
        clocks.stop(act.ticket, "CALL_BACK", act.now)
        redo(act)
        act.ticket.recheck, act.ticket.status = rechecks.FAILED, DISPATCHED
        for kind in ("SIGN_IN", "CONTACT", "HANDLE"):
            clocks.start(act.ticket, kind, act.now, act.config)


def counted_days(act: "Act") -> dict[str, str]:
    """For which day each of the last answers was counted."""
    query = select(Event.detail).where(Event.ticket_id == act.ticket.id, Event.verb.in_(("call_back", "rate")))
    return (act.db.scalar(query.order_by(Event.id.desc()).limit(1)) or {}).get("counted", {})


def redo(act: "Act") -> None:
    act.ticket.resolved = act.ticket.satisfaction = act.ticket.supervisor = None
    act.ticket.recheck = ""
    hold_by(act, act.ticket.holder)


def reopen(act: "Act") -> None:
    act.ticket.reopens += 1
    act.ticket.closed_at = None
    redo(act)


def urge(act: "Act") -> None:
    act.ticket.urges += 1
    act.ticket.attention = attention_of(act.ticket, act.config.thresholds)
    act.detail["times"] = act.ticket.urges


def relocate(act: "Act") -> None:
    """A corrected place; routed anew when the region changed. HANDLE and CONTACT run on; sign-in is asked anew."""
    ticket, found = act.ticket, act.detail.pop("place")
    act.detail["was"] = {"region": ticket.region.code, "address": ticket.address}
    moved = found.region.id != ticket.region_id
    place.put(ticket, found, act.inputs.get("address"))
    act.detail["at"] = found.region.code
    if moved and (ticket.status != RECEIVED or found.region.level >= DISTRICT):
        way = place.way(act.db, ticket, act.config)
        ticket.route = way.told()
        if way.unit.id != ticket.holder_id or ticket.status == RECEIVED:
            clocks.stop(ticket, "DISPATCH", act.now)
            clocks.stop(ticket, "SIGN_IN", act.now)
            hold_by(act, way.unit)
            act.detail |= {"reason_route": way.reason, "reason_route_en": way.reason_en}
            ticket.status = DISPATCHED
            clocks.start(ticket, "SIGN_IN", act.now, act.config)
            if not clocks.had(ticket, "CONTACT"):
                clocks.start(ticket, "CONTACT", act.now, act.config)


def blur(act: "Act") -> None:
    """The photo waits for new copies; those that show what must not be seen are not given to anybody from now on."""
    photo = act.detail.pop("photo")
    photo.blurred = [*photo.blurred, *act.inputs["areas"]]
    photo.edition += 1
    photo.state, photo.problem, photo.tries, photo.claimed_at = "pending", None, 0, None


EFFECTS: dict[str, Callable[["Act"], None]] = {
    "dispatch": dispatch,
    "report_up": report_up,
    "give_back": give_back,
    "handle": handle,
    "call_back": keep_answer,
    "rate": keep_answer,
    "recheck": recheck,
    "redo": redo,
    "reopen": reopen,
    "urge": urge,
    "relocate": relocate,
    "blur": blur,
    "merge": merging.merge,
    "unmerge": merging.unmerge,
    "regroup": merging.regroup,
    "change_kind": changes_of.change,
    "change_category": changes_of.change,
    "change_urgency": changes_of.change,
    "hold": holds.hold,
    "resume": holds.resume,
    "extend": extensions.extend,
    "extend_approve": extensions.approve,
    "extend_refuse": extensions.refuse,
    "whistle": whistles.whistle,
    "report_in": whistles.report_in,
    "co_handle": whistles.co_handle,
    "supervise": supervision.supervise,
    "answer_supervision": supervision.answer,
    "warn": steps.warn,
    "escalate": steps.escalate,
    "recompute": steps.recompute,
    **exclusions.EFFECTS,
}
