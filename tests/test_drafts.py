"""Drafts below the web: the order of questions, what is answered, how long they may wait, what is filed at once."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.draft_pane import pieces
from app.sentences import QUESTIONS as WORDS
from dispatch.draft_waits import read_waits
from dispatch.drafts import PLACE_LEVEL, in_order, must_file_now, new, open_of, still_open
from dispatch.errors import NotFound
from dispatch.intake import Complaint
from dispatch.models import Draft
from dispatch.place import Place
from dispatch.transcript import Guess, Reading
from dispatch.transcript.extract import QUESTIONS
from dispatch.workflow import URGENCIES
from grids.models import CELL, Region
from tests.conftest import MONDAY

CODES = st.lists(st.sampled_from([*QUESTIONS, "ask_something_new"]))
CITY = Region(id=2, code="2101", name="沈阳市", level=2, path="21.2101.")


def reading(urgency: str = "emergency", confidence: float = 0.9) -> Reading:
    empty = dict.fromkeys(("phone", "name", "confidential", "place", "address", "happened", "matter", "category"))
    return Reading(**empty, kind=Guess("help", 0.5), urgency=Guess(urgency, confidence), quotes=[], questions=[])


def place() -> Place:
    return Place(CITY, [CITY])


@given(CODES)
def test_questions_come_once_danger_first_then_what_then_where(codes: list[str]) -> None:
    ordered = in_order(codes)
    assert sorted(ordered) == sorted(set(codes))
    assert in_order(ordered) == ordered
    known = [code for code in ordered if code in QUESTIONS]
    assert known == sorted(known, key=QUESTIONS.index)
    if "ask_category" in ordered and any(code in PLACE_LEVEL for code in ordered):
        assert ordered.index("ask_category") > max(ordered.index(code) for code in ordered if code in PLACE_LEVEL)


@given(CODES, st.integers(0, CELL - 1), st.booleans(), st.booleans())
def test_what_is_known_better_leaves_fewer_questions(codes: list[str], level: int, phone: bool, category: bool) -> None:
    number, name = "13900001234" if phone else "", "light" if category else None
    left = still_open(codes, level, number, name)
    assert set(left) <= set(codes)
    assert set(still_open(codes, level + 1, number, name)) <= set(left)
    assert ("ask_phone" in left) == ("ask_phone" in codes and not phone)
    assert {code for code in codes if code.startswith("say_")} <= set(left)


def test_every_question_has_its_words() -> None:
    assert set(QUESTIONS) <= WORDS.keys()
    assert PLACE_LEVEL.keys() <= set(QUESTIONS)


@pytest.mark.parametrize(
    ("urgency", "confidence", "found", "at_once"),
    [
        ("emergency", 0.9, place(), True),
        ("emergency", 0.6, place(), True),
        ("emergency", 0.3, place(), False),
        ("emergency", 0.9, None, False),
        ("urgent", 0.9, place(), False),
        ("ordinary", 0.9, place(), False),
    ],
)
def test_an_emergency_waits_for_no_better_place(
    urgency: str, confidence: float, found: Place | None, at_once: bool
) -> None:
    assert must_file_now(reading(urgency, confidence), found) is at_once


@pytest.mark.parametrize("urgency", [*URGENCIES, None, "unheard"])
def test_a_new_draft_is_held_by_what_is_known_else_by_the_agent(urgency: str | None) -> None:
    known = Complaint("路灯不亮", urgency=urgency, caller_phone="13900001234", place=place())
    made = new(known, ["ask_category", "ask_district"], {}, "21.", MONDAY)
    assert (made.path, made.region, made.state) == ("21.2101.", CITY, "open")
    assert made.rank == (URGENCIES.index(urgency) if urgency in URGENCIES else URGENCIES.index("ordinary"))
    assert open_of(made) == ["ask_district", "ask_category"]
    assert made.fields["caller_phone"] == "13900001234" and made.fields.keys().isdisjoint({"place", "photos"})
    nowhere = new(Complaint("路灯不亮"), [], {}, "21.", MONDAY)
    assert (nowhere.path, nowhere.region, nowhere.fields["lon"]) == ("21.", None, None)


def test_waits_are_read_for_every_urgency() -> None:
    text = "urgency,minutes,source\n" + "".join(f"{code},{number},x\n" for number, code in enumerate(URGENCIES, 1))
    assert read_waits(text)["urgent"] == timedelta(minutes=2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "urgency,minutes\nemergency,2\n",
        "urgency,minutes\n" + "".join(f"{code},0\n" for code in URGENCIES),
        "urgency,minutes\n" + "".join(f"{code},soon\n" for code in URGENCIES),
        "urgency,minutes\n" + "".join(f"{code},5\n" for code in (*URGENCIES, "whenever")),
    ],
)
def test_waits_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="waits of drafts"):
        read_waits(text)


SPANS = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 5)), max_size=4)


@given(st.text(alphabet="路灯不亮了，。", min_size=10, max_size=20), SPANS)
def test_marks_lose_no_word_of_the_talk(text: str, spans: list[tuple[int, int]]) -> None:
    from app.draft_pane import apart

    marks = apart(sorted((start, min(start + size, len(text)), "category") for start, size in spans))
    assert "".join(piece for piece, _ in pieces(text, marks)) == text


@pytest.mark.parametrize("said", ["13900001234", "139 0000 1234", "024-23456789", "幺三九零零零零幺二三四"])
def test_the_talk_shows_no_number(said: str) -> None:
    text = f"我的电话是{said}，请回电"
    assert said not in "".join(piece for piece, _ in pieces(text, []))
    at = text.index(said)
    assert said not in "".join(piece for piece, _ in pieces(text, [(at, at + len(said), "phone")]))


@pytest.mark.parametrize("draft_id", [0, -1, 1 << 63, 7])
def test_a_draft_that_is_not_there_is_not_found(db: Any, actor: Any, draft_id: int) -> None:
    from dispatch.draft_queue import find_draft

    with pytest.raises(NotFound):
        find_draft(db, actor("agent.21"), draft_id)
    assert db.get(Draft, 7) is None
