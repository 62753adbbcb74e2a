"""The command that simulates a deadline: one case, many cases, and bad ones."""

import json

import pytest
from click.testing import CliRunner

from app.cli.sla import simulate_lines, sla_cli


def test_simulate_prints_one_object() -> None:
    command = ["simulate", "--start", "2026-11-16T09:00", "--amount", "2", "--unit", "working_hours"]
    command += ["--intervals", "09:00-10:00,14:00-18:00", "--pauses", '[["2026-11-16T14:00","2026-11-16T14:30"]]']
    result = CliRunner().invoke(sla_cli, command)
    found = json.loads(result.stdout)
    assert (result.exit_code, found["due_at"], found["provisional"]) == (0, "2026-11-16T15:30:00+08:00", False)
    assert [(each["kind"], each["minutes"], each["to"][11:16]) for each in found["segments"]] == [
        ("working", 60, "10:00"),
        ("lunch", 0, "14:00"),
        ("pause", 0, "14:30"),
        ("working", 60, "15:30"),
    ]


def test_simulate_goes_on_after_a_bad_line(tmp_path) -> None:
    cases = [
        '{"start":"2026-11-16T02:00Z","amount":5,"unit":"working_days"}',
        "not json",
        '{"start":"2026-11-16T10:00","amount":1,"unit":"hours","pauses":[["2026-11-16T10:30",null]]}',
    ]
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(cases) + "\n", encoding="utf-8")
    result = CliRunner().invoke(sla_cli, ["simulate", "--file", str(path)])
    first, second, third = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 1
    assert first["due_at"] == "2026-11-23T10:00:00+08:00"
    assert list(second) == ["error"]
    assert (third["due_at"], third["segments"][-1]["kind"], third["segments"][-1]["to"]) == (None, "pause", None)


BAD = {
    "start": [None, 5, "yesterday", "0001-01-01T00:00+14:00"],
    "amount": [None, 0, "5", 2.5, True, 10**30],
    "unit": [None, "weeks", ["hours"]],
    "intervals": ["9-10", "10:00-09:00", "08:00-12:00,11:00-13:00", 5],
    "pauses": [5, "x", [["2026-11-16T10:30"]], [["x", None]], [["2026-11-16T10:30", "2026-11-16T10:00"]]],
    "calendar": ["XX", "../CN", ["CN"]],
}


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in BAD.items() for value in values])
def test_simulate_answers_bad_fields_with_a_sentence(field: str, value: object) -> None:
    case = {"start": "2026-11-16T10:00", "amount": 5, "unit": "hours", field: value}
    (answer,) = simulate_lines([json.dumps(case)], {})
    assert list(answer) == ["error"] and len(answer["error"]) > 10
