"""Where it is: names of regions over the whole talk, the agent's questions and echoes, and the address in words."""

import re
from typing import NamedTuple

from dispatch.transcript.reading import AGREEMENT, Guess, PlaceGuess, Span, agent_before
from dispatch.transcript.speakers import OPENING
from dispatch.transcript.turns import Turn
from grids.gazetteer import Gazetteer
from grids.placetext import TAKEN_BACK, address_detail
from grids.placetree import Mention, Tree, resolve

# What the agent asks for -> level of the answer; the last question in a turn counts.
ASKED = (
    (2, re.compile("(?:哪个|哪一个|什么|哪座)(?:城)?市(?!场)")),
    (3, re.compile("(?:哪个|哪一个|什么)(?:区|县|行政区)|区县")),
    (4, re.compile("(?:哪个|哪一个|什么)(?:街道|镇|乡|乡镇|街)|街道(?:是|呢|名)")),
    (5, re.compile("(?:哪个|哪一个|什么)(?:社区|村|居委会)|社区(?:是|呢|名)")),
)
ASKED_ADDRESS = re.compile("哪里|哪儿|什么(?:位置|地方)|具体(?:地址|位置)|地址|几号楼|门牌|小区|附近|在哪|什么路|哪条")
DENIAL = re.compile("(?:嗯|呃|啊|哦)?[，,、\\s]*(?:不是|不对|不在|错了|哦?不[，,。])")
MEANT = re.compile("(?:反映|投诉|举报|咨询|说|问)的(?:这个)?(?:问题|事[情儿]?|地方|位置)?(?:就?是|在)")
AGREED = re.compile(AGREEMENT)
LEAD = re.compile("(?:另外|还有|再有|再就是|顺便|就是|把|找|去|到|往|从|个|月|上|第[一二三四五]个?(?!小|中|医|人民))+")
# Words that end like a road or a compound and name none: 短路, 超市门口, the bus 232路.
NO_ADDRESS = re.compile(
    "[^路]{0,6}(?:短|跑|过|走|铺|让|带|挡|拦|问|迷|顺|绕|修|马|公|道)路.{0,2}|(?:[坐乘等].{0,3}|[0-9零一二三四五六七八九]{2,4})路"
    "|(?:这个|那个|大|小|我们|咱们)*(?:小区|超市|学校|医院|派出所|市场|商场|公园|广场|饭店|酒店|宾馆|车站|幼儿园)*(?:门口|大门口?|附近|旁边|对面|里面|院内|楼下|前|后)*(?:道路|马路|公路)?"
)
MOST_DETAILS, DISTRICT = 3, 3
BORROWED, FROM_LATER = 0.9, 0.75  # of the confidence of a place that another matter of the call names


class Heard(NamedTuple):
    """What is said of one matter's place: names of regions, and roads, numbers and compounds."""

    mentions: list[Mention]
    details: list[Span]


Place = tuple[PlaceGuess | None, Guess | None]


def find_places(
    turns: list[Turn], shares: list[list[Turn]], gazetteer: Gazetteer, within: str | None = None
) -> list[Place]:
    """(place, address) of each matter; `shares`: the turns once for each. A matter without a place of its own has that
    of the one before it, less surely. What only the agent says, and `within`, the code of the region that the agent
    answers for, decide between namesakes, nothing else."""
    found = [Heard(heard(share, gazetteer), []) for share in shares]
    found = [Heard(one.mentions, _details(share, one.mentions)) for one, share in zip(found, shares, strict=True)]
    if not any(one.mentions for one in found):
        return [(None, _address("", one.details or found[0].details)) for one in found]
    near = _context(turns, gazetteer) or within
    return [_place(turns, *_completed(at, found, gazetteer.tree), gazetteer, near) for at in range(len(shares))]


def _completed(at: int, found: list[Heard], tree: Tree) -> tuple[Heard, float]:
    """What one matter says of its place with what it takes from the others, and a discount for that."""
    own = found[at]
    others = [one for one in [*reversed(found[:at]), *found[at + 1 :]] if one.mentions]
    if not others or any(one.outside for one in own.mentions):
        return own, 1.0
    if own.mentions:
        return Heard(_above(own.mentions, others, tree) + own.mentions, own.details), 1.0
    if not any(one.mentions for one in found[:at]):  # the question where it is was answered once, for all of them
        return Heard(others[0].mentions, own.details or others[0].details), FROM_LATER
    if not own.details:
        return others[0], BORROWED
    # A road of its own lies in the same district, as far as one can tell, but not in the same community.
    return Heard(
        [one for one in others[0].mentions if one.outside or tree.level_of(one) <= DISTRICT], own.details
    ), BORROWED


