"""How names of regions are said: stems, suffixes that fold into one another, and where a name may begin and end."""

import re
from typing import NamedTuple

from grids.simplified import simplified

PEOPLES = "(?:满族|蒙古族|朝鲜族|锡伯族|回族)*"

# What follows the stem in speech; the first that fits counts. The lookaheads keep 市场, 小区域, 街道路 ... apart.
SAID = re.compile(
    "(?P<community>社区(?!卫生|医院|诊所|门诊|服务中心|食堂|建设)(?:居民委员会|居民委|居委会|居委)?|居民委员会|居委会)"
    "|(?P<village>村?(?:村民委员会|村委会)|村(?!镇))"
    "|(?P<street>街道(?!路[不面灯口坑破很太狭窄坏])(?:办事处|办)?|办事处)"
    "|(?P<town>镇(?![定静压])(?:政府)?)"
    f"|(?P<township>{PEOPLES}乡(?!亲|下[的人，。]|[村镇])(?:政府)?)"
    f"|(?P<county>{PEOPLES}自治县|县(?!级))"
    "|(?P<district>新区|区(?![域间别块号]))"
    "|(?P<city>市(?![场价面值容]))"
    "|(?P<province>省(?![得的钱事电水心力]))"
)

# said suffix -> kinds that bear it, and kinds it may stand for where none bears it (renamed, raised, merged)
FOLDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "province": (frozenset({"province"}), frozenset()),
    "city": (frozenset({"city", "county_city"}), frozenset({"district"})),
    "district": (frozenset({"district"}), frozenset({"county", "county_city"})),
    "county": (frozenset({"county"}), frozenset({"district", "county_city"})),
    "street": (frozenset({"street"}), frozenset({"town", "township"})),
    "town": (frozenset({"town"}), frozenset({"township", "street"})),
    "township": (frozenset({"township"}), frozenset({"town", "street"})),
    "community": (frozenset({"community"}), frozenset({"village"})),
    "village": (frozenset({"village"}), frozenset({"community"})),
}

# level -> suffixes in the official names, and the kind that each makes
OFFICIAL: dict[int, tuple[tuple[re.Pattern[str], str], ...]] = {
    1: ((re.compile("(.+?)(?:省|自治区)$"), "province"),),
    2: ((re.compile("(.+?)市$"), "city"),),
    3: (
        (re.compile(f"(.+?){PEOPLES}自治县$"), "county"),
        (re.compile("(.+?)县$"), "county"),
        (re.compile("(.+?)市$"), "county_city"),
        (re.compile("(.+?)新?区$"), "district"),
    ),
    4: (
        (re.compile("(.+?)街道$"), "street"),
        (re.compile("(.+?)镇$"), "town"),
        (re.compile(f"(.+?){PEOPLES}乡$"), "township"),
    ),
    5: (
        (re.compile("(.+?)(?:社区(?:居民委员会|居委会|村民委员会|村委会)?|居民委员会|居委会)$"), "community"),
        (re.compile("(.+?)(?:村?(?:村民委员会|村委会)|村)(?:（.+）|\\(.+\\))?$"), "village"),
    ),
}
ENDS = {"county": "县", "county_city": "市", "district": "区", "community": "社区", "village": "村"}
ALIASES = {"喀喇沁左翼蒙古族自治县": "喀左", "阜新蒙古族自治县": "阜蒙"}
OWNER = re.compile("^(?:国营|辽宁省?)+")
CITY_MARK = re.compile("(?<=^[一-龥]{2})市|(?<=^[一-龥]{3})市")

# A road, a compound or a sight that bears a region's name is not the region.
ROADLIKE = re.compile("[路街巷道桥里]$")
NOT_BARE = re.compile(
    "[东西南北中前后大小]{0,2}(?:路|街(?!道)|大街|大道|巷|胡同|道|站|桥|小区|花园|家园|广场|公园|大厦|医院|学校|小学|中学|大学"
    "|市场|机场|商场|酒店|饭店|宾馆|新村|公寓|银行|人(?!民)|话|菜|号线|晚报|日报)"
)
AFTER_BARE = re.compile(r"$|[\s,.;:!?、，。；：！？]|[的这那里了吧啊呢哈有]|\d|分局|支行|分公司|支公司")
# After a bare county of unmistakable name.
AFTER_COUNTY = re.compile(
    AFTER_BARE.pattern + "|居民|市民|村民|地区|区域|一带|本地|当地|县城|城区|[老古]城|交警|某|开往|到|至|往"
)
NAMED = re.compile("(?:叫|姓名[是为:：]?|名字是?|联系人[是:：]?|我是|本人)$")
# Between a city and its county in the name of an office: 沈阳市公安局沈河分局.
ORGAN_GAP = re.compile(
    "(?:公安局|公安|交警支队|交警|市场监督管理局|市监局|税务局|自然资源局|生态环境局|环保局|规划局|国土局|供电公司|医保局)"
)
COMMON_WORDS = frozenset({"朝阳"})  # cities whose bare name is an ordinary word
# The character before a name of the lower levels: otherwise it may be the tail of a longer, unknown name.
BEFORE = frozenset(
    "在住是的到于属归叫这那个们我家咱来去从往和跟与及或就有给请对向为位即近过旁里边呢啊嗯呃哦吧嘛啦了吗呀说问映询诉报由经居自把将被让下比像"
)
SEPARATORS = re.compile(r"[\s,、，.。的]{0,3}")
FULLWIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
KEPT = {ord(mark) for mark in "，；：！？（）"}
TO_HALF_WIDTH = {code: to for code, to in FULLWIDTH.items() if code not in KEPT}


class Form(NamedTuple):
    """How a region is called: the key is what the text must hold, a whole key needs no suffix after it."""

    key: str
    kind: str
    whole: bool


def normalise(text: str) -> str:
    """Half-width lower-case text in simplified characters, of the same length, so that offsets hold."""
    folded = simplified(text.translate(TO_HALF_WIDTH))
    lower = folded.lower()
    return lower if len(lower) == len(folded) else folded


def forms(name: str, level: int) -> list[Form]:
    """The ways of saying an official name of a region of level 1-5; at least one."""
    name = normalise(name)
    for pattern, kind in OFFICIAL.get(level, ()):
        if found := pattern.match(name):
            return _folded(name, found[1], kind)
    said = (name, OWNER.sub("", name), CITY_MARK.sub("", name))
    return [Form(key, "whole", True) for key in dict.fromkeys(said)]


def _folded(name: str, stem: str, kind: str) -> list[Form]:
    if len(stem) < 2:
        return [Form(stem + ENDS.get(kind, name[len(stem) :]), kind, True)]
    made = [Form(stem, kind, False)]
    if name in ALIASES:
        made.append(Form(ALIASES[name], kind, False))
    if kind == "street" and stem[-1] in "街路":
        made.append(Form(stem[:-1] + "街道", kind, True))
    return made


def may_begin(text: str, at: int) -> bool:
    """Whether a name can begin at `at`: after a mark or a word of relation, not inside a longer, unknown name."""
    before = text[at - 1] if at else " "
    return before in BEFORE or not "一" <= before <= "龥"
