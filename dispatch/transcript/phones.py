"""The caller's telephone number: written, dictated in Chinese digits, also in pieces with the agent's echo between."""

import re
from typing import NamedTuple

from dispatch.transcript.reading import AGREEMENT, Guess, Span, agent_before
from dispatch.transcript.turns import Turn

DIGITS = dict(zip("0123456789〇零洞幺一二两三四五六七八九拐勾", "012345678900011223456789" + "79", strict=True))
DIGITS |= {chr(0xFF10 + digit): str(digit) for digit in range(10)}  # full width
TIMES = {"双": 2, "两个": 2, "俩": 2, "三个": 3, "仨": 3, "四个": 4, "五个": 5, "2个": 2, "3个": 3, "4个": 4}
DIGIT = "[0-9０-９〇零洞幺一二两三四五六七八九拐勾]"
REPEAT = f"(?P<times>{'|'.join(TIMES)})(?P<digit>{DIGIT})"
ATOM = f"(?:(?:{'|'.join(TIMES)})(?={DIGIT}))?{DIGIT}"
FILLER = r"[\s\-—－.,，.、…~（）()]|[呃嗯啊哦](?=[\s，,、…]*" + DIGIT + ")"
RUN = re.compile(rf"{ATOM}(?:(?:{FILLER}){{0,4}}{ATOM})*")
REPEATED = re.compile(REPEAT)
PART = re.compile("[^，,。、]+")
MOBILE = re.compile(r"(?:0?0?86)?(1[3-9]\d{9})")
LANDLINE = re.compile(r"0(?:10|2\d|[3-9]\d{2})[2-9]\d{6,7}")
LOCAL = re.compile(r"[2-9]\d{6,7}")
BEGINS = re.compile(r"1(?:[3-9]\d*)?|0\d*")
LONGEST = 12  # digits: a landline with its area code

OWN = re.compile(
    "(?:我|本人|咱|俺)的?.{0,6}(?:电话|手机|号码|联系方式|号)|(?:电话|手机|号码|联系方式)(?:号码?)?(?:是|就是|：|:)?|打我|联系我"
)
OTHERS = re.compile(
    "(?:他|她|对方|物业|老板|房东|商家|店家|公司|单位|中介|骗子|司机|车主|邻居|经理|客服|居委会|社区|派出所|快递员?|师傅|工头|学校|医院|供热|热力|自来水|燃气|村里|村长|主任|书记"
    "|(?:我|俺)(?:儿子|女儿|姑娘|妈|爸|爹|老伴|媳妇|对象|爱人|丈夫|妻子))(?!.{0,6}我的?(?:电话|手机))[^，。]{0,6}(?:电话|手机|号码|号|联系方式|打)"
)
NO_PHONE = re.compile(
    "身份证|银行卡|卡号|账号|帐号|户号|用户号|订单|单号|工单|运单|编号|工号|车牌|发票|房号|合同号|学号|社保号|医保号|案号|邮编|验证码"
)
ASKED = re.compile("电话|手机|号码|联系方式|怎么联系")
SAME = re.compile(
    "(?:就|用|打|留)(?:是|这个|现在|来电|打过来|本机).{0,6}(?:号|电话|手机)|(?:这个|现在这个|来电|本机)(?:号码?|电话|手机)(?:就行|就可以|可以|吧)?"
)
TAKEN_BACK = re.compile("不对|错了|说错|等等|重(?:新)?说|不是(?=[，,、])")
SWAPPED = re.compile(rf"不是(?P<old>{RUN.pattern})[，,\s]*(?:而)?(?:应该)?是(?P<new>{RUN.pattern})")
TAIL = re.compile(rf"(?:最后|末尾|尾号|后面?)(?:[一两二三四]位)?(?:数)?(?:应该)?是(?P<new>{RUN.pattern})")
SHORT_TALK = 8  # characters of other words that do not break a dictation


Runs = list[list[re.Match[str]]]  # the runs of digits of each turn


class Number(NamedTuple):
    """Digits that may be the caller's number, the words they were read from, and how surely they are the caller's."""

    digits: str
    spans: tuple[Span, ...]
    weight: float


def find_phone(turns: list[Turn], caller_phone: str | None = None) -> Guess | None:
    """The number to call the citizen back at: what they say is theirs, else the number they call from."""
    runs = [list(RUN.finditer(turn.text)) for turn in turns]
    numbers = [*_said_whole(turns, runs), *_dictated(turns, runs)]
    if numbers:
        best = max(numbers, key=lambda one: (one.weight, one.spans[0].turn, one.spans[0].start))
        if best.weight > 0:
            best = _corrected(turns, best)
            return Guess(best.digits, round(best.weight, 2), list(best.spans))
    if not caller_phone:
        return None
    same = [
        Span(at, found.start(), found.end(), found[0])
        for at, turn in enumerate(turns)
        if turn.speaker != "agent" and (found := SAME.search(turn.text))
    ]
    return Guess(caller_phone, 0.95 if same else 0.7, same[:1])


def _said_whole(turns: list[Turn], runs: Runs) -> list[Number]:
    """Numbers said in one breath."""
    found = []
    for at, turn in enumerate(turns):
        spans = _runs(at, runs[at])
        asked = bool(spans and ASKED.search(agent_before(turns, at)))
        for span in spans:
            named = asked or bool(ASKED.search(turn.text[max(0, span.start - 8) : span.start]))
            if value := _number(to_digits(span.text), named):
                found.append(Number(value, (span,), _weight(turns, span, asked, value)))
    return found


