"""The words around a place: denial, correction, places outside the province, and road and number as address detail."""

import re

from grids.placetree import Mention, Tree

DENIAL = re.compile("(?<!是)(?:不是|不在|没有?在|没住|并非|不属于|不归|而非|不叫)(?:在|说|咱们?|我们|那个|这个)*$")
ASKING = re.compile("[^，。,.？?！!]{0,8}[吗么]")
TAKEN_BACK = re.compile("不对|说错|错了|口误|搞错|记错|更正|纠正|应该是")
LINKED = re.compile(r"[\s、的,，]{0,2}")

OUTSIDE_TAIL = re.compile("(?:市|省|(?:壮族|回族|维吾尔)?自治区|特别行政区)(?!场)")
OUTSIDE_NEXT = re.compile("[一-龥]{1,4}?(?<![住在到来回去从是我现])(?:省|市(?!场)|自治州|县|旗|(?<![小社园])区)")
PERSON = re.compile("的?(?:人|户口|籍|户籍|口音|话)")
BREAKS = re.compile("[。！？!?；;\n]|现在|如今|目前|回到|来到|搬到|我在|我住|转到|人在")

NUMBER = r"(?:\d+|[一二三四五六七八九十百零〇两]+|[甲乙丙丁])(?:[-—之#]\d+)*"
STRONG_NUMBER = rf"{NUMBER} ?(?:号楼|号院|栋|幢|座|单元|#楼|#)"
WEAK_NUMBER = rf"{NUMBER}(?: ?(?:号(?!线)|楼|层|室|门|期|组|弄))?"
NAMED = "[^\\W的了呢啊是在有叫那这个就到住我们家_]"
ROAD = rf"{NAMED}{{1,8}}?(?:大街|街(?!道)|路(?!灯|面|上|边|过)|巷|胡同|大道|公路|国道)(?:[东西南北中]段)?"
SIGHT = (
    rf"{NAMED}{{1,12}}?(?:小区|花园|家园|公寓|大厦|广场|市场|商场|超市|学校|小学|中学|大学|幼儿园|医院|公园|地铁站|火车站|车站"
    r"|新村|新城|国际城|公馆|花城|豪庭|名苑|苑|派出所|宾馆|酒店|加油站|收费站|客运站|立交桥|大桥)(?:小区|[东西南北一二三四]区|[一二三四五六]期)?"
)
BESIDE = (
    "(?:[东西南北](?:门口?|侧|边|面|头)|[南北东西]?(?:大?门口|路口)|附近|对面|旁边|前面|后面|后身|楼下|楼前|楼后|院内|院里|里面"
    "|交叉口|交汇处|交汇口|拐角|道口|前|后|旁)"
)
JOIN = r"[\s,，、的和与]?"
FIRM = f"{STRONG_NUMBER}|{ROAD}|{SIGHT}"
LOOSE = f"{WEAK_NUMBER}(?! ?[个次年月天点岁分块元])"  # only behind something firm, and not a count of something
DETAIL = re.compile(f"(?:{FIRM})(?:{JOIN}(?:{FIRM}|{LOOSE}))*(?:{BESIDE})*")
DETAIL_STARTS = re.compile(r"[，。,.；;！!？?\s在住到是叫有的那个]")
DETAIL_NOISE = re.compile("(?:[的呃嗯啊就是那这个边有我家们]|，|,|\\s)*")
NO_DETAIL = re.compile("[什么哪怎谁]|一条路|这条|那条|马路|电话")
ASKED_NOISE = (
    re.compile(r"^(?:[呃嗯啊哦额是在就叫那个]|属于|应该|我们|咱们|这边|这儿|好像|[，,\s])*"),
    re.compile(r"(?:[的吧啊呢哈嘛呀了。，,.！!\s]|那边|这边|那块|这块)*$"),
)


def denied(text: str, mentions: list[Mention]) -> list[Mention]:
    """The mentions that are not denied; what hangs on a denied name (不是和平区南湖街道的) goes with it."""
    kept: list[Mention] = []
    dropped: Mention | None = None
    for one in mentions:
        hangs = dropped is not None and LINKED.fullmatch(text, dropped.end, one.start)
        no = DENIAL.search(text[max(0, one.start - 8) : one.start]) and not ASKING.match(text, one.end)
        dropped = one if hangs or no else None
        if dropped is None:
            kept.append(one)
    return kept


def contradicted(text: str, mentions: list[Mention], tree: Tree) -> list[Mention]:
    """Without what the speaker takes back: 在和平区，哦不对，是沈河区."""
    for marker in TAKEN_BACK.finditer(text):
        later = [one for one in mentions if one.start >= marker.end() and one.regions]
        if not later:
            continue
        level = tree.level_of(later[0])
        mentions = [
            one
            for one in mentions
            if one.start >= marker.end()
            or not one.regions
            or tree.level_of(one) < level
            or tree.narrowed(set(one.regions), later[0].regions)
        ]
    return mentions


def person_of(text: str, at: int) -> bool:
    """Whether the place names a person's origin (吉林人), not where something is."""
    return bool(PERSON.match(text, at))


def address_detail(text: str, after: int) -> tuple[str, tuple[int, int]]:
    """Road, number, compound or sight said at or after `after`, with its span; ("", (0, 0)) without any."""
    for start in [after] + [found.end() for found in DETAIL_STARTS.finditer(text, after)]:
        noise = DETAIL_NOISE.match(text, start)
        begin = noise.end() if noise else start
        found = DETAIL.match(text, begin)
        if found and not NO_DETAIL.search(found[0]):
            return found[0], found.span()
    return "", (0, 0)
