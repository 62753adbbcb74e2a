"""A small made-up history: messages of four kinds, written from parts, as raw text or as tokens."""

from random import Random

SUBJECTS = {
    "供热采暖": (["暖气片", "室温", "热力站", "供热管道"], ["不热", "才十四度", "没人检修", "漏水"]),
    "教育": (["班主任", "学校食堂", "幼儿园", "培训班"], ["乱收补课费", "体罚学生", "不退学费", "伙食很差"]),
    "公交地铁": (["公交车", "末班车", "地铁站", "公交司机"], ["甩站不停", "等了四十分钟", "晚点严重", "态度恶劣"]),
    "拖欠工资": (["包工头", "建筑公司", "劳务公司", "老板"], ["拖欠工资", "不给工钱", "欠薪三个月", "拒绝签劳动合同"]),
}
OPENINGS = ["您好，我想反映一下，", "我们这里的", "请问领导，", "家里有老人，", ""]
ENDINGS = ["，希望尽快处理。", "，已经半个月了！", "，打了好几次电话都没有人管。", "，请核实。"]
PLACES = ["和平区", "铁西区", "大东区", "皇姑区", "于洪区", "沈河区"]
TOKENS_LEFT_OUT = frozenset("的了我想都，。！") | {"我们", "您好", "请问", "一下", "没有", "好几次", "这里", "尽快"}


def messages(count: int = 160, seed: int = 1) -> tuple[list[str], list[str]]:
    """(texts, categories), the categories in turn."""
    rng = Random(seed)
    names = list(SUBJECTS)
    categories = [names[number % len(names)] for number in range(count)]
    return [message(rng, name) for name in categories], categories


def message(rng: Random, category: str) -> str:
    things, faults = SUBJECTS[category]
    parts = [
        rng.choice(OPENINGS),
        rng.choice(PLACES),
        f"{rng.randint(1, 60)}号",
        rng.choice(things),
        rng.choice(faults),
    ]
    return "".join([*parts, "，", rng.choice(things), rng.choice(faults), rng.choice(ENDINGS)])


def tokenised(text: str) -> str:
    """As published sets look: words parted by spaces, function words, signs and numbers left out."""
    import rjieba

    kept = [word for word in rjieba.cut(text) if word not in TOKENS_LEFT_OUT and not word.isdigit()]
    return " ".join(kept)
