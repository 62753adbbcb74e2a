"""Whether a talk is in Chinese; in a mixed one, whether enough of it is."""

import re

HAN = re.compile("[\u3400-\u9fff]")
KANA = re.compile("[\u3041-\u30fa\uff66-\uff9d]")
HANGUL = re.compile("[\u1100-\u11ff\uac00-\ud7a3]")
WORDS = re.compile(r"[^\W\d_\u1100-\u11ff\u3041-\u30fa\u3400-\u9fff\uac00-\ud7a3\uff66-\uff9d]{2,}")  # of an alphabet
LEAST_HAN = 2
LEAST_SHARE = 0.2  # of what is said, a word of an alphabet counting as one character
JAPANESE = 3  # kana in an utterance: its Chinese characters are Japanese (one is a shop's sign, such as 优の品)


def is_chinese(texts: list[str]) -> bool:
    """`texts`: the utterances of one talk."""
    whole = " ".join(texts)
    other = len(HANGUL.findall(whole)) + len(WORDS.findall(whole))
    if KANA.search(whole):
        japanese = [text for text in texts if len(KANA.findall(text)) >= JAPANESE]
        other += len(KANA.findall(whole)) + len(HAN.findall("".join(japanese)))
        texts = [text for text in texts if text not in japanese]
    han = len(HAN.findall("".join(texts)))
    return han >= LEAST_HAN and han >= LEAST_SHARE * (han + other)
