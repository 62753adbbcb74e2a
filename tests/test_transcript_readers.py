"""Transcripts of every shape become turns, and what is none gets one clear sentence."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sentences import SENTENCES
from dispatch.transcript import TranscriptError, Turn, read_transcript, turns_from_json

TALK = (
    "话务员：您好，政务热线，请讲。\n市民：我们楼前的路灯坏了三天了。\n话务员：请问具体位置？\n市民：和平区南湖街道。\n"
)


def sides(text: str) -> list[tuple[str, str]]:
    return [(turn.speaker, turn.text) for turn in read_transcript(text.encode())]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gbk", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_any_usual_encoding_reads_the_same(encoding: str, newline: str) -> None:
    data = TALK.replace("\n", newline).encode(encoding)
    assert read_transcript(data) == read_transcript(TALK.encode())


@pytest.mark.parametrize(
    "agent", ["话务员", "坐席", "座席1", "客服", "接线员", "工作人员", "客服小李", "坐席(1024)", "Agent"]
)
@pytest.mark.parametrize("citizen", ["市民", "来电人", "群众", "用户", "客户", "市民王先生", "citizen"])
@pytest.mark.parametrize("form", ["{}：{}", "{}:{}", "{} : {}", "【{}】{}", "[{}] {}", "[00:07] {}：{}", "{}\n{}"])
def test_usual_names_of_the_two_sides(agent: str, citizen: str, form: str) -> None:
    text = form.format(agent, "您好，请讲") + "\n" + form.format(citizen, "楼道没电了")
    assert sides(text) == [("agent", "您好，请讲"), ("citizen", "楼道没电了")]


def test_index_and_stamp_before_the_label() -> None:
    turns = read_transcript("1. [00:00:01.500] 客服：您好\n2. [00:00:04] 用户：水管漏了\n".encode())
    assert [(turn.speaker, turn.start, turn.text) for turn in turns] == [
        ("agent", 1.5, "您好"),
        ("citizen", 4.0, "水管漏了"),
    ]


def test_stamp_after_the_label() -> None:
    turns = read_transcript("坐席 00:00:02\n您好\n市民 00:01:05\n没暖气了\n".encode())
    assert [(turn.speaker, turn.start, turn.text) for turn in turns] == [
        ("agent", 2.0, "您好"),
        ("citizen", 65.0, "没暖气了"),
    ]


def test_times_of_day_count_from_the_first() -> None:
    turns = read_transcript("2026-03-02 09:15:10 坐席：您好\n2026-03-02 09:15:14 市民：停水了\n".encode())
    assert [turn.start for turn in turns] == [0.0, 4.0]


def test_a_time_that_is_said_stays_in_the_words() -> None:
    assert sides("坐席：请讲\n市民：8:30 停的水\n9:10 还没来")[1] == ("citizen", "8:30 停的水9:10 还没来")


def test_continuation_lines_belong_to_the_speaker() -> None:
    assert sides("市民：井盖没了，\n   就在学校门口，\n\n太危险\n坐席：好的")[0][1] == "井盖没了，就在学校门口，太危险"


def test_two_speakers_in_one_line() -> None:
    assert sides("话务员：您好，请讲。市民：楼下太吵。话务员：好的。") == [
        ("agent", "您好，请讲。"),
        ("citizen", "楼下太吵。"),
        ("agent", "好的。"),
    ]


@pytest.mark.parametrize(
    ("one", "two"), [("A", "B"), ("说话人1", "说话人2"), ("SPEAKER_00", "SPEAKER_01"), ("小于", "老周")]
)
def test_sides_without_role_are_told_apart_by_what_they_say(one: str, two: str) -> None:
    text = f"{one}：您好，请问有什么可以帮您\n{two}：我要反映下水道堵了\n{one}：好的\n{two}：快点来吧"
    assert [side for side, _ in sides(text)] == ["agent", "citizen", "agent", "citizen"]


def test_a_narrative_without_speakers_is_the_citizens() -> None:
    assert sides("我家住和平区，昨天开始停水，没人管。") == [("citizen", "我家住和平区，昨天开始停水，没人管。")]


def test_a_call_on_one_line_is_split_by_what_is_said() -> None:
    text = "您好，12345热线，请问有什么可以帮您？我想反映路灯不亮。请问您在哪个街道？在南湖街道。"
    assert [side for side, _ in sides(text)] == ["agent", "citizen", "agent", "citizen"]


HELLO = "您好，请问有什么可以帮您"
SECONDS, MILLISECONDS = {"start": 1, "end": 2.5}, {"start": 1000, "end": 2500}
SHAPES: dict[str, object] = {
    "ours": {"turns": [{"speaker": "agent", "text": HELLO}, {"speaker": "citizen", "text": "停电了"} | SECONDS]},
    "list": [{"speaker": "坐席", "text": HELLO}, {"speaker": "市民", "text": "停电了"} | SECONDS],
    "whisper": {"segments": [{"speaker": "A", "text": HELLO}, {"speaker": "B", "text": "停电了"} | SECONDS]},
    "funasr": [{"sentence_info": [{"text": HELLO, "spk": 0}, {"text": "停电了", "spk": 1} | MILLISECONDS]}],
    "aliyun": {
        "Result": {
            "Sentences": [
                {"Text": HELLO, "ChannelId": 1},
                {"Text": "停电了", "ChannelId": 0, "BeginTime": 1000, "EndTime": 2500},
            ]
        }
    },
    "tencent": {
        "ResultDetail": [
            {"FinalSentence": HELLO, "SpeakerId": 0},
            {"FinalSentence": "停电了", "SpeakerId": 1, "StartMs": 1000, "EndMs": 2500},
        ]
    },
}


@pytest.mark.parametrize("data", SHAPES.values(), ids=SHAPES)
def test_json_shapes(data: object) -> None:
    turns = read_transcript(json.dumps(data, ensure_ascii=False).encode())
    assert [turn.speaker for turn in turns] == ["agent", "citizen"]
    assert (turns[1].text, turns[1].start, turns[1].end) == ("停电了", 1.0, 2.5)


def test_json_with_the_speaker_as_key() -> None:
    assert sides('[{"citizen": "没水了"}, {"hot-line": "好的，记录了"}]') == [
        ("citizen", "没水了"),
        ("agent", "好的，记录了"),
    ]


SRT = """1
00:00:01,000 --> 00:00:03,000
坐席：您好

