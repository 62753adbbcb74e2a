"""How urgent it is: dangers that are happening now, not those that are denied, feared, asked about or long past."""

import re

from dispatch.transcript.reading import Guess, Span, from_citizen
from dispatch.transcript.turns import Turn

CLAUSE_REACH = 40  # characters before a word that may deny or imagine it
AFTER_REACH = 32  # characters after it that may say that it is over
NO_HURRY = ("consultation", "praise", "suggestion")

PERSON = "(?:人|孩子|小孩|娃|宝宝|婴儿|老人|老头|老太太|大爷|大娘|大妈|老伴|奶奶|爷爷|学生|工人|女的|男的|姑娘|小伙)"
BODY = "(?:腿|头|脑袋|脚|手|胳膊|腰|眼睛|脸|肋)"
GAS = "(?:煤气|燃气|天然气|瓦斯|液化气)"
EMERGENCY = re.compile(
    "|".join(
        (
            rf"{GAS}罐?(?:的|管道?|阀门?|表)?[^，。！？]{{0,4}}?(?:味(?!道不)|泄[漏露]|漏了|在漏|漏气|中毒)|漏(?:煤气|燃气|天然气|液化气|气)"
            rf"|(?:闻到|闻着|一股子?|有股)[^，。]{{0,6}}{GAS}|一氧化碳中毒",
            "(?<!不)着火|起火(?!车)|失火|着起来|烧着了|烧起来|火灾|冒(?:浓|黑)烟(?!囱)|(?:屋|房子|家里|车|电[线表箱]|窗户|仓库|店里)[^，。囱]{0,6}冒烟|(?<![群态]都)(?<![群态]都快)爆炸|自燃|火苗",
            "坍塌|倒塌|塌方|(?<!天)塌了|塌下来|要塌",
            f"受伤|受了[轻重]?伤|伤(?:了|着|到)?人|[摔砸烫烧撞刺炸轧咬划]伤|[砸撞轧][着到中了]*{PERSON}|[砸撞轧夹][着到中了][^，。]{{0,5}}{BODY}"
            f"|(?:流|出)[了好]*(?:多)?血|晕倒|昏迷|昏过去|休克|骨折|死人|{PERSON}[^，。]{{0,4}}(?:快不行了|没气了|喘不上气|不省人事)|倒地上?不动"
            "|电死|触电|[漏带]电(?!话|子|视|影)|食物中毒|车祸|撞人",
            f"溺水|落水|掉(?:到|进|下|里)?[^，。]{{0,5}}(?:[井坑沟河江湖海水洞]|冰窟窿)里|掉(?:进|下)(?:去|井|坑|河|水)|掉里[边面头]"
            f"|被困(?!难)|困在|困住|困(?:着|了)|困人|电梯[^，。]{{0,8}}(?:关着|卡着|憋|夹)|电梯[^。！？]{{0,16}}出不来|(?:关|卡|憋|夹)在[^，。]{{0,4}}电梯"
            f"|{PERSON}[^，。！？]{{0,9}}(?:反锁|锁[在到](?:了)?[^，。]{{0,3}}(?:屋|车|家|阳台|里))",
            "跳楼|跳河|轻生|自杀|不想活|持刀|拿(?:着)?刀|砍人|捅人|生命危险|呼吸机|制氧机"
            "|(?:电|高压)线[^，。]{0,6}(?:冒火|打火|掉[^，。]{0,4}(?:地|路)上)",
        )
    )
)
URGENT = re.compile(
    "停水|断水|停电|断电|停气|没(?:有)?水(?![平印准表压])|没(?:有)?电(?![梯话视脑动子池表瓶])|没(?:有)?气(?![味派质压])|停暖|没暖气|没有暖气|不供暖|没供暖|燃气停了|水停了|电停了|不来[水电气]|没来[水电气]"
    "|(?:暖气|地热|供暖|供热)[^，。]{0,8}(?:不热|冰|凉|没热)|(?:屋里|家里)[^，。]{0,6}(?:冷|冻|十[一二三四五六]度|1[0-6]度)|爆管|水管爆|管道?爆"
    "|污水倒灌|(?:井盖|马葫芦盖?)[^，。]{0,8}(?:丢|没|缺|不见|掉|坏|破|碎)|没(?:有)?井盖|(?:从|就)[^，。]{0,8}没热过"
)
COMPLEX = re.compile("历史遗留|遗留问题|好几个部门|多个部门|跨区|产权|确权|信访|(?:好多|十几|几十|多)年(?:了|没|都)")

