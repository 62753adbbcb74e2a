"""Days as callers name them, counted back from the day of the call: 前天, 上周三, 三个月前, 11月20号, 去年."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from dispatch.transcript.numerals import NUMERAL, number_of

WEEKDAYS = {char: at for at, char in enumerate("一二三四五六")} | {"日": 6, "天": 6}
DAYS = {"今": 0, "昨": 1, "前": 2}

Found = tuple[date, str]  # the day and how much of it was said: year, month or day


class Form(NamedTuple):
    """A way of naming a day and what it means on the day of the call; None where it makes no sense."""

    pattern: re.Pattern[str]
    means: Callable[[re.Match[str], date], Found | None]


def _named_day(found: re.Match[str], today: date) -> Found:
    back = DAYS[found["day"]] + (1 if found["more"] else 0)
    return today - timedelta(days=back), "day"


def ago(found: re.Match[str], today: date) -> Found | None:
    count, unit = about(found["count"]), found["unit"]
    if count is None:
        return None
    half = found["count"] == "半" or bool(found["half"])
    if unit == "年":
        return (
            (_months_back(today, 6), "month") if found["count"] == "半" else (_months_back(today, 12 * count), "year")
        )
    if unit == "月":
        days = 15 if half else 0
        return _months_back(today, count) - timedelta(days=days), "day" if half else "month"
    days = count * (7 if unit in "周期拜" else 1)
    return (today - timedelta(days=days), "day") if days < 4000 else None


def about(text: str) -> int | None:
    """The number, the smaller of the two in 四五天; 0 for 半."""
    if text == "半":
        return 0
    return number_of(
        text[0] if len(text) == 2 and text[1] in "二两三四五六七八九" and text[0] in "一两三四五六七八" else text
    )


def _weekday(found: re.Match[str], today: date) -> Found:
    monday = today - timedelta(days=today.weekday())
    day = monday - timedelta(weeks=len(found["last"] or "")) + timedelta(days=WEEKDAYS[found["weekday"]])
    return (day if day <= today else day - timedelta(weeks=1)), "day"


def _month_and_day(found: re.Match[str], today: date) -> Found | None:
    year = _year(found["year"], today) if found["year"] else None
    month = number_of(found["month"])
    day = number_of(found["day"]) if found["day"] else None
    if month is None or not 1 <= month <= 12 or (found["year"] and year is None):
        return None
    if day is not None and not 1 <= day <= monthrange(year or 2024, month)[1]:
        return None
    if year is None:
        year = today.year if (month, day or 1) <= (today.month, today.day) else today.year - 1
    if day == 29 and month == 2 and monthrange(year, 2)[1] < 29:
        return None
    return date(year, month, day or 1), "day" if day else "month"


def _only_year(found: re.Match[str], today: date) -> Found | None:
    year = _year(found["year"], today)
    return (date(year, 1, 1), "year") if year is not None else None


def _year(text: str, today: date) -> int | None:
    """A year that has begun, of this century or the last."""
    back = {"今年": 0, "去年": 1, "前年": 2, "大前年": 3, "头年": 1}
    if text in back:
        return today.year - back[text]
    year = number_of(text.rstrip("年"))
    if year is not None and year < 100:
        year += 2000
    return year if year is not None and 1950 <= year <= today.year else None


def _day_of_month(found: re.Match[str], today: date) -> Found | None:
    """15号: of this month if it has come, else of the last; 上个月15号 names the month."""
    back = 1 if found["last"] else 0
    month = _months_back(today.replace(day=1), back)
    day = number_of(found["day"]) if found["day"] else None
    if day is None:
        return (month, "month") if found["month"] else None
    if not 1 <= day <= 31:
        return None
    if not found["month"] and day > today.day:
        month = _months_back(month, 1)
    return (month.replace(day=day), "day") if day <= monthrange(month.year, month.month)[1] else None


def _months_back(day: date, count: int) -> date:
    months = max(day.year * 12 + day.month - 1 - count, 12)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


YEAR = (
    r"(?P<year>(?:19|20)\d\d年|[一二][九零〇][零〇一二三四五六七八九]{2}年|(?:大前|去|前|头)年"
    r"|今年(?!我?都?(?:\d+|[一二三四五六七八九十]+)(?:岁|了|多)))"  # 今年七十八了 is an age
)
NOT_A_DAY = "(?![号楼院线门栋单车]|[一二三四五六七八九十\\d])"
FORMS = (
    Form(re.compile("(?P<more>大?)(?P<day>[今昨前])(?:天|儿个?|日|(?=[早晚夜]))"), _named_day),
    Form(re.compile(rf"{YEAR}[的，,]?(?P<month>{NUMERAL})月份?(?:(?P<day>{NUMERAL})[号日])?"), _month_and_day),
    Form(
        re.compile(rf"(?P<year>)(?P<month>{NUMERAL})月(?!票|租|底?前|饼)份?(?:(?P<day>{NUMERAL})[号日])?"),
        _month_and_day,
    ),
    Form(re.compile(rf"(?:(?P<last>上)|[这本])(?P<month>个?月)(?:的?(?P<day>{NUMERAL})[号日])?"), _day_of_month),
    Form(re.compile(YEAR), _only_year),
    Form(
        re.compile("(?P<last>上{0,2})(?:这|本)?个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])(?![到至个])"),
        _weekday,
    ),
    Form(
        re.compile(
            rf"(?P<count>半|{NUMERAL})(?:来|多)?(?:个)?(?P<half>半)?(?:礼|星)?(?P<unit>[天年月周期拜])(?:多|半)?(?:以前|之前|前(?!后))"
        ),
        ago,
    ),
    Form(
        re.compile(rf"(?P<last>)(?P<month>)(?<![\d一二三四五六七八九十])(?P<day>{NUMERAL})号{NOT_A_DAY}"), _day_of_month
    ),
)
