"""What it is about: the sentence that states the matter, readable by itself, and its category."""

import re
from functools import lru_cache

from dispatch.classifier.judge import Judge
from dispatch.classify import CategoryGuess, Taxonomy, classify
from dispatch.transcript.reading import Guess, Span, from_citizen
from dispatch.transcript.turns import Turn
from dispatch.transcript.urgency import EMERGENCY, URGENT, happening, is_now

SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]*")
CLAUSE = re.compile(r"[^，,]+[，,]*")
WORDS = (
    "喂|你好|您好|诶|哎呀妈呀|哎呀|哎|唉|对(?!面|于|我|不起)|是的|没错|就那儿|嗯|呃|啊|哦|有(?=[，,])|行(?=[，,])|好的?(?=[，,])|那啥|那个(?=[，,、])|这个(?=[，,、])|就是说?(?=[，,、])|就是说|就是(?!不|没)"
    "|同志|姑娘|小伙子|领导|麻烦(?!你们?给)|是这样(?:的|子)?|是这么回事|没事(?!儿)|快点来人吧?|先说"
)
LISTS = (
    "第[一二三四五](?:个|件|点|项|条)?(?:问题|事[情儿]?)?(?:就?是(?:说)?|呢)?|头一个(?:事[情儿]?|问题)?(?:就?是)?|首先(?:是)?|其次(?:是)?|[一二三四五]是(?=[^，。]{2})"
    "|(?:另外|还有|再有|再|最后)?[，,]?(?:还有)?(?:一|另一|再一|另外一)(?:个|件)(?:事[情儿]?|问题)?(?:就?是)|(?:还有|另外|再有)[，,]?(?:一|另一)?(?:个|件)(?:事[情儿]?|问题)(?:就?是)?"
    "|另外|再一个(?:就?是)?|再(?:就)?是|还有(?:就是)?(?!人|的人|几|多|点|没)|再有(?:就是)?|对了|顺便(?:再)?(?=[^问反])"
    "|(?:我)?(?:想|要|就|来)?(?:跟你们?|给你们?)?(?:反映|说|反应|有|讲|咨询)[^，。！？]{0,3}(?:[两二三四五几俩仨]|好几)(?:个|件|样)?(?:问题|事[情儿]?|情况)"
)
NOISE = re.compile(
    rf"(?:(?:{WORDS}|{LISTS})[，,。、！!…：:\s]*)+"
    r"|我?(?:想|要|是)?(?:来)?(?:跟你们?|给你们?|向你们?)?(?:反映|说|反应)(?:一?个|一下|一件|点儿?)?(?:问题|情况|事[情儿]?)?(?:啊|吧|呗)?[，,：:、\s]+"
)
FILLERS = re.compile(
    r"(?<=[，,。])(?:嗯|呃|啊|哦|那啥|就是说|完了|你说)[，,、]+|[嗯呃]+[，,、]*|那啥[，,]?|哎呀妈呀[，,]?"
)
IDENTITY = re.compile(
    r"(?<!同)姓(?!氏)|身份证号?(?:码)?是|我叫|本人叫|(?:电话|手机|号码|联系方式)(?:号码?)?(?:是|就是|：|:|\s*\d)|打这个号|\d{7,}|谢谢|再见|拜拜|没有了|没别的|保密|匿名|千万别"
)
WISH = re.compile("举报|投诉|表扬")
STATES = re.compile(
    "坏|丢|没(?!有了|事|别的|错|关系)|不(?!是|对|用|客气|好意思)|漏|堵|臭|吵|噪|扰|破|断|停|占|违|乱|脏|埋汰|塌|危险|拖欠|欠|冷|冻|黑|偷|骗|差|掉|倒|冒|着火|淹"
    "|灭|困|关着|涨|过期|咬|排|灌|反锁|堆|烧|摔|撞|爆|少|小|大|满|多|返水|扯|酸|呛|响|轰|打桩|施工"
    "|投诉|举报|咨询|建议|表扬|感谢你们|感谢他|求助|怎么办理?|怎么(?!称呼)|咋|如何|是否|能不能|什么时候|需要什么|啥|哪|材料|手续|政策|希望|要求|请求|问一下|打听"
)
WRONG_NUMBER = re.compile("(?:打|拨|点|按)错|打错|要打的是|测试电话|没事了|不用了|不反映了|整明白了")
NUMBERS = re.compile(
    r"[，,]?(?:我的?)?(?:联系)?(?:电话|手机|号码)?(?:号码?)?是?[:：]?\s*(?:\d[\d\s-]{6,}\d|[幺一二两三四五六七八九零洞拐勾〇]{7,})(?:谢谢)?"
)
SHORT = 30  # characters
LONGEST = 120  # characters of a description of one sentence


