"""Who calls, as far as they say it: the name, and whether it must be kept from others."""

import re

from dispatch.transcript.reading import AGREEMENT, REFUSAL, Guess, Span, agent_before, from_citizen
from dispatch.transcript.turns import Turn

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江"
    "尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍"
    "涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由"
)
DOUBLE = "欧阳|上官|司马|诸葛|慕容|皇甫|尉迟|公孙|长孙|司徒|令狐|东方|南宫|端木|夏侯|爱新觉罗"
SURNAME = f"(?:{DOUBLE}|[{SURNAMES}])"
END = r"(?=[，,。.、！!？?；;\s]|$|电话|手机|联系|住|家|是|的|啊|呢|吧|哈|我)"
FULL = re.compile(
    rf"(?:我(?:的名字)?叫|我(?:的)?(?:名字|姓名)(?:是|叫)?|姓名(?:是|叫)?|^叫|本人)\s*[:：]?({SURNAME}[一-龥]{{1,2}}?){END}"
)
FAMILY = re.compile(rf"(?:^|(?<=[，,。！？!?\s我就是贵]))姓\s*({SURNAME}){END}")
TITLED = re.compile(rf"({SURNAME})(先生|女士|小姐|阿姨|大爷|大妈|大姐|大哥|师傅)")
SPELT = re.compile(r"(弓长张|耳东陈|木子李|立早章|双木林|口天吴|言午许|古月胡|草头黄|走肖赵|文武斌)")
NOT_A_NAME = re.compile("[了他她你我它们去来过着这那哪什么]")

SECRET = re.compile(
    "保密|(?:不要|别|不能|不想|千万别|请勿|不许)[^，。]{0,4}(?:透露|泄露|公开|告诉)|匿名|不想留(?:名|姓名)|不方便透露"
)
OPEN = re.compile("(?:不用|不需要|无需|不必|没必要|不要求)[^，。]{0,3}保密|不保密|(?:可以|能)公开|不怕(?:公开|知道)")
ASKED_SECRET = re.compile("保密|公开(?:您|你)?的?(?:信息|个人)")


def find_name(turns: list[Turn]) -> Guess | None:
    """The fullest name that the citizen gives, else the way the agent addresses them."""
    for pattern, confidence in ((FULL, 0.95), (FAMILY, 0.9)):
        for number, turn in from_citizen(turns):
            for found in pattern.finditer(turn.text):
                if not NOT_A_NAME.search(found[1]):
                    name = found[1] if pattern is FULL else _with_title(turns, found[1])
                    return Guess(name, confidence, [Span(number, found.start(), found.end(), found[0])])
    return _spelt(turns) or _addressed(turns)


def _with_title(turns: list[Turn], surname: str) -> str:
    for turn in turns:
        for found in TITLED.finditer(turn.text):
            if found[1] == surname:
                return found[0]
    return surname


def _spelt(turns: list[Turn]) -> Guess | None:
    for number, turn in from_citizen(turns):
        if found := SPELT.search(turn.text):
            return Guess(_with_title(turns, found[0][-1]), 0.85, [Span(number, found.start(), found.end(), found[0])])
    return None


def _addressed(turns: list[Turn]) -> Guess | None:
    """王女士，您好 of the agent, once the citizen has spoken."""
    spoken = False
    for number, turn in enumerate(turns):
        found = TITLED.search(turn.text) if turn.speaker == "agent" and spoken else None
        if found:
            return Guess(found[0], 0.75, [Span(number, found.start(), found.end(), found[0])])
        spoken = spoken or turn.speaker != "agent"
    return None


def find_confidential(turns: list[Turn]) -> Guess | None:
    """True where the citizen wants to stay unknown, False where they refuse that, None where it was not spoken of."""
    for number, turn in reversed(from_citizen(turns)):
        asked = ASKED_SECRET.search(agent_before(turns, number))
        no = OPEN.search(turn.text) or (asked and re.match(REFUSAL, turn.text))
        yes = SECRET.search(turn.text) or (asked and re.match(AGREEMENT, turn.text))
        if found := no or yes:
            return Guess(not no, 0.9, [Span(number, found.start(), found.end(), found[0])])
    return None