def _runs(at: int, runs: list[re.Match[str]]) -> list[Span]:
    """Each run of digits as a whole and, where commas part it (203，138…), each part."""
    spans = []
    for run in runs:
        if len(run[0]) < 4:  # 三个八 is one of the shortest pieces, and no number by itself
            continue
        spans.append(Span(at, run.start(), run.end(), run[0]))
        parts = list(PART.finditer(run[0]))
        if len(parts) > 1:
            spans += [Span(at, run.start() + one.start(), run.start() + one.end(), one[0]) for one in parts]
    return spans


def _weight(turns: list[Turn], span: Span, asked: bool, value: str) -> float:
    """How surely the number is the caller's; the agent's words count only where the citizen agrees right after."""
    before = turns[span.turn].text[max(0, span.start - 16) : span.start]
    if OTHERS.search(before) or _another_number(turns, span):
        return -1.0
    if turns[span.turn].speaker == "agent":
        answer = turns[span.turn + 1].text if span.turn + 1 < len(turns) else ""
        return 0.95 if re.match(AGREEMENT, answer) else 0.0
    sure = 0.98 if asked or OWN.search(before) else 0.7
    return sure if len(value) > 8 else sure * 0.7


def _another_number(turns: list[Turn], span: Span) -> bool:
    """Digits of a card, an order or an account, by what is said before them or was asked for."""
    before = turns[span.turn].text[max(0, span.start - 12) : span.start]
    asked = agent_before(turns, span.turn)
    last = [found.group() for found in re.finditer(f"{NO_PHONE.pattern}|{ASKED.pattern}", before)]
    if last:
        return bool(NO_PHONE.fullmatch(last[-1]))
    return bool(NO_PHONE.search(asked)) and not ASKED.search(asked)


def _number(digits: str, asked: bool) -> str | None:
    mobile = MOBILE.fullmatch(digits)
    if mobile:
        return mobile[1]
    if LANDLINE.fullmatch(digits) or (asked and LOCAL.fullmatch(digits)):
        return digits
    return None


def _dictated(turns: list[Turn], runs: Runs) -> list[Number]:
    """Numbers in pieces: runs of the citizen that together make one, over turns with echoes and hums between."""
    found, parts = [], list[Span]()
    for at, turn in enumerate(turns):
        if turn.speaker == "agent":
            continue
        if not runs[at] and (TAKEN_BACK.search(turn.text) or len(turn.text) > SHORT_TALK):
            parts = []
        for before, run in zip([None, *runs[at]], runs[at], strict=False):
            if TAKEN_BACK.search(turn.text, before.end() if before else 0, run.start()):
                parts = []
            if len(to_digits(run[0])) < 2 and len(turn.text) > SHORT_TALK:
                continue
            parts = _joined(parts, Span(at, run.start(), run.end(), run[0]))
            if number := _whole(turns, parts):
                found.append(number)
    return found


def _whole(turns: list[Turn], parts: list[Span]) -> Number | None:
    """The pieces as a number, where they make one."""
    digits = _together(parts)
    if not ((len(parts) > 1 and MOBILE.fullmatch(digits)) or LANDLINE.fullmatch(digits)):
        return None
    asked = ASKED.search(" ".join(one.text for one in turns[max(0, parts[0].turn - 2) : parts[0].turn + 1]))
    others = OTHERS.search(turns[parts[0].turn].text[: parts[0].start]) or _another_number(turns, parts[0])
    return Number(digits, tuple(parts), -1.0 if others else 0.9 if asked else 0.75)


def _joined(parts: list[Span], piece: Span) -> list[Span]:
    """The dictation with one more piece; begun anew where the pieces cannot be one number."""
    longer = [*parts, piece]
    if parts and len(_together(longer)) <= LONGEST:
        return longer
    return [piece] if BEGINS.fullmatch(to_digits(piece.text)) else []


def _together(parts: list[Span]) -> str:
    return "".join(to_digits(one.text) for one in parts)


def _corrected(turns: list[Turn], number: Number) -> Number:
    """With what the citizen mends afterwards: 不是八，是九, 后四位是… ."""
    last = number.spans[-1]
    for at in range(last.turn, min(last.turn + 4, len(turns))):
        text = turns[at].text
        begin = last.end if at == last.turn else 0
        if turns[at].speaker == "agent":
            continue
        if found := SWAPPED.search(text, begin):
            old, new = to_digits(found["old"]), to_digits(found["new"])
            head, known, tail = number.digits.rpartition(old)
            mended = head + new + tail if known else number.digits
        elif found := TAIL.search(text, begin):
            new = to_digits(found["new"])
            mended = number.digits[: -len(new)] + new
        else:
            continue
        if _number(mended, True):
            return Number(mended, (*number.spans, Span(at, found.start(), found.end(), found[0])), 0.85)
    return number


def to_digits(text: str) -> str:
    """'幺三八-0011' as '1380011', '三个八' as '888'; all else is left out."""
    text = REPEATED.sub(lambda found: found["digit"] * TIMES[found["times"]], text)
    return "".join(DIGITS[char] for char in text if char in DIGITS)
