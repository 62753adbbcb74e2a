"""Leagues and totals: luck does not win, more is never worse, and an interval holds what it stands for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.alarms import at_least, bare, wordings
from dispatch.league import NOTHING, Entrant, league, share, total

counts = st.integers(1, 5_000).flatmap(lambda cases: st.tuples(st.integers(0, cases), st.just(cases)))
WEIGHTS = {"response": 0.2, "resolution": 0.4, "satisfaction": 0.4}


def order(found):
    return [(one.code, one.rank) for one in found]


@pytest.mark.parametrize("enough", [1, 30])
def test_three_of_three_stands_behind_950_of_1000(enough):
    entrants = [Entrant("lucky", share(3, 3)), Entrant("proved", share(950, 1000))]
    assert order(league(entrants, True, enough)) == [("proved", 1), ("lucky", 2 if enough == 1 else None)]


def test_where_less_is_better_three_of_none_stands_behind_50_of_1000():
    entrants = [Entrant("lucky", share(0, 3)), Entrant("proved", share(50, 1000))]
    assert order(league(entrants, False, 1)) == [("proved", 1), ("lucky", 2)]


def test_equal_ends_share_a_rank_and_the_next_one_is_left_out():
    entrants = [Entrant(code, share(40, 50)) for code in "ba"] + [Entrant("c", share(10, 50)), Entrant("d", NOTHING)]
    assert order(league(entrants, True, 30)) == [("a", 1), ("b", 1), ("c", 3), ("d", None)]


@given(counts)
def test_one_more_that_is_met_never_ranks_lower_and_one_more_that_is_not_never_higher(case):
    met, cases = case
    here, better, worse = share(met, cases), share(met + 1, cases + 1), share(met, cases + 1)
    assert better.low >= here.low - 1e-12 and worse.low <= here.low + 1e-12
    assert worse.high <= here.high + 1e-12 and better.high >= here.high - 1e-12


@given(st.dictionaries(st.text("abcd", min_size=1, max_size=3), counts, max_size=8), st.booleans(), st.integers(0, 60))
def test_a_league_keeps_everybody_and_ranks_exactly_those_with_enough_cases(sums, more_is_better, enough):
    found = league([Entrant(code, share(*sums[code])) for code in sums], more_is_better, enough)
    assert {one.code for one in found} == set(sums)
    assert all((one.rank is not None) == (one.share.cases >= max(1, enough)) for one in found)
    ranks = [one.rank for one in found if one.rank is not None]
    assert ranks == sorted(ranks) and ranks[:1] in ([], [1])
    assert found[: len(ranks)] == [one for one in found if one.rank is not None]


@given(st.tuples(counts, counts, counts))
def test_a_total_lies_within_its_interval_and_between_its_parts(sums):
    shares = dict(zip(WEIGHTS, (share(*one) for one in sums), strict=True))
    found = total(shares, WEIGHTS)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert min(one.value for one in shares.values()) - 1e-9 <= found.value
    assert max(one.high - one.low for one in shares.values()) + 1e-9 >= found.high - found.low
    assert found.cases == min(cases for _, cases in sums)


def test_a_total_without_one_of_its_rates_is_none():
    assert total({"response": share(1, 1), "resolution": share(0, 0), "satisfaction": share(1, 1)}, WEIGHTS) == NOTHING


@pytest.mark.parametrize(
    ("hits", "cases", "chance", "wanted"),
    [(0, 10, 0.5, 1.0), (10, 10, 0.5, 0.5**10), (5, 10, 0.5, 0.623046875), (1, 3, 0.1, 0.271), (1, 1, 0.0, 0.0)],
)
def test_the_upper_tail_of_the_binomial(hits, cases, chance, wanted):
    assert at_least(hits, cases, chance) == pytest.approx(wanted)


@given(counts, st.floats(0.001, 0.999))
def test_more_hits_are_never_more_likely(case, chance):
    hits, cases = case
    assert at_least(hits, cases, chance) >= at_least(min(hits + 1, cases), cases, chance) - 1e-9


def test_replies_that_differ_in_a_date_or_a_word_are_one_wording():
    notes = [
        "已于11月3日派人到现场清理完毕，感谢您的监督。",
        "已于11月4日派人到现场清理完毕，感谢您的监督。",
        "路灯灯泡已更换，线路检修后恢复照明，居民确认。",
        "已于2月14日派人到现场清理干净完毕，感谢您的监督！",
    ]
    texts = {str(number): bare(note) for number, note in enumerate(notes)}
    assert wordings(texts, 0.7) == [["0", "1", "3"], ["2"]]
    assert wordings(texts, 1.0) == [["0", "1"], ["2"], ["3"]]


@given(st.lists(st.text("清理完毕路灯", min_size=3, max_size=12), max_size=20), st.sampled_from([0.5, 0.8, 1.0]))
def test_every_reply_is_in_one_group_and_equal_ones_are_together(notes, likeness):
    texts = {str(number): note for number, note in enumerate(notes)}
    groups = wordings(texts, likeness)
    assert sorted(number for group in groups for number in group) == sorted(texts)
    of = {number: place for place, group in enumerate(groups) for number in group}
    assert all(of[one] == of[two] for one in texts for two in texts if texts[one] == texts[two])
