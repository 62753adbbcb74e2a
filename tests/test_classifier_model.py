"""The trained model: equal to scikit-learn's own arithmetic, readable without it, explained by words of the text."""

import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.classifier.features import HEAD, Features
from dispatch.classifier.model import Model
from dispatch.classifier.table import BadTable
from dispatch.classifier.tokens import is_split, placed_words, words_of
from dispatch.classifier.training import Trained, features_of, history_of, train
from tests.history import SUBJECTS, messages, tokenised
from tests.tree import ROOT

CHINESE = st.text(alphabet="小区公交车的了学校，。 ABｃ１12\n暖气不热\x00𠀀", max_size=60)


@pytest.fixture(scope="module")
def trained() -> Trained:
    return train(*messages())


@pytest.fixture(scope="module")
def from_tokens() -> Trained:
    texts, categories = messages()
    return train([tokenised(text) for text in texts], categories)


@settings(deadline=None)
@given(CHINESE)
def test_words_stand_where_they_are_said_to(text: str) -> None:
    placed = list(placed_words(text))
    assert [word for _, word in placed] == words_of(text)
    for start, word in placed:
        assert len(text[start : start + len(word)]) == len(word)
    if not is_split(text):
        assert "".join(word for _, word in placed) == "".join(words_of(text))
        assert sum(len(word) for _, word in placed) == len(text)


def test_split_texts_are_known_by_their_spaces() -> None:
    assert is_split("A3 区 梅溪湖 小区 业主 用水 难")
    assert not is_split("我们小区 用水很困难，希望尽快处理，谢谢领导")
    assert not is_split("only English words here")


def sklearn_table(features: Features, rows: list[list[str]]):
    """The same weights by scikit-learn's own tf-idf, idf learned from the same rows."""
    from scipy import sparse
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    def pairs(words: list[str]) -> list[str]:
        joined = "".join(words)
        return [joined[at : at + 2] for at in range(len(joined) - 1)]

    views = (list, pairs, lambda words: pairs(words)[: HEAD - 1])
    parts = []
    for names, view in zip(features.names, views, strict=True):
        tool = TfidfVectorizer(analyzer=view, vocabulary=list(names), sublinear_tf=True)
        parts.append(tool.fit_transform([features.kept(words) for words in rows]))
    return normalize(sparse.hstack(parts).tocsr())


def test_margins_equal_those_of_scikit_learn() -> None:
    from sklearn.svm import LinearSVC

    history = history_of(*messages(120))
    features = features_of(history.words, len(history.classes))
    table = sklearn_table(features, history.words)
    machine = LinearSVC(random_state=0).fit(table, history.truth)
    weights, bias = (array.astype(np.float32) for array in (machine.coef_.T, machine.intercept_))
    model = Model(history.classes, features, np.ascontiguousarray(weights), bias)
    assert np.allclose(model.margins(history.texts), machine.decision_function(table), atol=1e-5)


def test_it_learns_and_says_how_sure_it_is(trained: Trained) -> None:
    texts, categories = messages(80, seed=2)
    verdicts = trained.model.judge(texts)
    right = [one.label == category for one, category in zip(verdicts, categories, strict=True)]
    assert sum(right) >= 76
    assert trained.metrics["macro_f1"] > 0.9 and set(trained.metrics["classes"]) == set(SUBJECTS)
    assert all(0.25 <= one.probability <= 1 for one in verdicts)


def test_what_was_learned_from_tokens_holds_on_raw_text(from_tokens: Trained) -> None:
    texts, categories = messages(80, seed=3)
    assert sum(one.label == told for one, told in zip(from_tokens.model.judge(texts), categories, strict=True)) >= 76
    assert "您好" not in from_tokens.model.features.words


def test_training_again_makes_the_same_model(trained: Trained) -> None:
    again = train(*messages())
    assert again.model.to_bytes() == trained.model.to_bytes()
    assert again.metrics == trained.metrics


def test_stored_and_read_it_is_the_same(trained: Trained) -> None:
    data = trained.model.to_bytes()
    read = Model.from_bytes(data)
    texts, _ = messages(20, seed=4)
    assert np.array_equal(read.margins(texts), trained.model.margins(texts))
    assert (read.classes, read.scale, read.threshold) == (
        trained.model.classes, trained.model.scale, trained.model.threshold,
    )  # fmt: skip


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 no", lambda data: data[: len(data) // 2], lambda data: data[:-4]])
def test_damaged_bytes_are_no_model(trained: Trained, damage) -> None:
    data = damage(trained.model.to_bytes()) if callable(damage) else damage
    with pytest.raises(ValueError, match="not a model"):
        Model.from_bytes(data)


def test_reasons_are_words_of_the_text_and_the_telling_ones_come_first(trained: Trained) -> None:
    text = "我想反映公交车甩站不停，请处理"
    reasons = trained.model.reasons(text, "公交地铁")
    assert {one.text for one in reasons[:3]} & {"公交车", "甩站", "不停", "公交", "甩", "站"}
    assert all(text[one.start : one.end] == one.text and one.weight > 0 for one in reasons)
    assert [one.weight for one in reasons] == sorted((one.weight for one in reasons), reverse=True)


@settings(deadline=None)
@given(st.lists(CHINESE, max_size=5))
def test_any_text_has_a_verdict_and_the_company_of_others_changes_nothing(trained: Trained, texts: list[str]) -> None:
    alone = [trained.model.judge([text])[0] for text in texts]
    together = trained.model.judge(texts)
    assert [one.label for one in alone] == [one.label for one in together]
    assert np.allclose([one.probability for one in alone], [one.probability for one in together], atol=1e-5)
    for text, one in zip(texts, alone, strict=True):
        for reason in trained.model.reasons(text, one.label):
            assert text[reason.start : reason.end] == reason.text


def test_two_classes_have_two_margins() -> None:
    texts, categories = messages(80)
    two = [(text, name) for text, name in zip(texts, categories, strict=True) if name in ("教育", "公交地铁")]
    model = train([text for text, _ in two], [name for _, name in two]).model
    assert model.margins(["学校食堂伙食很差"]).shape == (1, 2)
    assert [one.label for one in model.judge(["学校食堂伙食很差", "公交车晚点严重"])] == ["教育", "公交地铁"]


def test_contradictions_repeats_and_rare_classes_are_left_out() -> None:
    texts, categories = messages(80)
    texts += [texts[0], texts[1], "", "独一无二的一条"]
    categories += [categories[0], categories[2], "教育", "罕见"]
    history = history_of(texts, categories)
    assert history.left_out["contradictory"] == 1 and history.left_out["rare_classes"] == 1
    assert history.left_out["repeated_or_empty"] >= 3 and "罕见" not in history.classes


def test_one_class_alone_teaches_nothing() -> None:
    with pytest.raises(BadTable) as caught:
        train([f"第{number}条，公交车不来" for number in range(30)], ["公交地铁"] * 30)
    assert caught.value.code == "one_class" and caught.value.params["found"] == 1


def test_judging_imports_no_scikit_learn() -> None:
    program = "import sys, dispatch.config; sys.exit('sklearn' in sys.modules or 'scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def test_a_thousand_texts_a_second(trained: Trained) -> None:
    texts = [text * 8 for text in messages(300, seed=5)[0]]  # some 300 characters each
    trained.model.judge(texts[:10])
    began = time.process_time()
    trained.model.judge(texts)
    assert len(texts) / (time.process_time() - began) > 500  # half of the promise: test machines are shared
