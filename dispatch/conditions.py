"""What must hold, beyond the workflow table, before a verb is carried out: one condition by verb."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from dispatch import changes_of, clusters, exclusions, extensions, place, rechecks, whistles
from dispatch.clocks import calendar_of
from dispatch.errors import BadInput, Conflict
from dispatch.escalation import above
from dispatch.photo_blur import MAX_AREAS, area_of
from dispatch.sla import used_minutes
from grids.models import Unit
from grids.queries import unit_by_code
from grids.scope import SYSTEM, covers

if TYPE_CHECKING:
    from dispatch.commands import Act

REOPEN_WITHIN = timedelta(days=15)  # default of domain.md


def check(act: "Act") -> None:
    """Raises a DispatchError when the verb's own conditions do not hold; nothing is changed."""
    condition = CONDITIONS.get(act.verb.name)
    if condition is not None:
        condition(act)


def check_unit(act: "Act") -> None:
    given = act.inputs["unit"]  # a code; a whole number is an id
    by_id = type(given) is int and 0 < given < 1 << 31
    unit = act.db.get(Unit, given) if by_id else unit_by_code(act.db, str(given))
    if unit is None or not (act.actor is SYSTEM or covers(act.actor.path, unit.region.path)):
        raise BadInput("unit_unknown", fields={"unit": "unknown"})
    act.inputs["unit"] = unit.code
    act.detail["to"] = unit


def check_give_back(act: "Act") -> None:
    ticket, limits = act.ticket, act.config.limits
    if ticket.give_backs >= limits.give_backs:
        raise Conflict("give_back_spent", times=limits.give_backs)
    clock = next((clock for clock in ticket.clocks if clock.kind == "SIGN_IN"), None)
    if clock is not None:
        calendar = calendar_of(clock, act.config)
        used = used_minutes(clock.started_at, act.now, "working_days", calendar)
        if used > limits.give_back_days * calendar.day_minutes:
            raise Conflict("give_back_late", days=limits.give_back_days)
    if above(act.db, ticket.holder) is None:
        raise Conflict("nobody_above")


def check_above(act: "Act") -> None:
    if above(act.db, act.ticket.holder) is None:
        raise Conflict("nobody_above")


def check_answer(act: "Act") -> None:
    """Resolved is yes or no, satisfaction one of five grades."""
    faults = {}
    if not isinstance(act.inputs["resolved"], bool):
        faults["resolved"] = "yes_or_no"
    grade = act.inputs.get("satisfaction")
    if grade is not None and grade not in (1, 2, 3, 4, 5):
        faults["satisfaction"] = "one_to_five"
    if faults:
        raise BadInput("inputs_wrong", fields=faults, verb=act.verb.name)


def check_reopen(act: "Act") -> None:
    closed_at = act.ticket.closed_at
    if closed_at is None or act.now - closed_at > REOPEN_WITHIN:
        raise Conflict("reopen_late", days=REOPEN_WITHIN.days)


def check_place(act: "Act") -> None:
    act.detail["place"] = place.from_inputs(act.db, act.inputs)


def check_blur(act: "Act") -> None:
    """A photo of this ticket, and areas in it: what is blurred stays blurred, so they add up."""
    photo = next((photo for photo in act.ticket.photos if photo.key == act.inputs["key"]), None)
    given = act.inputs["areas"]
    areas = [area_of(value) for value in given] if isinstance(given, list) else []
    faults = {} if photo is not None else {"key": "unknown"}
    if not areas or None in areas:
        faults["areas"] = "no_area"
    elif photo is not None and len(photo.blurred) + len(areas) > MAX_AREAS:
        faults["areas"] = "too_long"
    if faults:
        raise BadInput("inputs_wrong", fields=faults, verb=act.verb.name)
    act.inputs["areas"] = [list(area) for area in areas if area is not None]
    act.detail["photo"] = photo


def check_evidence(act: "Act") -> None:
    place.point_of(act.inputs)  # raises BadInput when half of a point or no datum is given


CONDITIONS: dict[str, Callable[["Act"], None]] = {
    "dispatch": check_unit,
    "report_up": check_above,
    "give_back": check_give_back,
    "handle": check_evidence,
    "call_back": check_answer,
    "rate": check_answer,
    "reopen": check_reopen,
    "relocate": check_place,
    "blur": check_blur,
    "merge": clusters.check_merge,
    "change_kind": changes_of.check_change,
    "change_category": changes_of.check_change,
    "change_urgency": changes_of.check_change,
    "extend": extensions.check_extend,
    "whistle": whistles.check_whistle,
    "recheck": rechecks.check_recheck,
    **exclusions.CONDITIONS,
}
