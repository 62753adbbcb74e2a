"""Bytes of a file to text: which encoding, or why it is none."""

import re

from dispatch.transcript.turns import TranscriptError

MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
BINARY = (
    *(b"PK\x03\x04", b"%PDF", b"ID3", b"RIFF", b"\xff\xd8\xff", b"\x89PNG", b"OggS", b"fLaC", b"MZ", b"GIF8"),
    *(b"\x1f\x8b", b"\xff\xfb", b"#!AMR", b"\x1aE\xdf\xa3", b"\xd0\xcf\x11\xe0", b"Rar!", b"7z\xbc\xaf"),
)
CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
DAMAGED_SHARE = 0.02  # of the characters: a file cut in the middle of one, not another encoding
COMMON_SHARE = 0.7  # of the Chinese characters: in true GBK nearly all are among the 6,763 of GB 2312


def decode(data: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 or GB 18030, with or without byte order mark, its lines ended by line feeds;
    raises TranscriptError."""
    return _text(data).replace("\r\n", "\n").replace("\r", "\n")


def _text(data: bytes) -> str:
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise TranscriptError("empty")
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _clean(data.decode(encoding, errors="replace"))
    if data.startswith(BINARY) or data[4:8] == b"ftyp":
        raise TranscriptError("binary")
    if b"\x00" in data:
        return _wide(data)
    return _narrow(data)


def _wide(data: bytes) -> str:
    for encoding in ("utf-16-le", "utf-16-be"):
        text = data.decode(encoding, errors="replace")
        if _plausible(text) and not CONTROLS.search(text):
            return text
    raise TranscriptError("binary")


def _narrow(data: bytes) -> str:
    for encoding, errors in (("utf-8", "strict"), ("gb18030", "strict"), ("utf-8", "replace"), ("gb18030", "replace")):
        try:
            text = data.decode(encoding, errors=errors)
        except UnicodeDecodeError:
            continue
        if (encoding == "utf-8" and errors == "strict") or _plausible(text):
            return _clean(text)
    raise TranscriptError("undecodable")


def _plausible(text: str) -> bool:
    strange = text.count("\ufffd") + sum("\ue000" <= char <= "\uf8ff" for char in text)
    if strange > DAMAGED_SHARE * len(text):
        return False
    chinese = [char for char in text if "\u3400" <= char <= "\u9fff"]
    common = sum(len(char.encode("gb2312", errors="ignore")) == 2 for char in chinese)
    return bool(chinese) and common >= COMMON_SHARE * len(chinese)


def _clean(text: str) -> str:
    """Without stray control characters; a text full of them is none."""
    kept = CONTROLS.sub("", text)
    if len(text) - len(kept) > DAMAGED_SHARE * len(text) + 1:
        raise TranscriptError("binary")
    return kept.lstrip("\ufeff").rstrip("\ufffd")
