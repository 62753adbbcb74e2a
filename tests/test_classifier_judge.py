"""Lexicon and model together: who decides, when nobody does, and which words are shown."""

from dataclasses import replace
from functools import cache

import pytest

from dispatch.classifier.judge import Judge
from dispatch.classifier.model import Model
from dispatch.classifier.training import train
from dispatch.classify import Taxonomy
from dispatch.transcript import Turn, extract
from grids.gazetteer import Gazetteer
from tests.history import messages

TAXONOMY = Taxonomy.load()
CODES = {"供热采暖": "heat", "教育": "education.school", "公交地铁": "公交地铁", "拖欠工资": "没有这一类"}


@cache
def model() -> Model:
    texts, categories = messages()
    return train(texts, [CODES[name] for name in categories]).model


@pytest.fixture
def judge() -> Judge:
    """Files whatever it is half sure of."""
    return Judge.of(TAXONOMY, replace(model(), threshold=0.5), 7)


def test_classes_are_known_by_code_or_by_name(judge: Judge) -> None:
    assert judge.codes == {"heat": "heat", "education.school": "education.school", "公交地铁": "traffic.bus"}


def test_without_a_model_the_lexicon_decides() -> None:
    guess = Judge.of(TAXONOMY).judge("楼前井盖丢了")
    assert guess and (guess.code, guess.source, guess.version) == ("cityscape.manhole", "lexicon", None)
    assert len(guess.weights) == len(guess.words)


def test_what_the_lexicon_does_not_know_the_model_does(judge: Judge) -> None:
    text = "甩站不停，晚点严重"
    assert (Judge.of(TAXONOMY).judge("晚点严重")) is None
    guess = judge.judge(text.replace("甩站不停", "等了四十分钟"))
    assert guess and (guess.code, guess.source, guess.version) == ("traffic.bus", "model", 7)
    assert guess.words and len(guess.words) == len(guess.weights) and min(guess.weights) > 0


def test_the_more_exact_of_two_kin_is_taken(judge: Judge) -> None:
    guess = judge.judge("暖气片不热，室温才十四度，热力站没人检修")
    assert guess and guess.code == "heat.indoor"


def test_where_both_are_sure_of_different_matters_nobody_decides(judge: Judge) -> None:
    text = "班主任门前伙食很差的井盖丢了"
    assert judge.judge(text) is None
    assert [(one.code, one.source) for one in judge.guesses(text)] == [
        ("cityscape.manhole", "lexicon"), ("education.school", "model"),
    ]  # fmt: skip


def test_below_its_threshold_the_model_is_silent() -> None:
    shy = Judge.of(TAXONOMY, replace(model(), threshold=2.0), 7)
    assert shy.judge("等了四十分钟，晚点严重") is None


def test_a_class_that_the_taxonomy_does_not_have_is_left_to_the_lexicon(judge: Judge) -> None:
    guess = judge.judge("包工头拖欠工资，不给工钱")
    assert guess and (guess.code, guess.source) == ("labour.wages", "lexicon")


@pytest.mark.parametrize("text", ["", " \n", "喂", "\x00"])
def test_nothing_said_is_nothing_judged(judge: Judge, text: str) -> None:
    assert Judge.of(TAXONOMY).judge(text) is None
    assert judge.judge("") is None


def test_a_call_with_two_answers_asks_the_agent_and_shows_both(judge: Judge) -> None:
    turns = [Turn("citizen", "班主任门前伙食很差的井盖丢了，没人管。", None, None, None)]
    reading = extract(turns, Gazetteer([]), TAXONOMY, judge=judge)
    assert reading.category is None and "ask_category" in reading.questions
    assert {one.value for one in reading.rivals} == {"cityscape.manhole", "education.school"}
    assert extract(turns, Gazetteer([]), TAXONOMY).rivals == []
