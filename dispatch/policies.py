"""Policies: how much time each clock gives, by unit, category, urgency, kind and region; the most specific one wins."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from dispatch.errors import BadInput, DispatchError
from dispatch.sla import UNITS
from dispatch.workflow import CLOCKS, KINDS, URGENCIES

COLUMNS = ("clock", "unit", "category", "urgency", "kind", "region", "amount", "measure", "source")
Rank = tuple[bool, int, bool, bool, int]


class NoPolicy(DispatchError):
    """No policy answers for a clock; `params` say what was asked for."""


@dataclass(frozen=True)
class Policy:
    """One rule: `amount` of `measure` (a unit of dispatch.sla.UNITS) for a clock; an empty field matches anything.

    `unit` is a unit's code. `category` is a dotted code that also stands for all below it: heat for heat.indoor.
    `region` is a path that also stands for all below it: 21.2101. for the whole of Shenyang. `source` is where the
    figure comes from: a name, or "default" for our own starting value.
    """

    clock: str
    amount: int
    measure: str
    unit: str = ""
    category: str = ""
    urgency: str = ""
    kind: str = ""
    region: str = ""
    source: str = "default"

    @property
    def rank(self) -> Rank:
        """How specific it is: compared field by field in the order unit, category, urgency, kind, region."""
        depth = len(self.category.split(".")) if self.category else 0
        return bool(self.unit), depth, bool(self.urgency), bool(self.kind), self.region.count(".")

    def told(self) -> str:
        """The rule in one line of at most 120 characters, to be stored with the clocks that it gave."""
        answers_for = " ".join(filter(None, self.key))
        return f"{answers_for}: {self.amount} {self.measure} ({self.source})"[:120]

    @property
    def key(self) -> tuple[str, ...]:
        """What it answers for; two policies of one set never have the same."""
        return self.clock, self.unit, self.category, self.urgency, self.kind, self.region

    def matches(self, category: str, urgency: str, kind: str, region_path: str) -> bool:
        """Whether it answers for a ticket; clock and unit have been looked up before."""
        return (
            self.urgency in ("", urgency)
            and self.kind in ("", kind)
            and f"{category}.".startswith(f"{self.category}." if self.category else "")
            and region_path.startswith(self.region)
        )


Policies = Mapping[tuple[str, str], tuple[Policy, ...]]


def find_policy(
    policies: Policies, *, clock: str, unit: str, category: str | None, urgency: str, kind: str, region_path: str
) -> Policy:
    """The most specific policy for a clock of a ticket whose holder is `unit`, at `region_path`. Raises NoPolicy."""
    for key in ((clock, unit), (clock, "")):
        for policy in policies.get(key, ()):
            if policy.matches(category or "", urgency, kind, region_path):
                return policy
    raise NoPolicy("no_policy", clock=clock, unit=unit, category=category, urgency=urgency, kind=kind)


def candidates(
    policies: Policies, *, clock: str, unit: str, category: str | None, urgency: str, kind: str, region_path: str
) -> list[tuple[Policy, bool]]:
    """Every policy for the clock that is asked, in the order of asking, and whether it matches: the first that does
    counts."""
    asked = [*(policies.get((clock, unit), ()) if unit else ()), *policies.get((clock, ""), ())]
    return [(policy, policy.matches(category or "", urgency, kind, region_path)) for policy in asked]


@dataclass(frozen=True)
class Change:
    """A rule that differs between two sets: `before` None is new, `after` None is gone."""

    before: Policy | None
    after: Policy | None


def differing(before: Policies, after: Policies) -> list[Change]:
    """The rules that are new, gone, or give another time, in the order of what they answer for."""
    old, new = ({policy.key: policy for rows in one.values() for policy in rows} for one in (before, after))
    keys = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
    return [Change(old.get(key), new.get(key)) for key in keys]


def read_policies(text: str) -> Policies:
    """Read a CSV with the columns COLUMNS; raises BadInput with `line` and, for a bad value, `column` and `value`."""
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise BadInput("policy_columns", line=1, value=rows.fieldnames, expected=COLUMNS)
    policies: dict[tuple[str, ...], Policy] = {}
    for row in rows:
        policy = _read_row(row, rows.line_num)
        if policy.key in policies:
            raise BadInput("policy_twice", line=rows.line_num, value=policy.told())
        policies[policy.key] = policy
    return most_specific_first(policies.values())


def _read_row(row: dict[str, str], line: int) -> Policy:
    if None in row or None in row.values():
        raise BadInput("policy_columns", line=line, value=list(row.values()), expected=COLUMNS)
    values = {column: value.strip() for column, value in row.items()}
    for column, is_good in CHECKS.items():
        if not is_good(values[column]):
            raise BadInput("policy_value", line=line, column=column, value=values[column])
    return Policy(amount=int(values.pop("amount")), **values)


def most_specific_first(policies: Iterable[Policy]) -> Policies:
    """Policies ready to be looked up: by clock and unit, and there the most specific first."""
    table: dict[tuple[str, str], list[Policy]] = {}
    for policy in sorted(policies, key=lambda each: each.rank, reverse=True):
        table.setdefault((policy.clock, policy.unit), []).append(policy)
    return {key: tuple(rows) for key, rows in table.items()}


CHECKS: dict[str, Callable[[str], bool]] = {
    "clock": lambda value: value in CLOCKS,
    "urgency": lambda value: value in ("", *URGENCIES),
    "kind": lambda value: value in ("", *KINDS),
    "region": lambda value: not value or value.endswith("."),
    "amount": lambda value: value.isascii() and value.isdigit() and int(value) > 0,
    "measure": lambda value: value in UNITS,
    "source": lambda value: bool(value),
}
