"""One call in every form in which a transcript may come: made by code, each as its vendor or tool writes it."""

import csv
import io
import json
import zipfile
from typing import Any

from openpyxl import Workbook

# side, words, begin and end in milliseconds
CALL: list[tuple[str, str, int, int]] = [
    ("agent", "您好，12345热线，请问有什么可以帮您？", 210, 3150),
    ("citizen", "我要反映一下，我们小区的下水道堵了三天了。", 3600, 7480),
    ("agent", "请问您在哪个区哪个街道？", 7900, 9800),
    ("citizen", "沈阳市和平区南湖街道文安路社区。", 10050, 13400),
]
WORDS = [words for _, words, _, _ in CALL]
SIDES = [side for side, _, _, _ in CALL]
NUMBER = {"agent": 0, "citizen": 1}
LABELS = {"agent": "坐席", "citizen": "市民"}


def dumped(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode()


def clock(ms: int, point: str = ",", hours: bool = True) -> str:
    rest = f"{ms // 60000 % 60:02d}:{ms // 1000 % 60:02d}{point}{ms % 1000:03d}"
    return f"{ms // 3600000:02d}:{rest}" if hours else rest


def plain() -> bytes:
    return "".join(f"{LABELS[side]}：{words}\n" for side, words, _, _ in CALL).encode()


def srt() -> bytes:
    cues = (
        f"{number}\r\n{clock(begin)} --> {clock(end)}\r\n{LABELS[side]}：{words}\r\n"
        for number, (side, words, begin, end) in enumerate(CALL, 1)
    )
    return "\r\n".join(cues).encode()


def vtt() -> bytes:
    cues = (
        f"{clock(begin, '.', False)} --> {clock(end, '.', False)} align:start\n<v {LABELS[side]}>{words}</v>\n"
        for side, words, begin, end in CALL
    )
    return ("\ufeffWEBVTT - 录音\n\nNOTE 双声道\n两行说明\n\n" + "\n".join(cues)).encode()


def sbv() -> bytes:
    cues = (
        f"{clock(begin, '.')[1:]},{clock(end, '.')[1:]}\n{LABELS[side]}：{words}\n" for side, words, begin, end in CALL
    )
    return "\n".join(cues).encode()


def whisper() -> bytes:
    """openai-whisper: seconds, no speakers, words that may carry their blank."""
    segments = [
        {"id": n, "seek": 0, "start": begin / 1000, "end": end / 1000, "text": words, "tokens": [50364, 2257]}
        | {"temperature": 0.0, "avg_logprob": -0.21, "compression_ratio": 0.9, "no_speech_prob": 0.03}
        | {"words": [{"word": words, "start": begin / 1000, "end": end / 1000, "probability": 0.98}]}
        for n, (_, words, begin, end) in enumerate(CALL)
    ]
    return dumped({"text": "".join(WORDS), "segments": segments, "language": "zh"})


def whisper_timestamped() -> bytes:
    segments = [
        {"id": n, "start": begin / 1000, "end": end / 1000, "text": words, "confidence": 0.94}
        | {"words": [{"text": words, "start": begin / 1000, "end": end / 1000, "confidence": 0.9}]}
        for n, (_, words, begin, end) in enumerate(CALL)
    ]
    return dumped({"text": "".join(WORDS), "segments": segments, "language": "chinese"})


def whisperx() -> bytes:
    """All in one segment without a speaker: characters with times and speakers, marks without times."""
    characters = [
        {"word": char, "start": begin / 1000, "end": end / 1000, "score": 0.8, "speaker": f"SPEAKER_0{NUMBER[side]}"}
        if char.isalnum()
        else {"word": char}
        for side, words, begin, end in CALL
        for char in words
    ]
    segment = {"start": 0.21, "end": 13.4, "text": "".join(WORDS), "words": characters}
    return dumped({"segments": [segment], "word_segments": characters, "language": "zh"})


def whisper_cpp() -> bytes:
    items = [
        {"timestamps": {"from": clock(begin), "to": clock(end)}, "offsets": {"from": begin, "to": end}, "text": words}
        for _, words, begin, end in CALL
    ]
    return dumped({"systeminfo": "", "result": {"language": "zh"}, "transcription": items})


def transformers() -> bytes:
    chunks = [{"timestamp": [begin / 1000, end / 1000], "text": words} for _, words, begin, end in CALL]
    return dumped({"text": "".join(WORDS), "chunks": chunks})


def funasr() -> bytes:
    sentences = [
        {"text": words, "start": begin, "end": end, "timestamp": [[begin, end]], "spk": NUMBER[side]}
        for side, words, begin, end in CALL
    ]
    return dumped([{"key": "call_1", "text": "".join(WORDS), "timestamp": [[210, 400]], "sentence_info": sentences}])


def funasr_websocket() -> bytes:
    """The time stamps are a string; the sentences have a blank between characters, their marks beside them."""
    sentences = [
        {"text_seg": " ".join(words[:-1]), "punc": words[-1], "start": begin, "end": end, "ts_list": [[begin, end]]}
        for _, words, begin, end in CALL
    ]
    message = {"mode": "offline", "wav_name": "call", "text": "".join(WORDS), "is_final": True}
    return dumped(message | {"timestamp": "[[210,400],[400,620]]", "stamp_sents": sentences})


def funasr_two_pass() -> bytes:
    """One message a line: guesses while somebody speaks, then the corrected sentence."""
    lines = []
    for _, words, begin, end in CALL:
        lines += [{"mode": "2pass-online", "text": words[:4], "is_final": False}]
        lines += [{"mode": "2pass-offline", "text": words, "is_final": False, "timestamp": f"[[{begin},{end}]]"}]
    return b"\n".join(map(dumped, lines))


def aliyun() -> bytes:
    """Channels one after the other, as its result lists them."""
    sentences = [
        {"ChannelId": NUMBER[side], "BeginTime": begin, "EndTime": end, "Text": words, "SpeechRate": 240}
        for side, words, begin, end in sorted(CALL)
    ]
    return dumped({"TaskId": "t", "StatusText": "SUCCESS", "StatusCode": 21050000, "Result": {"Sentences": sentences}})


def tingwu() -> bytes:
    paragraphs = [
        {
            "ParagraphId": str(begin),
            "SpeakerId": str(NUMBER[side] + 1),
            "Words": [
                {"Id": 10, "SentenceId": 1, "Start": begin, "End": begin + 500, "Text": words[:3]},
                {"Id": 20, "SentenceId": 1, "Start": begin + 500, "End": end, "Text": words[3:]},
            ],
        }
        for side, words, begin, end in CALL
    ]
    return dumped({"TaskId": "t", "Transcription": {"AudioInfo": {"Duration": 13400}, "Paragraphs": paragraphs}})


def model_studio() -> bytes:
    """One transcript for each channel; times in milliseconds."""
    channels = [
        {
            "channel_id": NUMBER[side],
            "text": "",
            "sentences": [
                {"begin_time": begin, "end_time": end, "text": words, "sentence_id": 1}
                for who, words, begin, end in CALL
                if who == side
            ],
        }
        for side in ("citizen", "agent")
    ]
    return dumped({"file_url": "", "properties": {"channels": [0, 1]}, "transcripts": channels})


def tencent_text() -> str:
    return "\n".join(
        f"[{b // 60000}:{b % 60000 / 1000:.3f},{e // 60000}:{e % 60000 / 1000:.3f},{NUMBER[side]}]  {words}"
        for side, words, b, e in CALL
    )


def tencent() -> bytes:
    details = [
        {"FinalSentence": words, "SliceSentence": " ".join(words), "StartMs": begin, "EndMs": end, "WordsNum": 2}
        | {"SpeakerId": NUMBER[side], "Words": [{"Word": words, "OffsetStartMs": 0, "OffsetEndMs": end - begin}]}
        for side, words, begin, end in CALL
    ]
    data = {"TaskId": 1, "StatusStr": "success", "Result": tencent_text(), "ResultDetail": details}
    return dumped({"Response": {"RequestId": "r", "Data": data}})


def tencent_without_details() -> bytes:
    return dumped({"Response": {"Data": {"Result": tencent_text(), "ResultDetail": None}}})


def best(side: str, words: str, begin: int, end: int) -> dict[str, Any]:
    """iFlytek's reading of one sentence: a word, its mark, and the end of the paragraph, which is no word."""
    parts = [(words[:-1], "n"), (words[-1], "p"), ("", "g")]
    tree = [{"ws": [{"cw": [{"w": word, "wp": kind, "wc": "0.0"}], "wb": 1, "we": 9} for word, kind in parts]}]
    return {"st": {"sc": "0.0", "pa": "0", "rt": tree, "bg": str(begin), "ed": str(end), "rl": str(NUMBER[side] + 1)}}


def iflytek() -> bytes:
    """JSON inside a string inside JSON inside a string."""
    lattice = [{"json_1best": json.dumps(best(*sentence), ensure_ascii=False)} for sentence in CALL]
    result = json.dumps({"lattice": lattice, "lattice2": [{"json_1best": best(*one)} for one in CALL]})
    content = {"orderInfo": {"orderId": "DK1", "status": 4}, "orderResult": result}
    return dumped({"code": "000000", "descInfo": "success", "content": content})


def iflytek_as_spoken() -> bytes:
    lattice = [{"lid": "0", "json_1best": best(*one), "spk": f"段落-{NUMBER[one[0]]}"} for one in CALL]
    return dumped({"content": {"orderResult": json.dumps({"lattice": [], "lattice2": lattice})}})


def iflytek_old() -> bytes:
    sentences = [
        {"bg": str(begin), "ed": str(end), "onebest": words, "speaker": str(NUMBER[side] + 1)}
        for side, words, begin, end in CALL
    ]
    return dumped({"ok": 0, "err_no": 0, "failed": None, "data": json.dumps(sentences, ensure_ascii=False)})


def volcengine() -> bytes:
    items = [
        {"text": words, "start_time": begin, "end_time": end, "additions": {"speaker": str(NUMBER[side] + 1)}}
        for side, words, begin, end in CALL
    ]
    return dumped({"resp": {}, "result": [{"text": "".join(WORDS), "utterances": items}]})


def session() -> bytes:
    return dumped([{"hot-line" if side == "agent" else "citizen": words} for side, words, _, _ in CALL])


def session_pairs() -> bytes:
    pairs = zip(WORDS[::2], WORDS[1::2], strict=True)
    return dumped([{"hot-line": asked, "citizen": told} for asked, told in pairs])


def ours() -> bytes:
    turns = [{"speaker": side, "text": words, "start": b / 1000, "end": e / 1000} for side, words, b, e in CALL]
    return dumped({"turns": turns})


def table(*rows: list[Any], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


ROWS: list[list[Any]] = [
    ["通话编号", "来电号码", "来电时间", "通话内容"],
    ["A1", "13812345678", "2026-03-02 09:15:00", plain().decode()],
    ["A2", "02423456789", "2026/3/2 10:01", "我家住大东区，楼道没灯，没人管。"],
]
UTTERANCES: list[list[Any]] = [
    ["说话人", "开始时间", "内容"],
    *([LABELS[side], begin / 1000, words] for side, words, begin, _ in CALL),
]


def workbook(rows: list[list[Any]] = ROWS, title: str = "来电") -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


# All of these are the call above, with both sides told apart ...
WITH_SIDES: dict[str, bytes] = {
    make.__name__: make()
    for make in (
        *(plain, srt, vtt, sbv, whisperx, funasr, aliyun, tingwu, model_studio, tencent, tencent_without_details),
        *(iflytek, iflytek_as_spoken, iflytek_old, volcengine, session, session_pairs, ours),
    )
} | {"tencent_saved": tencent_text().encode(), "utterances": table(*UTTERANCES)}
# ... or without anything that says who speaks.
WITHOUT_SIDES: dict[str, bytes] = {
    make.__name__: make()
    for make in (whisper, whisper_timestamped, whisper_cpp, transformers, funasr_websocket, funasr_two_pass)
}
WITHOUT_TIMES = {"plain", "session", "session_pairs"}
