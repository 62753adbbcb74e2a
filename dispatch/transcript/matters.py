"""What it is about: the sentence that states the matter, its kind and how urgent it is."""

import re

from dispatch.classifier.judge import Judge
from dispatch.classify import CategoryGuess, Taxonomy, classify
from dispatch.transcript.reading import Guess, Span, from_citizen
from dispatch.transcript.turns import Turn

SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]*")
CLAUSE = re.compile(r"[^，,]+[，,]*")
NOISE = re.compile(
    r"(?:(?:喂|你好|您好|诶|哎呀妈呀|哎呀|哎|对(?!面|于|我)|是的|没错|就那儿|嗯|呃|啊|哦|那啥|那个|这个|就是说?|同志|姑娘|小伙子|领导|麻烦|是这样(?:的|子)?|是这么回事|没事)[，,。、！!…\s]*)+"
    r"|我?(?:想|要|是)?(?:来)?(?:跟你们?|给你们?|向你们?)?(?:反映|说|反应)(?:一?个|一下|一件|点儿?)?(?:问题|情况|事情?|事儿)?[，,：:、\s]+"
)
IDENTITY = re.compile(
    r"姓|身份证|我叫|(?:电话|手机|号码|联系方式)(?:号码?)?(?:是|就是|：|:|\s*\d)|\d{7,}|谢谢|再见|拜拜|没有了|没别的|保密|匿名"
)
STATES = re.compile(
    "坏|丢|没(?!有了|事|别的|错|关系)|不(?!是|对|用|客气|好意思)|漏|堵|臭|吵|噪|扰|破|断|停|占|违|乱|脏|塌|危险|拖欠|欠|冷|冻|黑|偷|骗|差|掉|倒|冒|着火|淹"
    "|投诉|举报|咨询|建议|表扬|感谢你们|感谢他|求助|怎么办理?|怎么(?!称呼)|如何|是否|能不能|什么时候|需要什么|材料|手续|政策|希望|要求|请求|问一下"
)
WRONG_NUMBER = re.compile("打错|拨错|测试电话|没事了|不用了|不反映了")
NUMBERS = re.compile(r"[，,]?(?:我的?)?(?:联系)?(?:电话|手机|号码)?(?:号码?)?是?[:：]?\s*\d[\d\s-]{6,}\d(?:谢谢)?")
SHORT = 30  # characters
CLAUSE_REACH = 40
LONGEST = 120  # characters of a description of one sentence

# Never milder than what is said: the first that fits counts.
KINDS = (
    ("report", re.compile("举报|揭发|黑作坊|偷排|非法(?!占)|贩毒|赌博|传销|偷税|行贿|受贿|贪污|假冒伪劣|无证经营")),
    (
        "complaint",
        re.compile(
            "投诉|不满|太不像话|没人管|不管(?!怎|是|什么|多|谁|哪)|不作为|推诿|推来推去|踢皮球|态度(?:太|很|非常|特别|极其)?(?:差|恶劣|不好)|乱收费|欺骗|被骗|拖欠|欠薪"
            "|多次(?:反映|打电话)|反映(?:了)?(?:好)?[几多]次|一直(?:没|不)|扰民|不给(?:退|处理|解决)|强制|讨个?说法|太过分|噪[音声]"
        ),
    ),
    ("praise", re.compile("表扬|锦旗|点赞|感谢信|感谢(?:社区|民警|师傅|他们|她|他)")),
    (
        "help",
        re.compile(
            "求助|帮(?:帮|个?忙|我)|救|坏了|丢了|漏|堵|停[水电气暖]|没[水电气]|处理|维修|修一?下|清理|解决|派人|不亮|不热|塌|掉了|破损|积水|危险"
        ),
    ),
    ("suggestion", re.compile("建议|提议|提个意见|希望(?:政府|能)?(?:增设|增加|开通|加装|设置)")),
    (
        "consultation",
        re.compile(
            "咨询|问一下|问问|想问|想了解|怎么(?:办理|申请|提取|交|弄|报)|如何|什么(?:材料|手续|条件|政策|时候)|是否|可不可以|能不能办|多少钱|几点"
        ),
    ),
)
DENIED_KIND = re.compile("(?:不是|不想|不要|没想|不用|并非)(?:要|想|来)?$")

