"""The shipped policy sets, the order in which policies win, and mistakes in a policy file."""

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.errors import BadInput
from dispatch.policies import COLUMNS, NoPolicy, Policy, find_policy, most_specific_first, read_policies
from dispatch.workflow import CLOCKS, KINDS, URGENCIES

FOLDER = Path(__file__).parent.parent / "geodata" / "policies"
SETS = {path.stem: read_policies(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.csv")}
HEAD = ",".join(COLUMNS) + "\n"


def found(
    policies, clock="HANDLE", unit="", category="", urgency="ordinary", kind="complaint", path="21.2101."
) -> Policy:
    return find_policy(
        policies, clock=clock, unit=unit, category=category, urgency=urgency, kind=kind, region_path=path
    )


def test_every_clock_of_every_ticket_has_a_policy() -> None:
    assert set(SETS) == {"liaoning", "beijing"}
    for policies, clock, urgency, kind in product(SETS.values(), CLOCKS, URGENCIES, KINDS):
        assert found(policies, clock, urgency=urgency, kind=kind).clock == clock


@pytest.mark.parametrize(
    ("name", "clock", "urgency", "amount", "measure"),
    [
        ("liaoning", "HANDLE", "emergency", 2, "hours"),
        ("liaoning", "HANDLE", "urgent", 24, "hours"),
        ("liaoning", "HANDLE", "ordinary", 5, "working_days"),
        ("liaoning", "HANDLE", "complex", 10, "working_days"),
        ("liaoning", "SIGN_IN", "emergency", 10, "minutes"),
        ("liaoning", "SIGN_IN", "urgent", 30, "minutes"),
        ("liaoning", "SIGN_IN", "ordinary", 4, "working_hours"),
        ("liaoning", "SIGN_IN", "complex", 8, "working_hours"),
        ("liaoning", "CONTACT", "emergency", 30, "minutes"),
        ("liaoning", "CONTACT", "urgent", 2, "hours"),
        ("liaoning", "CONTACT", "ordinary", 24, "hours"),
        ("liaoning", "CONTACT", "complex", 24, "hours"),
        ("beijing", "HANDLE", "ordinary", 7 * 24, "hours"),
        ("beijing", "HANDLE", "complex", 15 * 24, "hours"),
    ],
)
def test_figures(name: str, clock: str, urgency: str, amount: int, measure: str) -> None:
    policy = found(SETS[name], clock, urgency=urgency)
    assert (policy.amount, policy.measure) == (amount, measure)


def test_field_cases_do_not_slow_an_emergency() -> None:
    liaoning = SETS["liaoning"]
    for category, amount in (("rubbish", 4), ("standing_water", 4), ("illegal_building", 15)):
        code = f"cityscape.{category}"
        assert found(liaoning, category=code).amount == amount
        assert found(liaoning, category=code, urgency="emergency").amount == 2


FIELDS = {"unit": "U1", "category": "heat", "urgency": "ordinary", "kind": "complaint", "region": "21.2101."}


def test_more_specific_wins_in_the_order_of_the_fields() -> None:
    rows = [
        Policy("HANDLE", 1, "hours"),
        *(Policy("HANDLE", 1, "hours", **{name: value}) for name, value in FIELDS.items()),
    ]
    ticket = {"unit": "U1", "category": "heat.indoor", "path": "21.2101.210102."}
    for name in FIELDS:
        assert getattr(found(most_specific_first(rows), **ticket), name) == FIELDS[name]
        rows = [row for row in rows if not getattr(row, name)]
    assert found(most_specific_first(rows), **ticket) == rows[0]


@given(st.lists(st.sets(st.sampled_from(sorted(FIELDS))), unique_by=frozenset, min_size=1), st.randoms())
def test_one_early_field_beats_all_later_ones(choices, random) -> None:
    rows = [Policy("HANDLE", 1, "hours", **{name: FIELDS[name] for name in chosen}) for chosen in choices]
    random.shuffle(rows)
    best = max(tuple(bool(getattr(row, name)) for name in FIELDS) for row in rows)
    policy = found(most_specific_first(rows), unit="U1", category="heat")
    assert tuple(bool(getattr(policy, name)) for name in FIELDS) == best


def test_deeper_category_and_region_win_and_neighbours_do_not_match() -> None:
    policies = most_specific_first(
        [
            Policy("HANDLE", 1, "hours"),
            Policy("HANDLE", 2, "hours", category="heat"),
            Policy("HANDLE", 3, "hours", category="heat.indoor"),
            Policy("HANDLE", 4, "hours", category="heat", region="21."),
            Policy("HANDLE", 5, "hours", category="heat", region="21.2101."),
        ]
    )
    assert found(policies, category="heat.indoor.cold").amount == 3
    assert found(policies, category="heat.pipe").amount == 5
    assert found(policies, category="heat.pipe", path="21.2102.").amount == 4
    assert found(policies, category="heating").amount == 1
    assert found(policies, category=None).amount == 1


def test_no_policy() -> None:
    with pytest.raises(NoPolicy):
        found(most_specific_first([Policy("HANDLE", 1, "hours", urgency="urgent")]))


def test_told_fits_its_column() -> None:
    assert found(SETS["liaoning"]).told() == "HANDLE ordinary: 5 working_days (Shandong 12345)"
    assert len(Policy("HANDLE", 1, "hours", category="c" * 200).told()) == 120


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("HANDEL,,,,,,1,hours,x", "policy_value", "clock"),
        ("HANDLE,,,soon,,,1,hours,x", "policy_value", "urgency"),
        ("HANDLE,,,,rumour,,1,hours,x", "policy_value", "kind"),
        ("HANDLE,,,,,21.2101,1,hours,x", "policy_value", "region"),
        ("HANDLE,,,,,,0,hours,x", "policy_value", "amount"),
        ("HANDLE,,,,,,1.5,hours,x", "policy_value", "amount"),
        ("HANDLE,,,,,,1,weeks,x", "policy_value", "measure"),
        ("HANDLE,,,,,,1,hours,", "policy_value", "source"),
        ("HANDLE,,,,,,1,hours", "policy_columns", None),
        ("HANDLE,,,,,,1,hours,x,y", "policy_columns", None),
        ("DISPATCH,,,,,,2,hours,x", "policy_twice", None),
    ],
)
def test_mistakes_are_told_with_their_line(row: str, code: str, column: str | None) -> None:
    with pytest.raises(BadInput) as refusal:
        read_policies(f"{HEAD}DISPATCH,,,,,,1,hours,x\n{row}\n")
    assert (refusal.value.code, refusal.value.params["line"], refusal.value.params.get("column")) == (code, 3, column)


def test_wrong_head() -> None:
    with pytest.raises(BadInput) as refusal:
        read_policies("clock,amount\n")
    assert refusal.value.params["line"] == 1
