"""What the caller wants, by kind of ticket: never milder than what they say."""

import re

from dispatch.transcript.reading import Guess, Span, from_citizen
from dispatch.transcript.turns import Turn

# What a caller says that they do, the gravest first: it goes before what their words let one guess.
DECLARED = (
    ("report", re.compile("(?:要|想|来|我|进行|实名|匿名)举报|举报(?:一下|一个|个|他|她|这|某|电话)|^举报|揭发")),
    ("complaint", re.compile("(?:要|想|来|我|就是|得|进行)投诉(?!过)|投诉(?:一下|一个|个|他|她|它|这|你|某)|^投诉")),
)
# Guessed from words: the first that fits counts.
KINDS = (
    (
        "report",
        re.compile(
            "举报|揭发|黑作坊|偷排|偷(?:着|摸)[^，。]{0,4}[排倒]|非法(?!占)|贩毒|赌博|传销|偷税|行贿|受贿|贪污|假冒伪劣|无证经营"
        ),
    ),
    (
        "complaint",
        re.compile(
            "投诉|不满|太不像话|没人管|不管(?!怎|是|什么|多|谁|哪)|到底管不管|不归[^，。]{0,4}管|说不归|不作为|推诿|推来推去|推到|踢皮球|态度[还都也]?(?:太|很|非常|特别|极其)?(?:差|恶劣|不好)|乱收费|欺骗|被骗|拖欠|欠薪"
            "|欠(?:我|了)[^，。]{0,8}(?:工资|钱)|多次(?:反映|打电话)|反映(?:了)?(?:好)?[几多]次|一直(?:没|不)|扰民|不给(?:退|处理|解决|赔)|不赔|不承认|退不了|拒载|不打表|跑路|体罚"
            "|强制|讨个?说法|太过分|噪[音声]|找了[^，。]{0,6}[几两三四五多]?[回次遍]"
        ),
    ),
    ("praise", re.compile("表扬|锦旗|点赞|感谢信|感谢(?:社区|民警|师傅|他们|她|他)")),
    (
        "help",
        re.compile(
            "求助|帮(?:帮|个?忙|我)|救|坏了|丢了|漏|堵|停[水电气暖]|没[水电气]|处理|维修|修一?下|清理|解决|派人|不亮|不热|塌|掉了|破损|积水|危险|来人|管管|没(?:发(?!现|生)|给|到账|退|修|处理|人)"
        ),
    ),
    (
        "suggestion",
        re.compile("建议|提议|提个意见|希望(?:政府|能)?(?:增设|增加|开通|加装|设置)|能不能(?:给)?(?:加|增|设)一?"),
    ),
    (
        "consultation",
        re.compile(
            "咨询|问一下|问问|想问|打听|想了解|怎么(?:办理|申请|提取|交|弄|报)|咋(?:办理|申请|弄|交)|如何|(?:什么|啥)(?:材料|手续|条件|政策|时候)|是否|可不可以|能不能办|多少钱|几点"
        ),
    ),
)
DENIED = re.compile("(?:不是|不想|不要|没想|不用|并非|不算)(?:要|想|来)?$")
OWN_WORD = re.compile("表扬|点赞|锦旗|感谢信|咨询|问一下|问问|打听|建议|提议")
ASKING_WORDS = re.compile("(?:怎么|如何|咋|哪里|哪儿|在哪|哪个部门)[^，。]{0,3}$")


def find_kind(turns: list[Turn], matter: Guess | None, category_kind: str | None) -> Guess:
    """By what the citizen declares, else by the gravest of their words; by the category where they say none."""
    for table, confidence in ((DECLARED, 0.95), (KINDS, 0.85)):
        for kind, pattern in table:
            if span := _first(turns, kind, pattern):
                return Guess(kind, confidence, [span])
    return Guess(category_kind or "help", 0.5 if matter else 0.2, list(matter.spans) if matter else [])


def declared(turns: list[Turn]) -> Guess | None:
    """complaint or report where the citizen says that this is one: it holds for all matters of a call that name no
    other kind themselves."""
    found = ((kind, _first(turns, kind, pattern)) for kind, pattern in DECLARED)
    return next((Guess(kind, 0.7, [span]) for kind, span in found if span), None)


def names_its_own(turns: list[Turn]) -> bool:
    """Whether a matter is called a question, a suggestion or praise in so many words."""
    return any(OWN_WORD.search(turn.text) for _, turn in from_citizen(turns))


def _first(turns: list[Turn], kind: str, pattern: re.Pattern[str]) -> Span | None:
    for number, turn in from_citizen(turns):
        for found in pattern.finditer(turn.text):
            before = turn.text[max(0, found.start() - 4) : found.start()]
            if not DENIED.search(before) and not (kind == "help" and _asks(turn.text, found)):
                return Span(number, found.start(), found.end(), found[0])
    return None


def _asks(text: str, found: re.Match[str]) -> bool:
    """处理, 解决 in a plain question (怎么处理) ask for advice, not for help."""
    return bool(ASKING_WORDS.search(text[max(0, found.start() - 8) : found.start()]))
