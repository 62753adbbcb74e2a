"""Who is the agent and who the citizen: by names, channels, and what they say; also when the names are mixed up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.transcript import Turn
from dispatch.transcript.speakers import role_of, with_roles
from tests.transcripts import SIDES, WORDS


def talk(*said: tuple[str | None, str]) -> list[Turn]:
    return [Turn(role_of(label), text, label=label) for label, text in said]


def sides(*said: tuple[str | None, str]) -> list[str]:
    return [turn.speaker for turn in with_roles(talk(*said))]


@pytest.mark.parametrize(
    ("agent", "citizen"),
    [
        ("0", "1"),
        ("1", "0"),
        ("SPEAKER_01", "SPEAKER_00"),
        ("speaker1", "speaker2"),
        ("左声道", "右声道"),
        ("甲", "乙"),
    ],
)
def test_numbers_and_channels_are_told_apart_by_the_words(agent, citizen):
    said = zip((agent, citizen) * 2, WORDS, strict=True)
    assert sides(*said) == SIDES


@pytest.mark.parametrize("label", ["话务员", "坐席", "客服小李", "12345话务员", "agent"])
def test_one_named_side_makes_the_other(label):
    said = zip((label, "speaker2") * 2, WORDS, strict=True)
    assert sides(*said) == SIDES


@pytest.mark.parametrize(("agent", "citizen"), [("坐席", "市民"), ("agent", "customer"), ("客服", "客户")])
def test_swapped_names_are_set_right(agent, citizen):
    """The name stays as the source gave it; the role is what the words prove."""
    turns = with_roles(talk(*zip((citizen, agent) * 2, WORDS, strict=True)))
    assert [turn.speaker for turn in turns] == SIDES
    assert [turn.label for turn in turns] == [citizen, agent] * 2


@pytest.mark.parametrize(
    "said",
    [
        [("坐席", "您好，12345热线，请问有什么可以帮您？"), ("市民", "12345热线，我打了三次了，你们到底管不管")],
        [("坐席", "喂"), ("市民", "我给12345热线打过电话，你们说给登记，请问什么时候来？")],
        [("市民", "请问有什么可以证明我家停水的材料吗"), ("坐席", "我要查一下，请稍等")],
        [("坐席", "我帮您反映"), ("市民", "为您服务的那个工号1024的人态度不好")],
    ],
)
def test_names_are_believed_where_the_words_do_not_prove_them_wrong(said):
    assert sides(*said) == [role_of(label) for label, _ in said]


def test_without_phrases_who_asks_is_the_agent():
    said = [("1", "停水了"), ("2", "在哪里？您说一下位置"), ("1", "文化路"), ("2", "几天了呢？"), ("1", "三天")]
    assert sides(*said) == ["citizen", "agent", "citizen", "agent", "citizen"]


def test_a_queue_and_a_bystander_among_several_voices():
    said = [
        ("0", "您好，12345热线，请稍等，工号1024为您服务"),
        ("1", "您好，请问有什么可以帮您？请讲"),
        ("2", "我要反映我们小区停水"),
        ("1", "请问您的联系电话是多少？"),
        ("3", "快说三号楼"),
    ]
    assert sides(*said) == ["agent", "agent", "citizen", "agent", "unknown"]


def test_a_tie_stays_open():
    assert sides(("1", "嗯"), ("2", "哦")) == ["unknown", "unknown"]


labels = st.sampled_from(["坐席", "市民", "0", "1", "SPEAKER_02", None])


@given(st.lists(st.tuples(labels, st.sampled_from([*WORDS, "嗯", "好的，再见"])), min_size=1, max_size=8))
def test_roles_change_nothing_but_the_role(said):
    before = talk(*said)
    after = with_roles(before)
    assert [(turn.text, turn.label) for turn in after] == [(turn.text, turn.label) for turn in before]
    assert {turn.speaker for turn in after} <= {"agent", "citizen", "unknown"}
