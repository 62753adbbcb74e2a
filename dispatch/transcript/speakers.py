"""Who speaks: the usual names of the two sides, and roles by what is said where nobody is named."""

import re
from collections import defaultdict
from dataclasses import replace

from dispatch.transcript.turns import Turn
from grids.simplified import simplified

AGENT_NAMES = (
    "话务员 话务 坐席员 坐席 座席员 座席 客服人员 客服代表 客服 接线员 接线 接听员"
    " 受理员 受理人 接话员 工作人员 服务人员 热线工作人员"
    " 值班员 值班人员 热线 12345热线 12345 平台"
    " agent operator hotline hot-line hot_line service staff csr assistant callee"
)
CITIZEN_NAMES = (
    "市民朋友 市民 来电人 来电者 来电市民 来电群众 来电 群众 用户 客户 居民 村民 当事人 诉求人"
    " 投诉人 举报人 反映人 咨询人 主叫 呼叫人"
    " 访客 citizen customer caller client resident user public"
)
ROLES = dict.fromkeys(AGENT_NAMES.split(), "agent") | dict.fromkeys(CITIZEN_NAMES.split(), "citizen")
NAMES = "|".join(sorted(map(re.escape, ROLES), key=len, reverse=True))
TITLE = "先生|女士|小姐|阿姨|大爷|大妈|大姐|大哥|师傅|同志|老师"
# 话务员1, 坐席(1001), 客服小李, 市民王先生, 话务员-8号, 12345话务员
KNOWN = re.compile(rf"(?:12345)?(?:{NAMES})(?:[-_ ]?[（(]?\s*[\w]{{1,6}}?(?:{TITLE}|号)?\s*[）)]?)??", re.I)
KNOWN_START = re.compile(rf"(?:12345)?({NAMES})", re.I)
OTHER = re.compile(
    rf"(?:说话人|发言人|讲话人|声道|speaker|spk|channel)[\s_-]?\w{{1,3}}|[甲乙男女问答]|[男女][声方]|[ABQ]|\w{{1,3}}(?:{TITLE})",
    re.I,
)

AGENT_WORDS = re.compile(
    "(?<![给打找们跟了])12345|政务服务便民热线|热线[，,]?(?:请问|很高兴|为您)|为您服务|帮您|帮到您|请问|请讲|您贵姓|怎么称呼您|您的(?:联系方式|电话|诉求|问题|来电|姓名)"
    "|给您(?:记录|登记|反映|转)|为您(?:记录|登记|转|查询)|已经?(?:为您)?(?:记录|登记|受理)|请(?:您)?(?:稍等|保持电话畅通|留意)|感谢您的?来电|工号|还有其他"
)
OPENING = re.compile(
    "^[^我你给打找跟]{0,8}12345|(?:您好|你好)[，,。！!]?[^我你给打找跟]{0,12}(?:12345|政务服务便民|市民)热线|^[^我你给打找跟]{0,8}政务服务便民热线|请问有什么(?:可以|能)|很高兴为您服务|\\d{3,5}号(?:话务员|坐席|客服)?为您"
)
CITIZEN_WORDS = re.compile(
    "我(?:要|想)(?:反映|投诉|举报|咨询|问|说|了解)|我(?:是|家|住|姓)|我们(?:小区|家|楼|村|这)|咱们?(?:小区|家|楼|村)|你们|能不能(?:来|管|给)|没人管|麻烦你|我的电话"
)
POLITE = re.compile("您|[吗呢][？?]|[？?]$")
A_HINT = 0.1  # of a phrase
OTHER_SIDE = {"agent": "citizen", "citizen": "agent"}
SURE_OF_SWAP = 4  # phrases
SURE_AGENT = 2  # phrases


def role_of(label: str | None) -> str:
    """agent, citizen or unknown, by the name that the source gives the speaker."""
    name = simplified(label or "").strip().strip("[]【】()（）<>《》").lower()
    if name in ROLES:
        return ROLES[name]
    found = KNOWN_START.match(name)
    if found and KNOWN.fullmatch(name):
        return ROLES[found[1].lower()]
    return "citizen" if re.fullmatch(rf"\w{{1,3}}(?:{TITLE})", name) else "unknown"


def with_roles(turns: list[Turn]) -> list[Turn]:
    """Roles for the turns: by the names that the source gives, set right where what is said proves them swapped;
    without names by label where there are two sides, else one utterance at a time."""
    if any(turn.speaker != "unknown" for turn in turns):
        named = turns if all(turn.speaker != "unknown" for turn in turns) else _the_other_side(turns)
        return _unswapped(named)
    if len({turn.label for turn in turns if turn.label}) >= 2:
        return _by_label(turns)
    return _by_words(turns)


def _the_other_side(turns: list[Turn]) -> list[Turn]:
    """Known on one side only: a single further label is the other side."""
    known = {turn.speaker for turn in turns} - {"unknown"}
    open_labels = {turn.label for turn in turns if turn.speaker == "unknown" and turn.label}
    if len(known) == 1 and len(open_labels) == 1:
        other = "citizen" if known == {"agent"} else "agent"
        return [replace(one, speaker=other) if one.speaker == "unknown" and one.label else one for one in turns]
    return turns


def _unswapped(turns: list[Turn]) -> list[Turn]:
    """Channels are mixed up now and then: the hotline's greeting and most of its phrases stand on the other side."""
    scores = {side: sum(agent_score(one.text) for one in turns if one.speaker == side) for side in OTHER_SIDE}
    greets = {one.speaker for one in turns if OPENING.search(one.text)}
    if greets != {"citizen"} or scores["citizen"] - scores["agent"] < SURE_OF_SWAP or scores["agent"] > 0:
        return turns
    return [replace(one, speaker=OTHER_SIDE.get(one.speaker, one.speaker)) for one in turns]


def _by_label(turns: list[Turn]) -> list[Turn]:
    """Each label is one side: the agent's phrases tell, and where they do not, who asks and says 您."""
    scores: dict[str | None, float] = defaultdict(float)
    for turn in turns:
        scores[turn.label] += agent_score(turn.text) + min(len(POLITE.findall(turn.text)), 3) * A_HINT
    best = max(scores, key=lambda label: scores[label])
    if list(scores.values()).count(scores[best]) > 1:
        return turns
    roles = {label: _role_among(label == best, score, len(scores)) for label, score in scores.items()}
    return [replace(turn, speaker=roles[turn.label]) for turn in turns]


def _role_among(best: bool, score: float, labels: int) -> str:
    """Of two labels one is each side; of more, some may be a queue's voice, a colleague, a family member."""
    if best or (labels > 2 and score >= SURE_AGENT):
        return "agent"
    return "citizen" if labels == 2 or score < 0 else "unknown"


def _by_words(turns: list[Turn]) -> list[Turn]:
    """No labels: an utterance with the agent's phrases is the agent's; without any agent it is one narrative."""
    scores = [agent_score(turn.text) for turn in turns]
    if not any(score > 0 for score in scores):
        return [replace(turn, speaker="citizen") for turn in turns]
    roles = ["agent" if score > 0 else "citizen" for score in scores]
    return [replace(turn, speaker=role) for turn, role in zip(turns, roles, strict=True)]


def agent_score(text: str) -> int:
    """Positive where the words are the agent's, negative where they are the caller's."""
    opening = 3 if OPENING.search(text) else 0
    return opening + len(AGENT_WORDS.findall(text)) - len(CITIZEN_WORDS.findall(text))
