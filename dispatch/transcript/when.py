"""When it happened: days, hours, spans and habits as callers name them, counted back from the time of the call.

An own small reader, because what matters here is the past and how precisely it was said; general readers of dates guess
the future and fill in what was not said.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from dispatch.transcript.days import FORMS, Found, ago
from dispatch.transcript.numerals import NUMERAL, number_of
from dispatch.transcript.reading import Guess, Span, When, from_citizen
from dispatch.transcript.turns import Turn
from dispatch.working_time import SHANGHAI

# First and last hour of the parts of the day: a 3 in the afternoon is 15.
PARTS = {
    "凌晨|后半夜|半夜": (0, 6),
    "早上|早晨|清早|大清早|一早|早": (4, 11),
    "上午": (6, 12),
    "中午|晌午": (11, 14),
    "下午|午后": (12, 19),
    "傍晚|傍黑": (16, 20),
    "晚上|夜里|夜间|夜晚|晚": (17, 24),
}
PART = "|".join(PARTS)
HOUR = (
    rf"(?P<hour>{NUMERAL})(?:点钟?|时(?!候|间|常)|[:：](?P<colon>[0-5]\d))"
    rf"(?:(?P<half>半)|(?P<quarter>[一三]刻)|(?P<minute>{NUMERAL})分)?"
)
CLOCK = re.compile(
    rf"的?(?:(?P<part>{PART})(?:的|呀|啊)?)?(?:大概|大约|差不多)?"
    rf"(?:[一二两三四五六七八](?=[二三四五六七八九]点))?(?:{HOUR})?"
)

LASTS = re.compile(
    rf"(?P<count>半|{NUMERAL})(?:来|多)?(?:个)?(?P<half>半)?(?:礼|星)?(?P<unit>[天年月周期拜])(?:多)?(?:左右)?(?:了|没|都没)"
)
VAGUE = re.compile(
    "好[几多](?:天|年|个月|个(?:礼拜|星期))了?|这(?:几天|些天|阵子|段时间|两天)|最近|近期|多年|很久了?|老长时间"
)
JUST_NOW = re.compile("刚才|刚刚|方才|就刚")
HABIT = re.compile(
    "每天|天天|每晚|每周|每(?:个)?(?:月|星期|礼拜)|每到|一到(?=[晚夜周下早冬夏雨])|一天到晚|没日没夜|成天|整天|见天|隔三差五|经常|三天两头|总是|老是|夜夜"
)
SINCE = re.compile("(?:从|自从?|打)[^，。！？从自]{0,4}$")
SINCE_AFTER = re.compile("(?:开始|起|以后|之后|以来|就|到(?:现在|今天|今|目前))")
UNTIL = re.compile("(?:到|至)$")
# What was done about it is not when it happened; what is to come neither.
ABOUT_IT = re.compile(
    "[^，。！？]{0,6}(?:打(?:过|了)?[^，。]{0,4}电话|反映|找(?:过|了|的)|报修|报警|投诉过|说(?:过)?(?:给|要|能)|上班|下班|开门|关门|交了?费|回复)"
)
# No time is named without one of these.
HINT = re.compile("[今昨天日月号年周期拜刚每久近夜晚隔]|方才|经常|总是|老是|长时间|阵子")
BEFORE_NO_DAY = re.compile("(?:楼|栋|院|路|街|巷|单元|门|第)$")


class Mention(NamedTuple):
    """A time in a turn: what it dates, as ISO text, and how: at, begins or ends."""

    turn: int
    start: int
    end: int
    role: str
    value: str | None
    weight: float


def find_when(turns: list[Turn], matter: Guess | None, called_at: datetime | None) -> When | None:
    """The time of the matter: one that is named in its statement goes before others, a beginning before a day."""
    mentions = [one for number, turn in from_citizen(turns) for one in mentions_in(number, turn.text, called_at)]
    if not mentions:
        return None
    stated = {(span.turn, span.start, span.end) for span in matter.spans} if matter else set()
    weighed = [(one.weight + (2.0 if _within(one, stated) else 0.0), one) for one in mentions]
    best = max((pair for pair in weighed if pair[1].role != "habit"), key=lambda pair: pair[0], default=None)
    habits = [one for _, one in weighed if one.role == "habit"]
    chosen = [best[1]] if best else []
    if chosen and chosen[0].role == "begins":
        chosen += [one for one in mentions if one.role == "ends" and one.turn == chosen[0].turn][:1]
    told = {one.role: one.value for one in chosen}
    spans = [
        Span(one.turn, one.start, one.end, turns[one.turn].text[one.start : one.end]) for one in chosen + habits[:1]
    ]
    known = any(told.values())
    confidence = 0.9 if known and best and best[0] >= 3 else 0.75 if known or habits else 0.5
    return When(told.get("at"), told.get("begins"), told.get("ends"), bool(habits), confidence, spans)


def _within(one: Mention, stated: set[tuple[int, int, int]]) -> bool:
    return any(turn == one.turn and start <= one.start < end for turn, start, end in stated)


def mentions_in(number: int, text: str, called_at: datetime | None) -> Iterator[Mention]:
    """The times that an utterance names, in no order; without `called_at` only their words."""
    if not HINT.search(text):
        return
    today = called_at.astimezone(SHANGHAI).date() if called_at else None
    taken: list[tuple[int, int]] = []
    for form in FORMS:
        for found in form.pattern.finditer(text):
            if any(start < found.end() and found.start() < end for start, end in taken):
                continue
            meant = form.means(found, today or date(2024, 1, 1))
            if (
                meant is None
                or BEFORE_NO_DAY.search(text, max(0, found.start() - 2), found.start())
                or ABOUT_IT.match(text, found.end())
            ):
                continue
            value, end = _with_hour(text, found, meant)
            taken.append((found.start(), end))
            yield _mention(number, text, (found.start(), end), value if today else None)
    yield from _lasting(number, text, taken, today)
    yield from _undated(number, text, called_at)


def _with_hour(text: str, found: re.Match[str], meant: Found) -> tuple[str, int]:
    day, precision = meant
    if precision != "day":
        return day.isoformat()[: 4 if precision == "year" else 7], found.end()
    clock = CLOCK.match(text, found.end())
    if clock is None or not clock["hour"]:
        end = clock.end() if clock and clock["part"] else found.end()
        return day.isoformat(), end
    hour, minute = _hour(clock, found[0]), _minute(clock)
    if hour is None or minute is None:
        return day.isoformat(), found.end()
    moment = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(hours=hour, minutes=minute)
    return moment.isoformat(timespec="minutes"), clock.end()


def _hour(clock: re.Match[str], day: str) -> int | None:
    hour = number_of(clock["hour"])
    if hour is None or hour > 24:
        return None
    part = clock["part"] or day[-1]
    first, last = next((hours for words, hours in PARTS.items() if part in words.split("|")), (0, 24))
    return hour + 12 if hour < 12 and not first <= hour <= last and first <= hour + 12 <= last else hour


def _minute(clock: re.Match[str]) -> int | None:
    if clock["half"]:
        return 30
    if clock["quarter"]:
        return 15 if clock["quarter"][0] == "一" else 45
    said = clock["colon"] or clock["minute"]
    minute = number_of(said) if said else 0
    return minute if minute is not None and minute < 60 else None


def _mention(number: int, text: str, span: tuple[int, int], value: str | None) -> Mention:
    start, end = span
    since = SINCE.search(text, max(0, start - 6), start) or SINCE_AFTER.match(text, end)
    until = UNTIL.search(text, max(0, start - 1), start)
    role, weight = ("ends", 0.0) if until else ("begins", 1.5) if since else ("at", 1.0)
    return Mention(number, start, end, role, value, weight + (0.3 if value and len(value) >= 10 else 0.0))


def _lasting(number: int, text: str, taken: list[tuple[int, int]], today: date | None) -> Iterator[Mention]:
    """停水两天了: it began two days ago."""
    for found in LASTS.finditer(text):
        if any(start < found.end() and found.start() < end for start, end in taken):
            continue
        meant = ago(found, today or date(2024, 1, 1))
        if meant is None:
            continue
        day, precision = meant
        value = day.isoformat()[: {"year": 4, "month": 7}.get(precision, 10)]
        yield Mention(number, found.start(), found.end(), "begins", value if today else None, 0.9)


def _undated(number: int, text: str, called_at: datetime | None) -> Iterator[Mention]:
    for found in JUST_NOW.finditer(text):
        moment = called_at.astimezone(SHANGHAI).isoformat(timespec="minutes") if called_at else None
        if not ABOUT_IT.match(text, found.end()):
            yield Mention(number, found.start(), found.end(), "at", moment, 0.8)
    for pattern, role in ((VAGUE, "begins"), (HABIT, "habit")):
        for found in pattern.finditer(text):
            yield Mention(number, found.start(), found.end(), role, None, 0.2)