def find_matter(turns: list[Turn], taxonomy: Taxonomy) -> Guess | None:
    """The sentence in which the citizen states the matter, without greetings and numbers; None if there is none."""
    best, said = 0.0, list[Span]()
    for number, turn in from_citizen(turns):
        if len(turn.text) < SHORT and WRONG_NUMBER.search(turn.text):
            continue
        weighed = [(_weight(span.text, taxonomy), span) for span in _sentences(number, turn.text)]
        for at, (weight, _) in enumerate(weighed):
            if weight > best:
                best, said = weight, _with_what_follows(weighed[at:])
    if not said:
        return None
    return Guess(readable(said), round(min(0.95, 0.5 + best / 12), 2), said)


def readable(spans: list[Span]) -> str:
    """The words as one line: without numbers and hums, and no longer than LONGEST."""
    text = "，".join(span.text.rstrip("，,。！!；; ") for span in spans)
    text = FILLERS.sub("", NUMBERS.sub("", text)).strip("，,、 ")
    if len(text) <= LONGEST:
        return text
    cut = max(text.rfind("，", 0, LONGEST), text.rfind(",", 0, LONGEST))
    return text[: cut if cut > LONGEST // 2 else LONGEST]


def states_something(text: str, taxonomy: Taxonomy) -> bool:
    """Whether the words state a matter at all."""
    return any(_weight(span.text, taxonomy) > 0 for span in _sentences(0, text))


def _with_what_follows(weighed: list[tuple[float, Span]]) -> list[Span]:
    """A short sentence takes along those after it that state something too: 停电了！电梯里困着人！"""
    said = [weighed[0][1]]
    for weight, span in weighed[1:]:
        if weight <= 0 or sum(len(one.text) for one in said) >= SHORT:
            break
        said.append(span)
    return said


def _sentences(number: int, text: str) -> list[Span]:
    spans = []
    for found in SENTENCE.finditer(text):
        start, end = found.span()
        while noise := NOISE.match(text, start, end):
            start = noise.end()
        start, end = _without_identity(text, start, end)
        while noise := NOISE.match(text, start, end):
            start = noise.end()
        words = text[start:end].rstrip("，,。 ")
        if len(words) >= 2:
            spans.append(Span(number, start, start + len(words), words))
    return spans


def _without_identity(text: str, start: int, end: int) -> tuple[int, int]:
    """Without the clauses at both ends that give name or number instead of the matter."""
    clauses = [found.span() for found in CLAUSE.finditer(text, start, end)]
    while len(clauses) > 1 and IDENTITY.search(text, *clauses[0]) and not WISH.search(text, *clauses[0]):
        clauses.pop(0)
    while len(clauses) > 1 and IDENTITY.search(text, *clauses[-1]):
        clauses.pop()
    return (clauses[0][0], clauses[-1][1]) if clauses else (start, end)


@lru_cache(maxsize=256)  # the same sentence is weighed where matters are parted and where one is stated
def _weight(sentence: str, taxonomy: Taxonomy) -> float:
    states = min(len(STATES.findall(sentence)), 3)
    guesses = classify(sentence, taxonomy)
    topic = min(guesses[0].score, 6.0) if guesses else 0.0
    if not states and topic < 2:
        return 0.0
    grave = 6.0 if happening([Turn("citizen", sentence)], EMERGENCY) else 0.0
    return grave + topic * (1.0 if states else 0.5) + 1.5 * states - (4.0 if IDENTITY.search(sentence) else 0.0)


def find_categories(turns: list[Turn], matter: Guess | None, judge: Judge) -> list[Guess]:
    """By the matter's own words, else by all that the citizen says; none where it stays a tie, two where what was
    learned contradicts the lexicon."""
    if matter is None:
        return []
    span = matter.spans[0]
    if found := judge.guesses(as_it_is(span.text)):
        return [Guess(one.code, one.confidence, _words(one, span.turn, span.start)) for one in found]
    said = "\n".join(as_it_is(turn.text) for _, turn in from_citizen(turns))
    return [Guess(one.code, round(one.confidence * 0.8, 2), [span]) for one in judge.guesses(said)]


def as_it_is(text: str) -> str:
    """The text with outages and emergencies blanked that are denied or only feared; offsets hold."""
    for pattern in (EMERGENCY, URGENT):
        gone = [found.span() for found in pattern.finditer(text) if not is_now(text, *found.span())]
        for start, end in gone:
            text = text[:start] + " " * (end - start) + text[end:]
    return text


def _words(guess: CategoryGuess, turn: int, offset: int) -> list[Span]:
    return [Span(turn, offset + start, offset + end, text) for start, end, text in guess.words]
