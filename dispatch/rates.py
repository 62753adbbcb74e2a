"""What an act adds to the day's counts: received, closed, and the cases of the three rates."""

from typing import TYPE_CHECKING

from dispatch.workflow import ENDED

if TYPE_CHECKING:
    from dispatch.commands import Act

# Five grades of good and bad reviews: 3 to 5 count as satisfied (General Office of the State Council, 2019, no. 51).
SATISFIED_FROM = 3


def day_deltas(act: "Act") -> dict[str, int]:
    """Changes to the counters of the day on which the act falls, by their names there."""
    counts: dict[str, int] = {}
    name, ticket = act.verb.name, act.ticket
    if name == "receive":
        counts["day.received"] = 1
    if (ticket.status in ENDED and name != "rate") or (name == "rate" and act.detail.get("closed")):
        counts["day.closed"] = 1
    for clock in act.stopped:
        if clock.kind == "CONTACT":
            counts |= case("response", clock.state == "met")
    if name in ("call_back", "rate"):
        counts |= answers(act)
    return counts


def answers(act: "Act") -> dict[str, int]:
    """The citizen's answers. A second rating replaces the first, so that a case is counted once."""
    counts: dict[str, int] = {}
    was = act.detail.get("was", {})
    now = {"resolution": act.ticket.resolved, "satisfaction": satisfied(act.ticket.satisfaction)}
    before = {"resolution": was.get("resolved"), "satisfaction": satisfied(was.get("satisfaction"))}
    for name, value in now.items():
        counts[f"day.{name}_cases"] = int(value is not None) - int(before[name] is not None)
        counts[f"day.{name}_met"] = int(bool(value)) - int(bool(before[name]))
    return {name: change for name, change in counts.items() if change}


def satisfied(grade: int | None) -> bool | None:
    return None if grade is None else grade >= SATISFIED_FROM


def case(rate: str, met: bool) -> dict[str, int]:
    return {f"day.{rate}_cases": 1, f"day.{rate}_met": int(met)}
