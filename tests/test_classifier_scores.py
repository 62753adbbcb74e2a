"""Figures of a model: against scikit-learn where it has them, by hand where it does not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from dispatch.classifier.groups import groups_of
from dispatch.classifier.scores import (
    ERRORS,
    NEVER,
    best_scale,
    best_threshold,
    calibration_error,
    macro_f1,
    report,
    upper_bound,
)  # fmt: skip

LABELS = st.lists(st.tuples(st.sampled_from("甲乙丙"), st.sampled_from("甲乙丁")), min_size=1, max_size=40)


@settings(deadline=None)
@given(LABELS)
def test_macro_f1_is_that_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    truth, told = [one for one, _ in pairs], [other for _, other in pairs]
    wanted = f1_score(truth, told, average="macro", labels=sorted({*truth, *told}), zero_division=0)
    assert macro_f1(truth, told) == pytest.approx(wanted, abs=1e-4)


def test_the_bound_lies_above_the_share_and_comes_closer_with_more_cases() -> None:
    bound = upper_bound(np.array([0.0, 1.0, 10.0, 100.0]), np.array([0.0, 100.0, 1000.0, 10_000.0]))
    assert bound[0] == pytest.approx(1)
    assert list(bound[1:]) == sorted(bound[1:], reverse=True)
    assert (bound[1:] > 0.01).all() and bound[3] < 0.012


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=300))
def test_the_threshold_keeps_its_promise(cases: list[tuple[float, bool]]) -> None:
    sure, right = np.array([one for one, _ in cases]), np.array([other for _, other in cases])
    threshold = best_threshold(sure, right)
    filed = sure >= threshold
    if threshold == NEVER:
        assert not filed.any()
    else:
        wrong, count = float((filed & ~right).sum()), float(filed.sum())
        assert upper_bound(np.array(wrong), np.array(count)) <= ERRORS


def test_sure_and_right_files_nearly_all_and_guessing_files_nothing() -> None:
    rng = np.random.default_rng(1)
    sure = rng.uniform(0.3, 1, 5000)
    honest = rng.uniform(size=5000) < np.minimum(1, sure * 1.05)
    assert 0.8 < best_threshold(sure, honest) < 1
    assert best_threshold(sure, rng.uniform(size=5000) < 0.5) == NEVER


def test_honest_probabilities_have_a_small_error_and_boasting_ones_a_large_one() -> None:
    rng = np.random.default_rng(2)
    sure = rng.uniform(0.2, 1, 20_000)
    right = rng.uniform(size=20_000) < sure
    assert calibration_error(sure, right) < 0.02
    assert calibration_error(np.full(20_000, 0.99), right) > 0.3


def test_the_scale_is_found_again() -> None:
    rng = np.random.default_rng(3)
    margins = rng.normal(size=(4000, 3)).astype(np.float32)
    raised = np.exp(2.5 * margins)
    chances = raised / raised.sum(axis=1, keepdims=True)
    truth = np.array([rng.choice(3, p=one / one.sum()) for one in chances])
    assert best_scale(margins, truth) == pytest.approx(2.5, rel=0.1)


def test_a_report_of_nothing_is_no_error() -> None:
    assert report([], [], np.empty(0), 0.9)["automatic_share"] == 0


def test_near_duplicates_are_one_group_and_common_phrases_are_none() -> None:
    matter = ["和平区", "南京街", "路灯", "不亮", "三天", "无人", "维修", "行人", "摔倒", "请", "处理"]
    other = ["铁西区", "建设路", "井盖", "丢失", "夜里", "车辆", "颠簸", "市民", "担心", "尽快", "更换"]
    groups = groups_of([matter, [*matter[:9], "催办"], other])
    assert groups[0] == groups[1] != groups[2]
    phrase = ["尊敬", "领导", "您好", "打扰", "反映"]
    many = groups_of([[*phrase, *(f"词{row}{number}" for number in range(9))] for row in range(40)])
    assert len(set(many.tolist())) == 40