def _above(own: list[Mention], others: list[Heard], tree: Tree) -> list[Mention]:
    """Names of higher levels that others give and ours lie in: 站前街道 in the district that was said before."""
    level = min(tree.level_of(one) for one in own)
    regions = {region for one in own if tree.level_of(one) == level for region in one.regions}
    higher = [one for other in others for one in other.mentions if not one.outside and tree.level_of(one) < level]
    return [one for one in higher if tree.narrowed(regions, one.regions)]


def _place(turns: list[Turn], heard: Heard, discount: float, gazetteer: Gazetteer, near: str | None) -> Place:
    mentions, details = heard
    if not mentions:
        return None, _address("", details)
    found = resolve(gazetteer.tree, mentions, near)
    said_in = sorted({one.turn for one in mentions}) if discount == 1.0 else []  # what is borrowed was heard already
    misheard = [one for turn in said_in for one in gazetteer.misheard(turns[turn].text, found, turn)]
    if misheard:
        mentions = mentions + misheard
        found = resolve(gazetteer.tree, mentions, near)
    parts = [one for one in found.parts if one.code or found.candidates] or mentions
    spans = [Span(one.turn, one.start, one.end, turns[one.turn].text[one.start : one.end]) for one in parts]
    place = PlaceGuess(
        found.code,
        found.level,
        round(found.confidence * discount, 2),
        spans,
        list(found.candidates),
        found.outside,
        found.outside_name,
        discount < 1.0,
    )
    official = _official(gazetteer, found.code) if found.code else ""
    return place, None if found.outside else _address(official, details, spans)


def heard(turns: list[Turn], gazetteer: Gazetteer) -> list[Mention]:
    """The names that stand: said by the citizen, or by the agent and agreed to; not those denied or taken back."""
    kept: list[Mention] = []
    for number, turn in enumerate(turns):
        if turn.speaker == "agent":
            continue
        before = agent_before(turns, number)
        new = gazetteer.mentions(turn.text, number, _asked_level(before))
        no = before and DENIAL.match(turn.text)
        if no or (before and AGREED.match(turn.text)):
            offered = [] if OPENING.search(before) else gazetteer.mentions(before, number - 1)
            if no:
                kept = [one for one in kept if not any(one.regions == other.regions for other in offered)]
            else:
                kept += [one for one in offered if all(one.regions != other.regions for other in kept)]
        if TAKEN_BACK.search(turn.text):
            kept = _without_taken_back(kept, new, gazetteer)
        if turned := MEANT.search(turn.text):  # 我家住甲，要反映的是乙
            meant = [one for one in new if one.start >= turned.end()]
            kept, new = (_without_taken_back(ones, meant, gazetteer) for ones in (kept, new))
            new = new + [one for one in meant if one not in new]
        kept += new
    ours = [one for one in kept if not one.outside]
    return ours or kept


def _asked_level(question: str) -> int | None:
    found = [(match.end(), level) for level, pattern in ASKED for match in pattern.finditer(question)]
    return max(found)[1] if found else None


def _without_taken_back(kept: list[Mention], new: list[Mention], gazetteer: Gazetteer) -> list[Mention]:
    tree = gazetteer.tree
    fresh = [one for one in new if one.regions]
    if not fresh:
        return kept
    level = min(tree.level_of(one) for one in fresh)
    return [
        one
        for one in kept
        if not one.regions or tree.level_of(one) < level or tree.narrowed(set(one.regions), fresh[0].regions)
    ]


def _context(turns: list[Turn], gazetteer: Gazetteer) -> str | None:
    """The city that the agent answers for, as the greeting says it."""
    first = next((turn for turn in turns if turn.speaker == "agent"), None)
    found = gazetteer.find(first.text) if first else None
    return found.code if found and not found.candidates else None


def _details(turns: list[Turn], mentions: list[Mention]) -> list[Span]:
    """Roads, numbers, compounds: beside a name of a region or in answer to a question for them, else anywhere."""
    near, far = list[Span](), list[Span]()
    for number, turn in enumerate(turns):
        if turn.speaker == "agent":
            continue
        named = [one.end for one in mentions if one.turn == number]
        text, (start, end) = address_detail(turn.text, max(named, default=0))
        if not text or any(text in one.text for one in near):
            continue
        if lead := LEAD.match(text):
            start += lead.end()
        if NO_ADDRESS.fullmatch(turn.text, start, end):
            continue
        asked = ASKED_ADDRESS.search(agent_before(turns, number))
        (near if named or asked else far).append(Span(number, start, end, turn.text[start:end]))
    return (near or far[:1])[:MOST_DETAILS]


def _official(gazetteer: Gazetteer, code: str) -> str:
    """City, district, street and community by their official names, without the province."""
    tree = gazetteer.tree
    line = tree.line(tree.index[code])
    return "".join(tree.names[one] for one in reversed(line) if tree.levels[one] > 1)


def _address(official: str, details: list[Span], spans: list[Span] | None = None) -> Guess | None:
    text = official + "，".join(one.text for one in details)
    if not text:
        return None
    return Guess(text, 0.9 if official and details else 0.6, [*(spans or []), *details])
