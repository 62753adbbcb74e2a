"""How well calls are read: what was found against what a person would write down, as precision and recall."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from dispatch.classify import Taxonomy
from dispatch.transcript import CallReading, Turn, extract_all
from geodata.divisions import divisions
from grids.gazetteer import Gazetteer

HERE = Path(__file__).resolve().parent
GAZETTEER = Gazetteer(divisions())
TAXONOMY = Taxonomy.load()
CALLED_AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday 10:00 in Beijing
SIDES = {"坐": "agent", "民": "citizen"}


class Call(NamedTuple):
    """A call and what is expected: facts of the caller, and a row of fields for each matter; `a|b`: either will do."""

    name: str
    turns: list[Turn]
    caller: dict[str, str]
    matters: list[dict[str, str]]


def talk(*lines: str) -> list[Turn]:
    """坐:… is the agent, 民:… the citizen."""
    return [Turn(SIDES[line[0]], line[2:]) for line in lines]


def calls(file: str) -> list[Call]:
    """The calls of a file: `== name`, turns, `@` what is known of the caller, `>` for each matter."""
    made = []
    for block in (HERE / file).read_text("utf-8").split("== ")[1:]:
        name, *lines = block.strip().splitlines()
        told = {mark: [fields(line) for line in lines if line[0] == mark] for mark in "@>"}
        made.append(Call(name, talk(*(line for line in lines if line[0] in SIDES)), *(told["@"] or [{}]), told[">"]))
    return made


def fields(line: str) -> dict[str, str]:
    pairs = (one.partition("=") for one in line[1:].split())
    return {name: value for name, _, value in pairs}


def read(call: Call) -> CallReading:
    return extract_all(call.turns, GAZETTEER, TAXONOMY, called_at=CALLED_AT)


def compared(call: Call) -> Iterator[tuple[str, str | None, str | None]]:
    """(field, expected, found) of a call; matters are compared in order, missing and surplus ones count too."""
    reading = read(call)
    for name in ("phone", "name"):
        yield name, call.caller.get(name), value(getattr(reading, name))
    wish = value(reading.confidential)
    yield "secret", call.caller.get("secret"), "yes" if wish is True else None
    found = [matter for matter in reading.matters if matter.matter]
    for at in range(max(len(call.matters), len(found))):
        wanted = call.matters[at] if at < len(call.matters) else None
        matter = found[at] if at < len(found) else None
        yield "matters", "one" if wanted else None, "one" if matter else None
        if wanted and matter:
            yield from ((name, wanted[name], told) for name, told in facts(matter, wanted).items() if name in wanted)


def facts(matter: Any, wanted: dict[str, str]) -> dict[str, Any]:
    says = str(value(matter.matter) or "")
    return {
        "place": place_name(matter.place.value) if matter.place else None,
        "kind": value(matter.kind),
        "category": value(matter.category),
        "urgency": value(matter.urgency),
        "says": next((one for one in wanted.get("says", "").split("|") if one in says), says),
        "when": happened(matter, wanted.get("when", "")),
    }


def happened(matter: Any, wanted: str) -> str | None:
    when = matter.happened
    if when is None:
        return None
    if when.recurring and wanted == "recurring":
        return "recurring"
    told = str(when.at or when.begins or when.ends or "")
    return wanted if wanted and told.startswith(wanted) else told


def place_name(code: str | None) -> str | None:
    if code is None:
        return None
    tree = GAZETTEER.tree
    line = tree.line(tree.index[code])
    return "".join(tree.names[one] for one in reversed(line) if tree.levels[one] > 1)


def value(guess: Any) -> Any:
    return guess.value if guess is not None else None


def score(file: str) -> tuple[dict[str, Counter[str]], list[str]]:
    """Per field how often right, wrong (found otherwise), missed, made up; and a line for each that is not right."""
    counts: dict[str, Counter[str]] = {}
    faults = []
    for call in calls(file):
        for name, expected, found in compared(call):
            if expected is None and found is None:
                continue
            verdict = outcome(expected, found)
            counts.setdefault(name, Counter())[verdict] += 1
            if verdict != "right":
                faults.append(f"{call.name}: {name} {verdict}: {found!r}, not {expected!r}")
    return counts, faults


def outcome(expected: str | None, found: str | None) -> str:
    if expected is None:
        return "invented"
    if found is None:
        return "missed"
    return "right" if found in expected.split("|") else "wrong"


def precision_recall(count: Counter[str]) -> tuple[float, float]:
    told = count["right"] + count["wrong"] + count["invented"]
    wanted = count["right"] + count["wrong"] + count["missed"]
    return count["right"] / (told or 1), count["right"] / (wanted or 1)
