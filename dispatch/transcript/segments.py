"""Several matters in one call: where the caller begins another one, and which words belong to which.

Precision goes first: causes, consequences, several symptoms of one thing and the history of complaining stay one
matter. A new one needs words that announce it, or a list, and a complaint of its own kind.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from dispatch.classify import CategoryGuess, Taxonomy, classify, decided
from dispatch.transcript.kinds import OWN_WORD
from dispatch.transcript.matters import STATES, as_it_is, states_something
from dispatch.transcript.reading import REFUSAL, agent_before
from dispatch.transcript.turns import Turn

# How plainly another matter is announced.
SOFT, ASKED, THING, LISTED = 1, 2, 3, 4

START = r"(?:^|(?<=[，,。！!？?；;：:\s]))"
LEAD = r"(?:(?:对了|然后|完了|嗯|呃|那|哦|啊|有|好|行|有有)[，,、\s]*){0,2}"
COUNTED = "天次回遍年月周批期轮排中小医人民幼实高栋楼层单号季代产杯种台户"  # 第二天, 第二次, 第二中学: no list
ORDINAL = (
    r"第[二三四五](?:(?:个|件|点|项|条|样)(?!月|星期|礼拜|小时|人|孩子|路口|红绿灯|单元|门|楼|学期)(?:问题|事[情儿]?|诉求)?"
    r"|(?:问题|事[情儿]?)?(?=[，,、：:\s]|就?是|呢|我|咱|俺))"
)
BARE = rf"第[二三四五](?![{COUNTED}个件点项条样])"  # only after 第一 of the same kind
AGAIN = "(?:(?:另外|还有|再有|再|最后|除此以?外|除了这个)[，,]?)*"
SAYING = "(?:就|还|我|也|想|要|是|有|再|跟你|反映|说|问){0,5}"
ANOTHER = (
    rf"{SAYING}(?:另外?一|还有一?|再一|再说一|再反映一|后一|下一)(?:个|件|点|样)"
    r"(?:事[情儿]?|问题|情况|(?=就?是|呢|[，,：:、\s]))|再(?:就)?是(?!说)"
    r"|(?:顺便|顺道|捎带|另外|还|再)(?:再|也|还|我|想|要|就|跟你|给你们?){0,4}"
    r"(?:反映|投诉|举报|咨询|打听|问|建议|提个?建议|表扬)(?:一下|一个|个|下|问|到)?"
)
AND = (
    r"(?:另外(?!一[辆个台栋户家间条])|还有(?!人|的人|几|多|点|没|个|一[个位辆])"
    r"|再有|再者|此外|顺便|同时(?=[，,]))(?:就是|呢|也|还)?"
)
MORE = (
    (LISTED, re.compile(rf"{START}{LEAD}(?:{ORDINAL}|[二三四五]是|[二三四五]、|其次(?:就?是|[，,呢]))")),
    (THING, re.compile(rf"{START}{LEAD}{AGAIN}(?:{ANOTHER})")),
    (SOFT, re.compile(START + LEAD + AND)),
)
# What recognisers write without any mark: only the plainest words announce something in the middle of it.
UNMARKED = (
    (LISTED, re.compile(r"第[二三四五](?:个|件)(?:问题|事[情儿]?)?(?:就?是|呢)")),
    (THING, re.compile(r"(?:还有|另外|再)(?:另外)?一(?:个|件)(?:(?:事[情儿]?|问题|情况)(?:就?是)?|就?是)")),
)
MARKS = re.compile(r"[，。！？；,.!?;\s]")
FIRST = re.compile(
    rf"第一(?:个|件|点|项|条)?(?:问题|事[情儿]?)?(?=[，,、：:\s]|就?是|呢|我)|第一(?:个|件|(?![{COUNTED}]))|一是|一、|头一?(?:个|件)|首先"
    r"|先(?:说|反映)(?:头)?一?(?:个|件)?|一个(?:就)?是|一件(?:就)?是"
)
AFTER_FIRST = re.compile(START + BARE)
ONE_IS = re.compile(rf"{START}(?:另|还有|再|再有|又)?一(?:个|件)(?:事儿?|问题)?就?是")
ANNOUNCED = re.compile(
    "(?:反映|说|有|咨询|投诉|举报|问|讲)[^，。！？]{0,4}(?:[两二三四五俩仨几]|好几)(?:个|件|样|点)?(?:问题|事[情儿]?|情况|诉求)"
)
ASKED_MORE = re.compile(
    "还有(?:没有)?(?:什么)?(?:其他|别的|其它|另外)(?!.{0,4}补充)|其他(?:需要(?!补充)|问题|诉求)|第[二三四](?:个|件)(?:问题|事|呢)|还有一(?:个|件)|另(?:外)?一(?:个|件)|下一(?:个|件)"
)
NOTHING_MORE = re.compile(rf"{REFUSAL}|\s*(?:就这(?:些|个|一个|样)|别的没|没了|没啥)")

# Words about the handling of what was told before; with a category of the first group alone they are no new matter.
FOLLOWS = re.compile(
    "打(?:过|了)?[^，。]{0,6}电话|没人接|不接电话|反映过|找过|找了|答复|回复|工单|什么时候(?:能|给|才)|啥时候(?:能|给|才)|尽快|赶紧|回访|赔偿?|推到|不归|说不(?:知道|归|管)|没人管|不管"
)
# The history of a matter, however it sounds: announced only softly, it begins nothing.
HISTORY = re.compile(
    "打(?:过|了)?[^，。]{0,6}电话|没人接|反映过|找过|答复|回复|工单|报(?:过|了)?(?:案|警)|派出所|起诉|法院|仲裁|信访"
)
ABOUT_HANDLING = frozenset(
    {
        "government",
        "government.hotline",
        "government.attitude",
        "property",
        "property.service",
        "emergency",
        "emergency.people",
    }
)
# Groups that are often two sides of one thing (a site that is loud and dusty): announced only softly, they stay one.
PAIRS = (
    "noise+environment noise+cityscape cityscape+environment cityscape+health cityscape+property road+environment"
    " road+water heat+water heat+property property+water property+power property+emergency property+housing"
    " power+emergency power+light gas+emergency traffic+road traffic+cityscape market+police market+health"
    " labour+police housing+education"
)
ONE_THING = {frozenset(pair.split("+")) for pair in PAIRS.split()}
WISHES = re.compile("投诉|举报|咨询|建议|表扬|希望|要求|打听")  # 我要投诉，第一… states nothing yet
BACK = (
    (0, re.compile("第一(?:个|件)|刚才(?:说的)?(?:那个|第一)|前(?:面|头)(?:那)?(?:个|件)|头一?个")),
    (1, re.compile("第二(?:个|件)")),
    (2, re.compile("第三(?:个|件)")),
)

TELLING = 0.45  # confidence of a category that a softly announced matter needs
HINT = re.compile("[第另还再顺其此同捎下后]|[二三四五][是、]|一[个件]")  # nothing is announced without one of these
Names = Callable[[str], bool]


class Cut(NamedTuple):
    """Where another matter may begin: at character `at` of turn `turn`."""

    turn: int
    at: int
    strength: int


class Share(NamedTuple):
    """Words of one matter: [start, end) of a turn."""

    turn: int
    start: int
    end: int


def shares(turns: list[Turn], taxonomy: Taxonomy, names_place: Names) -> list[list[Turn]]:
    """The turns once for each matter, as long as they were, with what belongs to others blanked: offsets hold.

    `names_place` tells whether words name a place of their own. With one matter, the turns themselves."""
    cuts = _taken(turns, list(_cuts(turns)), taxonomy, names_place)
    if not cuts:
        return [turns]
    begins = [(0, 0), *(cut[:2] for cut in cuts)]
    told = [_text(turns, begin, after) for begin, after in zip(begins, [*cuts, None], strict=True)]
    owned = list(_owned(turns, cuts, told, taxonomy))
    return [_blanked(turns, [share for share, owner in owned if owner == at]) for at in range(len(cuts) + 1)]


def _cuts(turns: list[Turn]) -> Iterator[Cut]:
    """Places where the words announce another matter, in order, the plainest reading of each."""
    for number, turn in enumerate(turns):
        if turn.speaker == "agent":
            continue
        found = dict(_announced(turn.text)) if HINT.search(turn.text) else {}
        asked = ASKED_MORE.search(agent_before(turns, number)) and not NOTHING_MORE.match(turn.text)
        if asked and any(one.speaker != "agent" for one in turns[:number]):
            found = {0: max(ASKED, found.get(0, 0))} | {at: how for at, how in found.items() if at > 6}
        yield from (Cut(number, at, found[at]) for at in sorted(found))


def _announced(text: str) -> Iterator[tuple[int, int]]:
    """(character, strength) of the announcements in an utterance, the weaker ones first."""
    for strength, pattern in reversed(MORE if MARKS.search(text) else MORE + UNMARKED):
        yield from ((match.start(), strength) for match in pattern.finditer(text))
    first = FIRST.search(text)
    if first:
        yield from ((match.start(), LISTED) for match in AFTER_FIRST.finditer(text, first.end()))
    listed = [match.start() for match in ONE_IS.finditer(text)]
    yield from ((at, LISTED) for at in listed if at > min(listed[0], first.start() if first else at))


def _taken(turns: list[Turn], cuts: list[Cut], taxonomy: Taxonomy, names_place: Names) -> list[Cut]:
    """The cuts behind which another matter stands."""
    said = "\n".join(turn.text for turn in turns if turn.speaker != "agent")
    announced = bool(ANNOUNCED.search(said))
    kept: list[Cut] = []
    for cut, after in zip(cuts, [*cuts[1:], None], strict=False):
        if cut.strength == LISTED and not announced and _parts_of_one(turns, cut, taxonomy):
            continue
        start = kept[-1][:2] if kept else (0, 0)
        before, behind = _text(turns, start, cut), _text(turns, cut[:2], after)
        if _another(before, behind, max(cut.strength, THING if announced else 0), taxonomy, names_place):
            kept.append(cut)
    return kept


def _parts_of_one(turns: list[Turn], cut: Cut, taxonomy: Taxonomy) -> bool:
    """一是…二是… under a statement that already says what it is about lists its causes."""
    text = turns[cut.turn].text
    first = FIRST.search(text, 0, cut.at)
    head = text[: first.start()] if first else ""
    return bool(first) and states_something(WISHES.sub("", head), taxonomy)


def _another(before: str, behind: str, strength: int, taxonomy: Taxonomy, names_place: Names) -> bool:
    """Whether the words behind a cut are a matter of their own; the turn that states it decides, not later answers."""
    stated = next((line for line in behind.split("\n") if states_something(line, taxonomy)), "")
    old, new = _topic(before, taxonomy), _topic(stated, taxonomy)
    if not stated or not states_something(before, taxonomy):
        return False
    if old is None:
        return new is not None and (strength >= THING or bool(OWN_WORD.search(before)))
    if new is None:
        return strength >= THING and not FOLLOWS.search(stated)
    if new.code in ABOUT_HANDLING and (strength == SOFT or FOLLOWS.search(stated)):
        return False
    if strength == SOFT and HISTORY.search(stated):
        return False
    if _kin(old.code, new.code):
        return strength >= THING and names_place(stated) and not FOLLOWS.search(stated)
    groups = frozenset((_group(old.code), _group(new.code)))
    if strength >= ASKED or names_place(stated):
        return True
    apart = len(groups) == 2 and groups not in ONE_THING
    return apart and new.confidence >= TELLING and bool(STATES.search(stated))


def _kin(one: str, other: str) -> bool:
    return one == other or one.startswith(other + ".") or other.startswith(one + ".")


def _group(code: str) -> str:
    return code.partition(".")[0]


def _topic(text: str, taxonomy: Taxonomy) -> CategoryGuess | None:
    guesses = classify(as_it_is(text), taxonomy)
    return decided(guesses, taxonomy) or (guesses[0] if guesses else None)


def _text(turns: list[Turn], start: tuple[int, int], end: Cut | None) -> str:
    """What the citizen says from a position (turn, character) up to a cut, or to the end of the call."""
    last = end.turn if end else len(turns) - 1
    pieces = []
    for number in range(start[0], last + 1):
        if turns[number].speaker == "agent":
            continue
        begin = start[1] if number == start[0] else 0
        stop = end.at if end and number == end.turn else None
        pieces.append(turns[number].text[begin:stop])
    return "\n".join(pieces)


def _owned(turns: list[Turn], cuts: list[Cut], told: list[str], taxonomy: Taxonomy) -> Iterator[tuple[Share, int]]:
    """Every piece of the talk with the number of its matter: the one begun last, until somebody goes back to another.

    `told`: what the citizen says from each beginning to the next."""
    begun = current = 0
    for number, turn in enumerate(turns):
        inside = [cut for cut in cuts if cut.turn == number]
        if begun and not (inside and inside[0].at == 0):
            current = _went_back(turn, told[: begun + 1], taxonomy, current)
        at = 0
        for cut in inside:
            yield Share(number, at, cut.at), current
            begun, current, at = begun + 1, begun + 1, cut.at
        yield Share(number, at, len(turn.text)), current


def _went_back(turn: Turn, told: list[str], taxonomy: Taxonomy, current: int) -> int:
    """The matter that a turn speaks of, by its number or by its topic; the current one where it names none."""
    for which, pattern in BACK:
        if which < len(told) and pattern.search(turn.text):
            return which
    said = _topic(turn.text, taxonomy)
    if said is None:
        return current
    fits = [at for at, text in enumerate(told) if any(word in text for _, _, word in said.words)]
    if not fits:
        topics = [_topic(text, taxonomy) for text in told]
        fits = [at for at, topic in enumerate(topics) if topic and _kin(topic.code, said.code)]
    return fits[0] if len(fits) == 1 else current


def _blanked(turns: list[Turn], kept: list[Share]) -> list[Turn]:
    """Line breaks instead of what belongs to other matters: no pattern reaches across them."""
    texts = ["\n" * len(turn.text) for turn in turns]
    for turn, start, end in kept:
        texts[turn] = texts[turn][:start] + turns[turn].text[start:end] + texts[turn][end:]
    return [replace(turn, text=text) for turn, text in zip(turns, texts, strict=True)]
