"""What recognisers make up of silence, music and noise: phantom lines, and the same words again and again."""

import csv
import re
from functools import cache
from pathlib import Path

from dispatch.transcript.turns import Talk, Turn

LEXICON = Path(__file__).resolve().parents[2] / "geodata" / "lexicon" / "phantoms.csv"
ASK = "ask_recording"
SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?\n]*")
MARKS = re.compile(r"[\s，,。.、！!？?；;：:·~～…\"'“”‘’《》()（）\[\]【】*♪#-]+")
LONGEST_NOISE = 60  # characters
NOISE_START = "[(（【*♪<"
NOISE = re.compile(
    r"[\s]*[\[(（【*♪<]+\s*(?:音乐|背景音乐?|掌声|笑声|静音|无声|沉默|噪[音声]|杂音|铃声|彩铃|忙音|哭声|咳嗽声?|music|applause|laughter|silence"
    r"|noise|blank_audio|inaudible|ringing|speaking foreign language)?\s*[\])）】*♪>]+[\s。.]*",
    re.I,
)
# A loop: six times and more without a break, longer than anybody says a thing again in anger.
LONGEST_UNIT, PROBE = 30, 8  # characters
LOOP = re.compile(rf"(.{{2,{LONGEST_UNIT}}}?)(?:[\s，,。.、！!？?]{{0,3}}\1){{5,}}", re.S)
LEAST_HUM = 15  # characters
HUM = re.compile(rf"([^\s\d])\1{{{LEAST_HUM - 1},}}")
LEAST_LOOP = 24  # characters
LONGEST_CYCLE = 3  # turns
CYCLES, CYCLES_OF_SHORT = 4, 8  # how often turns come again before they are a loop
SHORT = 6  # characters of a cycle
# Said again and again by people and by queues: no sign of a broken recording.
USUAL = re.compile(
    r"(?:嗯|对|好|是|喂|啊|哦|行|呃|哎|你好|您好|能听到吗|听得到吗|听得见吗|的|吗|呀)+|.*(?:请稍[候等]|正忙|排队|请不要挂|请按|可能会?被录音).*"
)


def without_phantoms(talk: Talk) -> Talk:
    """The talk without what nobody said; where anything but marks of noise was taken out, with a doubt."""
    doubtful = False
    kept: list[Turn] = []
    for turn in talk.turns:
        text, made_up = real_words(turn.text)
        doubtful |= made_up
        if text:
            kept.append(turn if text == turn.text else Turn(turn.speaker, text, turn.start, turn.end, turn.label))
    kept, looped = without_cycles(kept)
    return Talk(kept, tuple(dict.fromkeys((*talk.doubts, ASK)))) if doubtful or looped else Talk(kept, talk.doubts)


def real_words(text: str) -> tuple[str, bool]:
    """(what remains, whether something was made up)."""
    if text[0] in NOISE_START and len(text) <= LONGEST_NOISE and NOISE.fullmatch(text):
        return "", False
    sentences = SENTENCE.findall(text)
    real = [sentence for sentence in sentences if not is_phantom(sentence)]
    made_up = len(real) < len(sentences)
    kept = "".join(real).strip() if made_up else text
    short = HUM.sub(r"\1", kept) if len(kept) > LEAST_HUM else kept
    short = LOOP.sub(once, short) if may_loop(short) else short
    return short, made_up or (short != kept and not USUAL.fullmatch(MARKS.sub("", kept)))


def may_loop(text: str) -> bool:
    """Whether the same eight characters stand twice close together: they do in every loop, and it is quickly seen."""
    starts = range(0, len(text) - PROBE, PROBE)
    return len(text) >= LEAST_LOOP and any(
        text.find(text[at : at + PROBE], at + 1, at + LONGEST_UNIT + 2 * PROBE) > 0 for at in starts
    )


def once(found: re.Match[str]) -> str:
    return found[1] if len(found[0]) >= LEAST_LOOP else found[0]


def is_phantom(sentence: str) -> bool:
    return bool(phantoms().fullmatch(MARKS.sub("", sentence).lower()))


@cache
def phantoms() -> re.Pattern[str]:
    """One pattern of all lines of the lexicon; they are matched against a whole sentence without marks, lower case."""
    with LEXICON.open(encoding="utf-8", newline="") as file:
        return re.compile("|".join(f"(?:{row['pattern']})" for row in csv.DictReader(file)))


def without_cycles(turns: list[Turn]) -> tuple[list[Turn], bool]:
    """One, two or three turns that come again and again are kept once; true where that was no usual phrase."""
    words = [(MARKS.sub("", turn.text), turn.label) for turn in turns]
    if len(set(words)) == len(words):
        return turns, False
    kept: list[Turn] = []
    looped, at = False, 0
    while at < len(turns):
        length, times = cycle_at(words, at)
        kept += turns[at : at + length]
        looped |= times > 1 and not all(USUAL.fullmatch(word) for word, _ in words[at : at + length])
        at += length * times
    return kept, looped


def cycle_at(words: list[tuple[str, str | None]], at: int) -> tuple[int, int]:
    """(turns, times) of the shortest cycle that begins here; (1, 1) where there is none."""
    for length in range(1, LONGEST_CYCLE + 1):
        cycle, times = words[at : at + length], 1
        while words[at + times * length : at + (times + 1) * length] == cycle:
            times += 1
        least = CYCLES_OF_SHORT if sum(len(word) for word, _ in cycle) < SHORT else CYCLES
        if times >= least and len(cycle) == length:
            return length, times
    return 1, 1