EMERGENCY = re.compile(
    "(?:煤气|燃气|天然气|瓦斯|液化气)(?:的)?(?:味|泄[漏露]|漏了|在漏|中毒)|漏(?:煤气|燃气|天然气|气)|闻到[^，。]{0,6}(?:煤气|燃气|天然气)|着火|起火|失火|着起来|火灾|冒(?:浓|黑)烟|爆炸|自燃"
    "|坍塌|倒塌|塌方|塌了|塌下来|要塌|受伤|伤人|摔伤|砸伤|砸到人|砸着人|流血|晕倒|昏迷|骨折|死人|触电|溺水|落水|掉(?:到)?[^，。]{0,5}(?:井|坑|沟|河)里"
    "|掉(?:进|下)(?:去|井|坑|河)|被困|困在|困住|困(?:着|了)|关在电梯|困人|跳楼|轻生|自杀|持刀|砍人|生命危险|快不行了|电线[^，。]{0,6}(?:冒火|打火|掉[^，。]{0,4}(?:地|路)上)"
)
URGENT = re.compile(
    "停水|没水|没有水|断水|停电|没电|没有电|断电|停气|没气|没有气|停暖|没暖气|没有暖气|不供暖|没供暖|暖气[^，。]{0,6}(?:不热|冰|凉)|屋里[^，。]{0,6}(?:冷|冻)|爆管|水管爆"
    "|污水倒灌|漏电|井盖[^，。]{0,8}(?:丢|没|缺|不见|掉|坏|破|碎)|没(?:有)?井盖"
)
NEGATED = re.compile(
    "(?:没有?(?:人|谁|什么人)?|没有发生|未|并未|无人?|不是|不存在|幸好没|还没)(?:造成|发现|发生|有|出现|人|被|闻到|说)?(?:人员?|过)?$"
)
IMAGINED = re.compile(
    "(?:容易|怕|担心|万一|可能|会不会|以防|以免|避免|防止|小心|要是|如果|别再?|早晚|迟早|去年|前年|以前|曾经|之前|上次|上个月|险些|差点儿?)[^，。！？]{0,10}$"
)
NOT_NOW = re.compile("(?:的?隐患|险|演习|通知|以后怎么|怎么办理|预案|费|宣传|证明)")
COMPLEX = re.compile("历史遗留|遗留问题|好几个部门|多个部门|跨区|产权|确权|信访|(?:好多|十几|几十|多)年(?:了|没|都)")


def find_matter(turns: list[Turn], taxonomy: Taxonomy) -> Guess | None:
    """The sentence in which the citizen states the matter, without greetings and numbers; None if there is none."""
    best, said = 0.0, list[Span]()
    for number, turn in from_citizen(turns):
        if WRONG_NUMBER.search(turn.text) and len(turn.text) < SHORT:
            continue
        weighed = [(_weight(span.text, taxonomy), span) for span in _sentences(number, turn.text)]
        for at, (weight, _) in enumerate(weighed):
            if weight > best:
                best, said = weight, _with_what_follows(weighed[at:])
    if not said:
        return None
    text = NUMBERS.sub("", "，".join(span.text for span in said))
    return Guess(text, round(min(0.95, 0.5 + best / 12), 2), said)


def _with_what_follows(weighed: list[tuple[float, Span]]) -> list[Span]:
    """A short sentence takes along those after it that state something too: 停电了！电梯里困着人！"""
    said = [weighed[0][1]]
    for weight, span in weighed[1:]:
        if weight <= 0 or sum(len(one.text) for one in said) >= SHORT:
            break
        said.append(span)
    return said


def _sentences(number: int, text: str) -> list[Span]:
    spans = []
    for found in SENTENCE.finditer(text):
        start, end = found.span()
        while noise := NOISE.match(text, start, end):
            start = noise.end()
        start, end = _without_identity(text, start, end)
        words = text[start:end].rstrip("，,。 ")[:LONGEST]
        if len(words) >= 2:
            spans.append(Span(number, start, start + len(words), words))
    return spans


def _without_identity(text: str, start: int, end: int) -> tuple[int, int]:
    """Without the clauses at both ends that give name or number instead of the matter."""
    clauses = [found.span() for found in CLAUSE.finditer(text, start, end)]
    while len(clauses) > 1 and IDENTITY.search(text, *clauses[0]):
        clauses.pop(0)
    while len(clauses) > 1 and IDENTITY.search(text, *clauses[-1]):
        clauses.pop()
    return (clauses[0][0], clauses[-1][1]) if clauses else (start, end)


