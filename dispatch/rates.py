"""What an act adds to the day's counts: received, closed, and the cases of the three rates."""

from typing import TYPE_CHECKING

from dispatch.workflow import ENDED

if TYPE_CHECKING:
    from dispatch.commands import Act

# Five grades of good and bad reviews: 3 to 5 count as satisfied (General Office of the State Council, 2019, no. 51).
SATISFIED_FROM = 3
RATE_OF = {"resolved": "resolution", "satisfaction": "satisfaction"}


def day_deltas(act: "Act", status: str | None) -> dict[str, int]:
    """Changes to the counters of the day of the act, by their names there; `status` was the state before."""
    counts: dict[str, int] = {}
    name, ticket = act.verb.name, act.ticket
    if name == "receive":
        counts["day.received"] = 1
    if ticket.status in ENDED and status not in ENDED:
        counts["day.closed"] = 1
    for clock in act.stopped:
        if clock.kind == "CONTACT":
            counts |= case("response", clock.state == "met")
    if name in ("call_back", "rate"):
        counts |= answers(act)
    return counts


def answers(act: "Act") -> dict[str, int]:
    """The citizen's answers. A second rating replaces the first on the day of the first: a case is counted once."""
    counts: dict[str, int] = {}
    was, counted = act.detail["was"], act.detail["counted"]
    now = {"resolved": act.ticket.resolved, "satisfaction": satisfied(act.ticket.satisfaction)}
    before = {"resolved": was["resolved"], "satisfaction": satisfied(was["satisfaction"])}
    for name, value in now.items():
        rate = RATE_OF[name]
        counts[f"day.{rate}_cases@{counted[name]}"] = int(value is not None) - int(before[name] is not None)
        counts[f"day.{rate}_met@{counted[name]}"] = int(bool(value)) - int(bool(before[name]))
    return {name: change for name, change in counts.items() if change}


def satisfied(grade: int | None) -> bool | None:
    return None if grade is None else grade >= SATISFIED_FROM


def case(rate: str, met: bool) -> dict[str, int]:
    return {f"day.{rate}_cases": 1, f"day.{rate}_met": int(met)}
