"""The same call as every recogniser writes it: the same words, the same sides, the same seconds."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.transcript import TranscriptError, Turn, calls_in, read_transcript
from dispatch.transcript.words import glued, tidy
from tests.transcripts import CALL, SIDES, WITH_SIDES, WITHOUT_SIDES, WITHOUT_TIMES, WORDS, dumped, whisperx

HELLO = "您好，请问有什么可以帮您"


def read(data: object) -> list[Turn]:
    return read_transcript(dumped(data))


def read_file(data: bytes) -> list[Turn]:
    """The turns of a file that holds one call."""
    (call,) = calls_in(data, "file")
    assert call.error is None and call.doubts == ()
    return call.turns


@pytest.mark.parametrize("name", WITH_SIDES)
def test_the_same_call_with_its_sides(name):
    turns = read_file(WITH_SIDES[name])
    assert [turn.text for turn in turns] == WORDS
    assert [turn.speaker for turn in turns] == SIDES


@pytest.mark.parametrize("name", WITHOUT_SIDES)
def test_the_same_call_where_only_the_words_tell_the_sides(name):
    turns = read_file(WITHOUT_SIDES[name])
    assert [turn.text for turn in turns] == WORDS
    assert [turn.speaker for turn in turns] == SIDES


@pytest.mark.parametrize("name", sorted((WITH_SIDES | WITHOUT_SIDES).keys() - WITHOUT_TIMES))
def test_times_are_seconds(name):
    turns = read_file((WITH_SIDES | WITHOUT_SIDES)[name])
    assert [turn.start for turn in turns] == [begin / 1000 for _, _, begin, _ in CALL]
    ends = {turn.end for turn in turns}
    assert ends == {None} if name == "utterances" else ends == {end / 1000 for _, _, _, end in CALL}


def test_a_usual_call_is_read_well_below_a_millisecond():
    """Of 20 turns; the fastest of several, so that a busy machine does not matter."""
    for name, data in (WITH_SIDES | WITHOUT_SIDES).items():
        if name == "whisperx":  # one entry for each character: measured by characters, not by turns
            continue
        taken = []
        for _ in range(20):
            began = time.perf_counter()
            read_file(data)
            taken.append(time.perf_counter() - began)
        assert min(taken) * 5 < 0.005, name


def test_a_slip_of_one_character_is_no_turn():
    data = json.loads(whisperx())
    characters = data["segments"][0]["words"]
    characters[3]["speaker"] = "SPEAKER_01"
    assert [turn.text for turn in read(data)] == WORDS


def test_words_tell_the_speaker_of_a_segment_without_one():
    segments = [
        {"text": HELLO, "words": [{"word": HELLO, "speaker": "SPEAKER_01"}]},
        {"text": "停电了", "words": [{"word": "停电", "speaker": "SPEAKER_00"}, {"word": "了"}]},
    ]
    assert [(turn.speaker, turn.label) for turn in read({"segments": segments})] == [
        ("agent", "SPEAKER_01"),
        ("citizen", "SPEAKER_00"),
    ]


def test_live_pieces_are_joined_where_nothing_was_corrected():
    pieces = [{"mode": "online", "text": text} for text in ("我家", "楼下", "路灯不亮")]
    assert [turn.text for turn in read(pieces)] == ["我家楼下路灯不亮"]


def test_spoken_order_is_kept_where_there_is_no_candidate_for_a_word():
    item = {"json_1best": {"st": {"bg": "x", "ed": None, "rt": [{"ws": [{"cw": []}, {"cw": [{"w": "停水了"}]}]}]}}}
    assert [(turn.text, turn.start, turn.end) for turn in read({"lattice": [item, {"json_1best": "{"}, 3]})] == [
        ("停水了", None, None)
    ]


def test_tags_of_a_recogniser_are_no_words():
    data = [{"key": "a", "text": "<|zh|><|NEUTRAL|><|Speech|><|withitn|>我家停水三天了。"}]
    assert [turn.text for turn in read(data)] == ["我家停水三天了。"]


def test_several_recordings_in_one_file_are_not_one_talk():
    one = [{"key": "a", "text": "我家停水了"}, {"key": "b", "text": "路灯不亮"}]
    assert [turn.text for turn in read(one)] == ["我家停水了", "路灯不亮"]


@pytest.mark.parametrize("speaker", [None, True, [], {}, 0, 1.5, "", "坐席" * 100])
def test_any_value_may_stand_for_a_speaker(speaker):
    turns = read({"segments": [{"text": "停电了", "speaker": speaker}]})
    assert turns[0].text == "停电了" and len(turns[0].label or "") <= 60


@pytest.mark.parametrize(
    ("times", "wanted"),
    [
        ({"start": "0.5", "end": "2"}, (0.5, 2.0)),
        ({"start": "00:00:01,500", "end": "00:01:02.25"}, (1.5, 62.25)),
        ({"start": -1, "end": float("nan")}, (None, None)),
        ({"start": 1e300, "end": float("inf")}, (None, None)),
        ({"start": True, "end": []}, (None, None)),
        ({"start_ms": 1500, "end_ms": "2500"}, (1.5, 2.5)),
        ({"start_time": "1.5", "end_time": "2.25"}, (1.5, 2.25)),
        ({"timestamp": [0.5, None]}, (0.5, None)),
        ({"timestamp": "[[0.5, 1], [1, 2]]"}, (0.5, 2.0)),
        ({"timestamp": "[[0.5, 1], [1, 2"}, (None, None)),
        ({"start": 1_772_413_200_000, "end": 1_772_413_201_000}, (None, None)),
    ],
)
def test_times_of_all_kinds(times, wanted):
    turn = read({"segments": [{"text": "没有暖气了"} | times]})[0]
    assert (turn.start, turn.end) == wanted


@pytest.mark.parametrize(("unit", "key"), [(1000, "messages"), (1, "messages"), (1000, "dialogue"), (1, "dialogue")])
def test_the_pace_of_speech_tells_the_unit(unit, key):
    items = [{"text": words, "start": begin * unit // 1000, "end": end * unit // 1000} for _, words, begin, end in CALL]
    assert read({key: items})[3].start == pytest.approx(10, abs=0.1)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"segments": []}, "no_speech"),
        ({"text": "", "segments": [], "language": "zh"}, "no_speech"),
        ({"segments": [{"text": "  "}, {"text": None}, 3]}, "no_speech"),
        ({"Result": {"Sentences": []}}, "no_speech"),
        ({"Result": "", "ResultDetail": None}, "no_turns"),
        ({"content": {"orderResult": "{broken"}}, "no_turns"),
        ({"a": {"b": 1}}, "no_turns"),
        ([], "no_turns"),
        ([[], []], "no_speech"),
        ([{"a": 1}], "bad_turn"),
        ({"segments": [{"text": "こんにちは、水が止まりました。助けてください"}]}, "no_chinese"),
        ({"segments": [{"text": "전기가 끊겼어요 도와주세요 中國"}]}, "no_chinese"),
        ({"segments": [{"text": "The street light in 和平 is broken, nobody has come for a week"}]}, "no_chinese"),
    ],
)  # fmt: skip
def test_a_result_without_speech_says_why(data, code):
    with pytest.raises(TranscriptError) as raised:
        read(data)
    assert raised.value.code == code


def test_a_text_beside_no_segments_is_read():
    assert [turn.text for turn in read({"text": "我家停水了", "segments": []})] == ["我家停水了"]


@pytest.mark.parametrize("depth", [1, 3, 4])
def test_a_result_is_found_inside_its_wrappers_and_strings(depth):
    data: object = {"segments": [{"text": "我家停水了"}]}
    for _ in range(depth):
        data = {"data": json.dumps(data)}
    assert [turn.text for turn in read(data)] == ["我家停水了"]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["我", "家", "停", "水"], "我家停水"),
        (["用", " WiFi", " 和", "APP"], "用 WiFi 和APP"),
        (["hello", "world"], "hello world"),
        (["1", "3", "8"], "138"),
        (["我家", " ，", "停水"], "我家，停水"),
    ],
)
def test_words_are_glued_as_they_are_written(words, text):
    assert glued(words) == text


def test_blanks_between_characters_go_and_blanks_between_phrases_stay():
    assert tidy("正 是 因 为 停 水") == "正是因为停水"
    assert tidy("我家停水了 三天了 没人管") == "我家停水了 三天了 没人管"


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from([*WORDS, "0.5", "[[1,2]]", "{", ""])
keys = st.sampled_from(
    [
        *("segments", "words", "word", "text", "speaker", "start", "end", "Result", "Sentences", "data", "lattice"),
        *("json_1best", "st", "rt", "ws", "cw", "w", "sentence_info", "stamp_sents", "mode", "timestamp", "Words"),
        *("transcripts", "sentences", "offsets", "additions", "result", "citizen", "key", "turns", "ResultDetail"),
    ]
)
shapes = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner), max_leaves=30)


@given(shapes)
def test_no_json_does_more_than_raise_a_transcript_error(data):
    try:
        turns = read(data)
    except TranscriptError:
        return
    assert all(turn.text and turn.speaker in ("agent", "citizen", "unknown") for turn in turns)
    assert all(time is None or 0 <= time < 1e6 for turn in turns for time in (turn.start, turn.end))