NEGATED = re.compile(
    "(?:没有?(?:人|谁|什么人)?|没有发生|未|并未|无人?|不是|不存在|幸好没|还没|不会|不至于)"
    "(?:造成|发现|发生|有|出现|人|被|闻到|闻着|说|让人|把人)?(?:人员?|过)?$"
)
# Within the clause; fears and conditions reach over a comma too.
IMAGINED = re.compile(
    "(?:容易|(?<!害)怕|担心|万一|可能|会不会|以防|以免|避免|防止|预防|小心|要是|如果|假如|一旦|真要|遇到|碰到|别再?|早晚|迟早|险些|差点儿?|差一点|防范|应对"
    "|去年|前年|以前|从前|曾经|之前|过去|那年|小时候|早些年|前些年|前几年|年前|个月前|上次|上回|上个月|(?:19|20)[01]\\d年|[一二三四五六七八九十]年(?:前|的时候))[^，。！？]{0,12}$"
)
FEARED = re.compile("(?:(?<!害)怕|担心|万一|如果|要是|假如|一旦|以免|避免)[^。！？!?；;]{0,14}$")
LOST = re.compile("(?:手机|钥匙|戒指|东西|证件?|钱包|眼镜|球|猫|狗|车钥匙|卡)[^，。]{0,6}$")
NOT_NOW = re.compile(
    "(?:了)?(?:点|急救|的?隐患|险(?!情)|演习|演练|通知|知识|培训|以后怎么|怎么办理|预案|费|宣传|证明|报警器|警报器|探测器|逃生|疏散|鉴定|赔偿|责任|保险|补[贴助偿]|的话|的时候|时[，,怎该应]"
    "|(?:之?后)?(?:怎么|咋|如何)(?:报警|逃|跑|赔|理赔|索赔|鉴定|预防|防))"
)
OVER = re.compile(
    "[^。！？!?；;]{0,24}?(?:扑灭|火(?:早|已经|都|就)*灭了|虚惊|误报)|[^。！？!?；;]{0,8}(?:救出来|救上来|已经处理|修好了|没事了)"
)
STOPS = re.compile("[，,。！？!?；;]")


def find_urgency(turns: list[Turn], kind: str, category_urgency: str | None) -> Guess:
    """emergency and urgent by what is happening now, not by what is denied, feared or long past; then the category."""
    for urgency, pattern in (("emergency", EMERGENCY), ("urgent", URGENT)):
        if urgency == "urgent" and kind in NO_HURRY:
            break
        if spans := happening(turns, pattern):
            return Guess(urgency, 0.9, spans)
    if category_urgency in ("urgent", "complex") and kind not in NO_HURRY:
        return Guess(category_urgency, 0.6)
    if spans := happening(turns, COMPLEX):
        return Guess("complex", 0.6, spans)
    return Guess("ordinary", 0.6)


def happening(turns: list[Turn], pattern: re.Pattern[str]) -> list[Span]:
    """Where the citizen says so of the present."""
    return [
        Span(number, found.start(), found.end(), found[0])
        for number, turn in from_citizen(turns)
        for found in pattern.finditer(turn.text)
        if is_now(turn.text, found.start(), found.end())
    ]


def is_now(text: str, start: int, end: int) -> bool:
    """Whether the words [start, end) are meant of the present: not denied, imagined, remembered or over."""
    said = text[max(0, start - CLAUSE_REACH) : start]
    clause = STOPS.split(said)[-1]
    if NEGATED.search(clause) or IMAGINED.search(clause) or FEARED.search(said) or LOST.search(clause):
        return False
    return not NOT_NOW.match(text, end) and not OVER.match(text, end, end + AFTER_REACH)
