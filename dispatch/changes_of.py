"""Another kind, category or urgency: an act with a reason; deadlines anew from their true start, the holder stays.

No change is quiet: a complaint becomes something milder only by an event that says from what, to what, by whom and why.
"""

from typing import TYPE_CHECKING

from dispatch import realigned
from dispatch.errors import BadInput, Conflict
from dispatch.workflow import KINDS, URGENCIES

if TYPE_CHECKING:
    from dispatch.commands import Act


def check_change(act: "Act") -> None:
    """A value that exists, and another than before."""
    name = name_of(act)
    value = act.inputs[name]
    if name == "category":
        known = act.config.taxonomy.category(value) is not None
    else:
        known = value in {"kind": KINDS, "urgency": URGENCIES}[name]
    if not known:
        raise BadInput("inputs_wrong", fields={name: "unknown"}, verb=act.verb.name)
    if value == getattr(act.ticket, name):
        raise Conflict("unchanged", verb=act.verb.name)


def change(act: "Act") -> None:
    name = name_of(act)
    act.detail["before"] = getattr(act.ticket, name)
    setattr(act.ticket, name, act.inputs[name])
    realigned.all_running(act)


def name_of(act: "Act") -> str:
    return act.verb.name.removeprefix("change_")
