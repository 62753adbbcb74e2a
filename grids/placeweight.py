"""Which of several places is that of the matter: where it happens, where somebody lives, where they come from.

`placetree.heaviest` lets a mention of less weight give way to a county or city of more weight; alone it stands.
"""

import re
from itertools import pairwise

from grids.placetree import BESIDE, HOME, ORIGIN, PLAIN, STATED, Mention, Tree

CLAUSE = re.compile(r"[，。！？!?；;,\n]")
HANGS = re.compile("[ 的、]?")  # between a name and the one below it
BEFORE = (
    (BESIDE, re.compile("(?:挨着|靠近|临近|紧邻|紧挨着?|毗邻|邻近|相邻|接壤|隔壁是|离)[^，。]{0,2}$")),
    (
        STATED,
        re.compile(
            "(?:(?:要|想|来|是)?(?:反映|投诉|举报|说)的?(?:问题)?(?:是|为)|问题(?:出|发生)?在|发生在|地[点址址方](?:就?[是在])|位于|坐落[在于]|事发)"
            "[^，。]{0,4}$"
        ),
    ),
    (
        ORIGIN,
        re.compile(
            "(?:户口|户籍|老家|籍贯|祖籍|娘家|婆家|来自|出生)[^，。]{0,6}$|(?:原来|原先|以前|之前|从前|曾经?)[^，。]{0,2}(?:住|在|家|是)[^，。]{0,2}$"
        ),
    ),
)
LIVES_IN = re.compile("(?:我|本人|我们|咱们?|自己|现在?|目前|家)(?:是|就?住|家)|家(?:就?在|住)|^住|居住|单位在")
IS_IN = re.compile("(?:我|本人|我们|咱们?|人|自己|现在?|目前)(?:就|人)?在[^，。]?$")
STAYS = re.compile(
    "(?:这边|那边|这儿|那儿|这里|市里|市区)?(?:$|[，。,.；;！!？?]|[^，。]{0,3}?(?:住|上班|工作|打工|租|上学|读书|生活|定居))"
)
OF_PEOPLE = re.compile("的?(?:居民|业主|市民|住户|村民|租户|群众|老百姓)")
MOVED = re.compile("(?:搬|迁|转|调|嫁|回|来|发[货出]|寄|运|出发)(?:到|至|来|去|入|进|往|家)?")
ROUTE_LINK = re.compile("(?:开往|通往|飞往|发往|去往|到|至|往|去|-|—|–|~|～)(?:了)?")
ROUTE_FROM = re.compile("(?:从|由|自|坐|乘|打)(?:的)?$")
ROUTE_TAIL = re.compile(
    "(?:方向)?的?(?:这趟|那趟|长途|直达|城际|小|大|末班|首班)*(?:客车|大巴|大客|中巴|公交|火车|高铁|动车|班车|班线|快客|线路|航班|车票|高速|地铁|铁路|机票|车)"
)
COMPARED_BEFORE = re.compile("(?:人家|不?像|比如说?|例如|譬如|学学?|学习|参照|参考|借鉴|相比|对比|不如|好比)$")
COMPARED_WITH = re.compile("(?:跟|和|与|同|比)$")
COMPARED_AFTER = re.compile("(?:那边|那里|市|区)?(?:比|相比|一样|那样|那么|差不多|学习?)")
EXAMPLE_AFTER = re.compile(
    "(?:那边|那里|人)?(?:那样|一样|就做得|(?:早就|都)(?:有|能|可以|已经|装|修|通|实行|开始)|的(?:经验|做法|标准|先例))"
)
OURS = re.compile("(?:我们|咱们?|我)[^，。]{0,3}$")
ORGAN = re.compile(
    "市?(?:[一-龥]{0,6}?(?:公安局|法院|检察院|税务局|管理局|监督局|规划局|住建局|房产局|水务局|城建局|交通局|教育局|人社局|民政局"
    "|生态环境局|环保局|卫健委|供电公司|水务集团|热力|热电|燃气|地铁|电视台|集团|有限公司|总公司|物业公司|保险公司|置业))"
)
THING = re.compile(
    "(?![的这那里了吧啊呢哈有在是到，])[一-龥]"
)  # 盘锦大米, 沈阳鸡架: a bare city before a word of its own


def weighed(text: str, mentions: list[Mention], tree: Tree) -> list[Mention]:
    """The mentions of one utterance with their weights; without those that are only compared with."""
    route = _route_ends(text, mentions)
    found: list[Mention] = []
    for number, one in enumerate(mentions):
        before = mentions[number - 1] if number else None
        linked = before is not None and HANGS.fullmatch(text, before.end, one.start) is not None
        clause = _clause_before(text, one.start, before.end if before else 0)
        if not one.outside and _is_compared(text, one, clause):
            continue
        if number in route:
            weight = BESIDE
        elif linked and found and before is not None and found[-1].start == before.start:
            weight = found[-1].weight
        else:
            weight = _weight(text, one, clause, tree, _chain_end(text, mentions, number))
        found.append(one._replace(weight=weight) if weight != one.weight else one)
    return found


def _chain_end(text: str, mentions: list[Mention], number: int) -> int:
    """Where the names that hang on this one end: 沈阳市和平区."""
    end = mentions[number].end
    for one in mentions[number + 1 :]:
        if not HANGS.fullmatch(text, end, one.start):
            break
        end = one.end
    return end


def _clause_before(text: str, at: int, after: int) -> str:
    """What stands before the name in its clause, at most 14 characters and not the name before it."""
    said = text[max(after, at - 14) : at]
    return CLAUSE.split(said)[-1]


def _weight(text: str, one: Mention, clause: str, tree: Tree, end: int) -> int:
    """`end`: where the names that hang on this one end."""
    large = one.regions and tree.level_of(one) <= 2 and end == one.end
    if large and (ORGAN.match(text, one.end) or (one.bare and THING.match(text, one.end))):
        return BESIDE
    if clause.rstrip().endswith("从") and MOVED.match(text, end):
        return ORIGIN
    for weight, pattern in BEFORE:
        if pattern.search(clause):
            return weight
    if LIVES_IN.search(clause) or (clause.endswith("是") and OF_PEOPLE.match(text, one.end)):
        return HOME
    return HOME if IS_IN.search(clause) and STAYS.match(text, end) else PLAIN


def _is_compared(text: str, one: Mention, clause: str) -> bool:
    if OURS.search(clause):
        return False
    if COMPARED_BEFORE.search(clause) or (COMPARED_WITH.search(clause) and COMPARED_AFTER.match(text, one.end)):
        return True
    return bool(EXAMPLE_AFTER.match(text, one.end))


def _route_ends(text: str, mentions: list[Mention]) -> set[int]:
    """Numbers of the mentions between which something runs: from A to B."""
    ends: set[int] = set()
    for number, (one, two) in enumerate(pairwise(mentions)):
        if not ROUTE_LINK.fullmatch(text, one.end, two.start):
            continue
        last = number + 1
        while last + 1 < len(mentions) and mentions[last + 1].start == mentions[last].end:
            last += 1
        if ROUTE_TAIL.match(text, mentions[last].end):
            ends |= set(range(number, last + 1))
    return ends