def _weight(sentence: str, taxonomy: Taxonomy) -> float:
    guesses = classify(sentence, taxonomy)
    topic = min(guesses[0].score, 6.0) if guesses else 0.0
    states = min(len(STATES.findall(sentence)), 3)
    if not states and topic < 2:
        return 0.0
    grave = 6.0 if happening([Turn("citizen", sentence)], EMERGENCY) else 0.0
    return grave + topic * (1.0 if states else 0.5) + 1.5 * states - (4.0 if IDENTITY.search(sentence) else 0.0)


def find_kind(turns: list[Turn], matter: Guess | None, category_kind: str | None) -> Guess:
    """By the citizen's words, the gravest that is said; by the category where they say none."""
    for kind, pattern in KINDS:
        for number, turn in from_citizen(turns):
            for found in pattern.finditer(turn.text):
                before = turn.text[max(0, found.start() - 4) : found.start()]
                if not DENIED_KIND.search(before) and not (kind == "help" and _asks(turn.text, found)):
                    return Guess(kind, 0.85, [Span(number, found.start(), found.end(), found[0])])
    return Guess(category_kind or "help", 0.5 if matter else 0.2, list(matter.spans) if matter else [])


def _asks(text: str, found: re.Match[str]) -> bool:
    """处理, 解决 in a plain question (怎么处理) ask for advice, not for help."""
    return bool(re.search("(?:怎么|如何|哪里|哪个部门)[^，。]{0,3}$", text[: found.start()]))


def find_urgency(turns: list[Turn], kind: str, category_urgency: str | None) -> Guess:
    """emergency and urgent by what is happening now, not by what is denied, feared or long past."""
    for urgency, pattern in (("emergency", EMERGENCY), ("urgent", URGENT)):
        if urgency == "urgent" and kind in ("consultation", "praise", "suggestion"):
            break
        if spans := happening(turns, pattern):
            return Guess(urgency, 0.9, spans)
    if category_urgency in ("urgent", "complex") and kind not in ("consultation", "praise", "suggestion"):
        return Guess(category_urgency, 0.6)
    if spans := happening(turns, COMPLEX):
        return Guess("complex", 0.6, spans)
    return Guess("ordinary", 0.6)


def happening(turns: list[Turn], pattern: re.Pattern[str]) -> list[Span]:
    """Where the citizen says so of the present."""
    spans = []
    for number, turn in from_citizen(turns):
        for found in pattern.finditer(turn.text):
            before = re.split("[，,。！？!?；;]", turn.text[max(0, found.start() - CLAUSE_REACH) : found.start()])[-1]
            if NEGATED.search(before) or IMAGINED.search(before) or NOT_NOW.match(turn.text, found.end()):
                continue
            spans.append(Span(number, found.start(), found.end(), found[0]))
    return spans


def find_categories(turns: list[Turn], matter: Guess | None, judge: Judge) -> list[Guess]:
    """By the matter's own words, else by all that the citizen says; none where it stays a tie, two where what was
    learned contradicts the lexicon."""
    if matter is None:
        return []
    span = matter.spans[0]
    if found := judge.guesses(_as_it_is(span.text)):
        return [Guess(one.code, one.confidence, _words(one, span.turn, span.start)) for one in found]
    said = "\n".join(_as_it_is(turn.text) for _, turn in from_citizen(turns))
    return [Guess(one.code, round(one.confidence * 0.8, 2), [span]) for one in judge.guesses(said)]


def _as_it_is(text: str) -> str:
    """The text with outages and emergencies blanked that are denied or only feared; offsets hold."""
    for pattern in (EMERGENCY, URGENT):
        now = {(one.start, one.end) for one in happening([Turn("citizen", text)], pattern)}
        gone = [found.span() for found in pattern.finditer(text) if found.span() not in now]
        for start, end in gone:
            text = text[:start] + " " * (end - start) + text[end:]
    return text


def _words(guess: CategoryGuess, turn: int, offset: int) -> list[Span]:
    return [Span(turn, offset + start, offset + end, text) for start, end, text in guess.words]
