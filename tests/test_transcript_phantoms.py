"""What a recogniser makes up of silence is taken out and doubted; what people really say stays."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.transcript import Call, TranscriptError, calls_in, read_transcript
from dispatch.transcript.hallucination import LEXICON, is_phantom, may_loop, phantoms
from tests.transcripts import WORDS, dumped, plain

MATTER = "我家住和平区南湖街道，楼下的路灯坏了三天了。"


def call(data: object) -> Call:
    (found,) = calls_in(data if isinstance(data, bytes) else dumped(data), "a")
    return found


def segments(*texts: str, **scores: float) -> dict[str, object]:
    return {"segments": [{"text": text, "start": n, "end": n + 1} | scores for n, text in enumerate(texts)]}


@pytest.mark.parametrize(
    "line",
    [
        *("字幕由志愿者提供", "中文字幕制作：小李", "请不吝点赞、订阅、转发、打赏支持！", "谢谢观看。", "感谢您的收听"),
        *(
            "欢迎订阅我的频道",
            "我们下期再见",
            "以下是普通话的句子。",
            "作词：李某 作曲：王某",
            "Thank you for watching!",
        ),
        *("ご視聴ありがとうございました", "未经授权不得转载", "请记得点赞订阅哦"),
    ],
)
def test_lines_of_silence_are_known(line):
    assert is_phantom(line)
    found = call(segments(*WORDS, line))
    assert [turn.text for turn in found.turns] == WORDS and found.doubts == ("ask_recording",)
    with pytest.raises(TranscriptError) as raised:
        read_transcript(dumped(segments(*[line] * 5)))
    assert raised.value.code == "hallucinated"


@pytest.mark.parametrize(
    "words",
    [
        *(
            "有线电视没有字幕",
            "我想给环卫工人点个赞",
            "点赞咱们社区的工作人员",
            "楼下演唱会太吵了",
            "未经许可在小区里施工",
        ),
        *(
            "我订阅的报纸一个月没送",
            "谢谢",
            "谢谢您",
            "感谢你们的工作",
            "再见",
            "关注一下我们小区的问题",
            "转发给物业了",
        ),
        *(
            "电视节目收看不了",
            "请用普通话说",
            "这是一段烂路",
            "希望你们支持一下",
            "下期工程什么时候开始",
            "打赏被骗了五百块钱",
        ),
        *("好的，谢谢观众席那边的人", "作业太多", "我要举报直播打赏诱导未成年人", "本节目单没有公示"),
    ],
)
def test_what_citizens_say_is_no_phantom(words):
    assert not is_phantom(words)
    found = call(segments(*WORDS, words))
    assert [turn.text for turn in found.turns] == [*WORDS, words] and found.doubts == ()


def test_no_pattern_fits_nothing_and_all_are_explained():
    assert phantoms().fullmatch("") is None
    with LEXICON.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows and all(row["pattern"] and row["about"] and None not in row for row in rows)


def test_a_phantom_sentence_leaves_the_rest_of_its_turn():
    found = call(segments(MATTER + "谢谢观看。"))
    assert [turn.text for turn in found.turns] == [MATTER] and found.doubts == ("ask_recording",)


@pytest.mark.parametrize("noise", ["(音乐)", "[Music]", "♪♪♪", "【静音】", "[BLANK_AUDIO]", "（铃声）", "[ ]"])
def test_marks_of_noise_go_without_a_doubt(noise):
    found = call(segments(noise, *WORDS, noise))
    assert [turn.text for turn in found.turns] == WORDS and found.doubts == ()
    with pytest.raises(TranscriptError) as raised:
        read_transcript(dumped(segments(noise, noise)))
    assert raised.value.code == "no_speech"


def test_what_the_recogniser_takes_for_silence_is_left_out():
    made_up = {"text": MATTER, "no_speech_prob": 0.91, "avg_logprob": -1.4}
    real = {"text": "我们小区停水了", "no_speech_prob": 0.7, "avg_logprob": -0.3}
    found = call({"segments": [made_up, real]})
    assert [turn.text for turn in found.turns] == ["我们小区停水了"] and found.doubts == ("ask_recording",)
    assert call({"segments": [made_up]}).error.code == "hallucinated"


@pytest.mark.parametrize("times", [6, 40])
@pytest.mark.parametrize("unit", ["我家停水了，", "没有人管这件事 ", "下水道又堵了。"])
def test_a_loop_inside_a_turn_is_said_once(unit, times):
    found = call(segments(*WORDS, "我要说，" + unit * times))
    assert found.turns[-1].text.count(unit.strip("，。 ")) == 1
    assert found.doubts == ("ask_recording",)


def test_a_loop_of_turns_is_said_once():
    found = call(segments(*WORDS, *["路灯不亮没人来修"] * 12))
    assert [turn.text for turn in found.turns] == [*WORDS, "路灯不亮没人来修"] and found.doubts == ("ask_recording",)
    two = call(segments(*["我家停水了三天", "还是没有水啊"] * 6))
    assert [turn.text for turn in two.turns] == ["我家停水了三天", "还是没有水啊"] and two.doubts == ("ask_recording",)


@pytest.mark.parametrize(
    "texts",
    [
        ["喂"] * 10,
        ["嗯。", "对。", "嗯。"] * 4,
        ["您好，您的来电正在排队，请不要挂机。"] * 9,
        ["没水没水没水！", "快点来快点来快点来快点来"],
        ["停水了！", "停水了！", "停水了！"],
        ["嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯"],
        ["是138 1381 3813 8138 号"],
        ["哈哈哈哈哈"],
    ],
)
def test_people_and_queues_repeat_themselves(texts):
    found = call(segments(*texts, *WORDS))
    assert [turn.text for turn in found.turns][-4:] == WORDS and found.doubts == ()


def test_doubts_of_a_row_and_of_a_plain_text():
    talk = plain().decode() + "市民：请不吝点赞 订阅 转发 打赏\n"
    (found,) = calls_in(f'phone,text\n1,"{talk}"\n'.encode(), "c.csv")
    assert found.doubts == ("ask_recording",) == call(talk.encode()).doubts


@given(st.text(alphabet="没水了停电", min_size=2, max_size=30), st.integers(6, 40), st.text(max_size=20))
def test_every_loop_is_seen_by_the_quick_look(unit, times, before):
    if len(unit) * times >= 24:
        assert may_loop(before + unit * times)


@given(st.lists(st.sampled_from([*WORDS, "嗯", "谢谢观看", "(音乐)", MATTER * 8]), max_size=12))
def test_what_remains_is_what_was_said(texts):
    found = call(segments(*texts)) if texts else Call("a")
    assert {turn.text for turn in found.turns} <= {*WORDS, "嗯", MATTER}
