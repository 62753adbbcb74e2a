"""Transcripts: whatever the bytes, calls_in gives calls, each with turns or with an error that has a sentence."""

from app.sentences import QUESTIONS, SENTENCES
from dispatch.transcript import TranscriptError, calls_in, read_transcript
from tests.transcripts import ROWS, WITH_SIDES, WITHOUT_SIDES, packed, plain, srt, table, workbook

SEEDS = [
    *WITH_SIDES.values(),
    *WITHOUT_SIDES.values(),
    table(*ROWS),
    table(*ROWS, delimiter="\t", encoding="gb18030"),
    workbook(),
    packed({"a.txt": plain(), "二.srt": srt(), "list.csv": table(*ROWS)}),
    packed({"book.xlsx": workbook(), "inner.zip": packed({"a.txt": plain()})}),
    ("请订阅我的频道。" * 3 + "谢谢观看。" * 30).encode(),
]
ALLOWED = (TranscriptError,)


def run(data: bytes) -> None:
    calls = list(calls_in(data, "fuzz"))
    assert calls
    for call in calls:
        assert call.source.endswith("fuzz") or "fuzz/" in call.source
        assert (call.error is None) == bool(call.turns)
        assert call.error is None or call.error.code in SENTENCES
        assert all(code in QUESTIONS for code in call.doubts)
        assert all(turn.text.strip() and turn.speaker in ("agent", "citizen", "unknown") for turn in call.turns)
        assert all(not isinstance(value, float) for value in call.fields.values())
        assert len(call.digest) == 64
    assert read_transcript(data)
