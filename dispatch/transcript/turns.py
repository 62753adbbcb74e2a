"""What every reader of transcripts gives: turns of a talk, or one clear reason why there are none."""

from dataclasses import dataclass

PROBLEMS = {
    "empty": "文件是空的，没有通话内容",
    "binary": "这不是文字记录（像是录音、图片或压缩文件），请上传通话的文字稿",
    "undecodable": "文字编码无法识别，请另存为 UTF-8 后再上传",
    "too_long": "文字稿过长（超过 {limit} 字），请按通话拆分后再上传",
    "broken_json": "JSON 文件不完整或格式有误，无法读取",
    "no_turns": "JSON 里没有找到通话内容（需要带 text 字段的发言列表）",
    "bad_turn": "第 {number} 条发言有误：需要文字字段 text",
    "markup": "这是网页或 XML 文件，请上传通话的文字稿",
    "no_speech": "文件里没有一句可用的通话内容",
    "no_matter": "没有听出要反映的事，请听录音后用表单登记",
    "no_chinese": "没有找到中文通话内容，目前只能识别中文文字稿",
}


@dataclass(frozen=True)
class Turn:
    """One utterance. `speaker`: agent, citizen or unknown; `start`, `end` in seconds from the beginning of the
    recording, None where not given; `label`: the speaker as the source called them."""

    speaker: str
    text: str
    start: float | None = None
    end: float | None = None
    label: str | None = None


class TranscriptError(Exception):
    """Nothing to read: `code` from PROBLEMS, `detail` the sentence for the user (Chinese, the message id)."""

    def __init__(self, code: str, **params: object) -> None:
        self.code, self.params = code, params
        self.detail = PROBLEMS[code].format(**params)
        super().__init__(self.detail)