2
00:00:04.000 --> 00:00:0x,000
市民：没有暖气

3
室温十三度
"""


def test_srt_keeps_the_words_of_broken_time_lines() -> None:
    turns = read_transcript(SRT.encode())
    assert [(turn.speaker, turn.start, turn.text) for turn in turns] == [
        ("agent", 1.0, "您好"),
        ("citizen", None, "没有暖气"),
        ("citizen", None, "室温十三度"),
    ]


def test_vtt_with_notes_styles_identifiers_and_voices() -> None:
    text = (
        "\ufeffWEBVTT - 通话\n\nNOTE 内部\n说明\n\nSTYLE\n::cue {color: red}\n\n开头\n"
        "00:01.000 --> 00:02.000 align:start\n"
        "<v 坐席>您好</v>\n<v.loud 市民>楼上<i>漏水</i>了</v>\n\n00:02.500 --> 00:04.000\n天花板都湿了\n"
    )
    assert sides(text) == [("agent", "您好"), ("citizen", "楼上漏水了"), ("citizen", "天花板都湿了")]


def test_sbv() -> None:
    turns = read_transcript("0:00:01.000,0:00:02.500\n坐席：您好\n\n0:00:03.000,0:00:05.000\n市民：没电了\n".encode())
    assert [(turn.speaker, turn.end) for turn in turns] == [("agent", 2.5), ("citizen", 5.0)]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\x00\x01\x02\x03", "binary"),
        (b"PK\x03\x04rest", "binary"),
        (b"ID3\x03tone", "binary"),
        ("où étaient-ils passés, né à l'été".encode("latin-1"), "undecodable"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\nGood morning\n", "no_chinese"),
        ("Agent: hello\nCitizen: la lumière est cassée".encode(), "no_chinese"),
        ("话务员：\n市民：\n".encode(), "no_speech"),
        (b'{"turns": [{"speaker": "citizen"', "broken_json"),
        (b'{"turns": []}', "no_turns"),
        (b'{"turns": [{"speaker": "citizen"}]}', "bad_turn"),
        (b"[" * 100_000, "broken_json"),
        (b'[{"a":' * 20_000, "broken_json"),
        ("<html><body>没水了</body></html>".encode(), "markup"),
        (("没水了。" * 60_000).encode(), "too_long"),
    ],
)
def test_what_is_no_transcript_says_why(data: bytes, code: str) -> None:
    with pytest.raises(TranscriptError) as raised:
        read_transcript(data)
    assert raised.value.code == code
    assert code in SENTENCES


def test_a_file_cut_inside_a_character_is_still_read() -> None:
    assert read_transcript(TALK.encode()[:-4])[-1].text.startswith("和平区南湖街")


@given(st.binary(max_size=300))
def test_no_bytes_do_more_than_raise_a_transcript_error(data: bytes) -> None:
    try:
        assert read_transcript(data)
    except TranscriptError as problem:
        assert problem.code in SENTENCES


@given(st.text(alphabet="市民坐席：: \n[]{}\"'<>-,.0123456789没水了您好WEBVTT", max_size=120))
def test_no_text_does_more_than_raise_a_transcript_error(text: str) -> None:
    try:
        turns = read_transcript(text.encode())
        assert all(turn.text and turn.speaker in ("agent", "citizen", "unknown") for turn in turns)
    except TranscriptError as problem:
        assert problem.code in SENTENCES


def test_turns_of_the_api() -> None:
    body = [{"speaker": "agent", "text": " 您好 ", "start": 0, "end": 1}, {"speaker": "客户", "text": "没水了"}]
    assert turns_from_json(body) == [
        Turn("agent", "您好", 0.0, 1.0, "agent"),
        Turn("citizen", "没水了", None, None, "客户"),
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ([], "no_turns"),
        ([{"speaker": "agent"}], "bad_turn"),
        (["没水了"], "bad_turn"),
        ([{"text": " "}], "no_speech"),
        ([{"text": 3}], "bad_turn"),
    ],
)
def test_turns_of_the_api_are_checked(body: list, code: str) -> None:
    with pytest.raises(TranscriptError) as raised:
        turns_from_json(body)
    assert raised.value.code == code
