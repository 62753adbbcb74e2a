"""Labelled pairs of matters, written for this project: the same matter told by another caller, and what only looks so.

`python -m tests.similar_pairs` fits the weights of dispatch/likeness.py to one half of the matters and prints precision
and recall on the other half, whose words the fit has not seen.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from dispatch.likeness import SHOWN, VERY_LIKELY, WEIGHTS, Matter, Words, parts_of, score_of
from tests.conftest import MONDAY
from tests.world import CELL_OF, CELLS_WEST, centre

# (category, what four callers say of one and the same matter)
MATTERS = tuple(
    tuple(line.split("|"))
    for line in """
light.street|文安路口南边的路灯不亮了|晚上文安路这一段漆黑，灯坏了好几天|路灯灭了，老人晚上摔跤|您好，我要反映路灯不亮的问题，请相关部门尽快处理
cityscape.rubbish|3 号楼前面的垃圾一周没人清|垃圾桶都满了，臭味很大|楼前垃圾成堆没人管，希望尽快清理|垃圾没清运，苍蝇多
road.surface|幼儿园门口的路面塌了一个坑|门口有个大坑，车过去都颠|路面破损有坑，孩子骑车摔了|请问路上的坑什么时候补
heat.indoor|家里暖气不热，才 14 度|整栋楼暖气都是凉的，室温 15 度|供热温度不够，孩子冻感冒了|暖气片冰凉，请来测温
water.outage|从早上开始停水，没有通知|我们小区停水一天了|家里没水，物业说是管子爆了|停水了，什么时候能来水
noise.construction|工地半夜还在打桩，吵得睡不着|夜里施工噪声扰民|后面工地凌晨两点还在干活|施工噪音太大，孩子要高考
traffic.parking|消防通道被私家车堵死了|有车停在消防通道上，救护车进不来|小区门口违停严重，通道占了|车乱停，把消防通道挡住
road.manhole|人行道上井盖没了，很危险|井盖丢失，晚上看不见会掉下去|便道有个井没有盖子|您好，反映井盖缺失，希望尽快处理
noise.square|广场舞音响太大，早上六点就开始|每天早晚跳舞的音乐吵人|楼下跳广场舞的声音太大没法休息|公园里大喇叭放音乐扰民
water.leak|路边自来水管漏水，流了三天|地下往外冒水，路上全是水|管道爆裂跑水，没有人修|水管漏了，水一直往马路上流
property.lift|电梯坏了，老人下不了楼|二单元电梯停了四天|电梯故障没人修，住十八楼爬不动|电梯按了没反应，物业不管
food.safety|这家饭店的菜里吃出虫子|在饭馆吃饭拉肚子，卫生太差|餐馆后厨很脏，有蟑螂|吃完这家店的凉菜全家都不舒服
animals.dogs|有几只流浪狗在院里咬人|野狗成群，孩子不敢出门|流浪狗追着人叫，昨天咬了一个|小区没有人管流浪狗
gas.leak|楼道里闻到煤气味|一楼有很浓的燃气味道|好像燃气泄漏，味道很大|楼里有煤气味，不敢开灯
cityscape.stalls|烧烤摊占道经营，油烟呛人|路边摆摊的把人行道都占了|夜市摊贩占道，走不过去|占道烧烤每晚到两点
property.roof|顶楼漏雨，墙都湿了|下雨房顶漏水，找物业不修|屋面防水坏了，我家天花板滴水|楼顶漏，去年就报过
""".strip().splitlines()
)
PLACES = (CELLS_WEST, "210102001001002", "210102001002001", CELL_OF["210103"])
PHONES = tuple(f"1390000{number:04d}" for number in range(200))
NOISE_M = 30.0
CALLS_AGAIN = 0.15  # of the pairs are told by one caller


@dataclass(frozen=True)
class Pair:
    """Two matters, whether they are one, and what kind of pair it is."""

    one: Matter
    other: Matter
    same: bool
    kind: str


def pairs(half: int, count: int, seed: int = 12345) -> Iterator[Pair]:
    """`count` pairs over every second of the matters: 0 to fit, 1 to judge; three of seven are the same matter."""
    chance = random.Random(seed + half)
    told = MATTERS[half::2]
    others = (other_matter_here, same_words_elsewhere, same_sort_nearby, anything)
    kinds = (same_matter, same_matter, same_matter, *others)
    for number in range(count):
        make = kinds[number % len(kinds)]
        one, other = make(chance, told)
        if chance.random() < CALLS_AGAIN:
            other = replace(other, phone=one.phone)
        yield Pair(one, other, make is same_matter, make.__name__)


Told = tuple[tuple[str, ...], ...]


def same_matter(chance: random.Random, told: Told) -> tuple[Matter, Matter]:
    """Another caller, in other words, from nearly the same spot, within days; some with a photo of the same view."""
    matter, place = chance.choice(told), chance.choice(PLACES)
    first, second = chance.sample(matter[1:], 2)
    one, other = spoken(chance, matter[0], first, place), spoken(chance, matter[0], second, place)
    other = replace(other, at=one.at + timedelta(days=min(chance.expovariate(1 / 3), 25)))
    if chance.random() < 0.2:
        view = chance.getrandbits(63)
        one, other = (replace(each, hashes=(seen_again(chance, view),)) for each in (one, other))
    return blurred(chance, one), blurred(chance, other)


def other_matter_here(chance: random.Random, told: Told) -> tuple[Matter, Matter]:
    """Two matters at one place."""
    (a, b), place = chance.sample(told, 2), chance.choice(PLACES)
    one, other = (spoken(chance, each[0], chance.choice(each[1:]), place) for each in (a, b))
    return blurred(chance, one), blurred(chance, other)


def same_words_elsewhere(chance: random.Random, told: Told) -> tuple[Matter, Matter]:
    """The same sort of matter, told alike, 250 m to 3 km away."""
    matter, place = chance.choice(told), chance.choice(PLACES)
    one, other = (spoken(chance, matter[0], text, place) for text in chance.sample(matter[1:], 2))
    return one, away(chance, other, 250, 3000)


def same_sort_nearby(chance: random.Random, told: Told) -> tuple[Matter, Matter]:
    """The next street lamp: the same sort of matter, 100 to 250 m away."""
    one, other = same_words_elsewhere(chance, told)
    return one, away(chance, replace(other, lon=one.lon, lat=one.lat), 100, 250)


def away(chance: random.Random, matter: Matter, least_m: float, most_m: float) -> Matter:
    far, way = chance.uniform(least_m, most_m), chance.uniform(0, 2 * math.pi)
    return moved(matter, far * math.cos(way), far * math.sin(way))


def anything(chance: random.Random, told: Told) -> tuple[Matter, Matter]:
    """Two matters of one neighbourhood, within 400 m of each other."""
    one, other = other_matter_here(chance, told)
    return one, moved(other, chance.uniform(-280, 280), chance.uniform(-280, 280))


def spoken(chance: random.Random, category: str, text: str, place: str) -> Matter:
    lon, lat = centre(place)
    at = MONDAY - timedelta(days=chance.uniform(0, 20))
    path = "21.2101." + "".join(place[:digits] + "." for digits in (6, 9, 12, 15))
    matter = Matter(text, guessed(chance, category), path, lon, lat, at, phone=chance.choice(PHONES))
    return moved(matter, chance.gauss(0, NOISE_M), chance.gauss(0, NOISE_M))


def guessed(chance: random.Random, category: str) -> str | None:
    """A category as it is read: right, unknown, or a neighbour of the same group."""
    luck = chance.random()
    return category if luck < 0.8 else None if luck < 0.9 else category.split(".")[0] + ".other"


def moved(matter: Matter, east_m: float, north_m: float) -> Matter:
    if matter.lon is None or matter.lat is None:
        return matter
    return replace(matter, lon=matter.lon + east_m / 83_000, lat=matter.lat + north_m / 111_320)


def blurred(chance: random.Random, matter: Matter) -> Matter:
    """Every fifth knows the community only, or has a phone that was not sure where it is."""
    luck = chance.random()
    if luck < 0.1:
        return replace(matter, lon=None, lat=None, path=".".join(matter.path.split(".")[:5]) + ".")
    return replace(moved(matter, chance.gauss(0, 60), chance.gauss(0, 60)), accuracy_m=80.0) if luck < 0.2 else matter


def seen_again(chance: random.Random, view: int) -> int:
    for bit in chance.sample(range(63), chance.randint(0, 7)):
        view ^= 1 << bit
    return view


def parts_in_place(pair: Pair, half: int) -> dict[str, float | None]:
    """The parts as `similar` would see them: among the words of other matters nearby."""
    return parts_of(pair.one, pair.other, AROUND[half])


AROUND = [Words([text for matter in MATTERS[half::2] for text in matter[1:]]) for half in (0, 1)]


def judged(half: int, count: int, seed: int = 12345) -> list[tuple[Pair, float]]:
    return [(pair, score_of(parts_in_place(pair, half))) for pair in pairs(half, count, seed)]


def precision_recall(judgements: list[tuple[Pair, float]], threshold: float) -> tuple[float, float]:
    shown = [pair for pair, score in judgements if score >= threshold]
    right = sum(pair.same for pair in shown)
    return right / max(1, len(shown)), right / sum(pair.same for pair, _ in judgements)


def fitted(count: int = 4_000) -> tuple[dict[str, float], float]:
    """Weights and bias of a logistic model over the first half of the matters."""
    from sklearn.linear_model import LogisticRegression

    from dispatch.likeness import UNKNOWN_CATEGORY

    rows, labels = [], []
    for pair in pairs(0, count):
        parts = parts_in_place(pair, 0)
        known = {"category": UNKNOWN_CATEGORY} | {name: value for name, value in parts.items() if value is not None}
        rows.append([known.get(name, 0.0) for name in WEIGHTS])
        labels.append(pair.same)
    model = LogisticRegression(C=1.0, max_iter=1000).fit(rows, labels)
    return dict(zip(WEIGHTS, model.coef_[0].round(2).tolist(), strict=True)), round(float(model.intercept_[0]), 2)


def report() -> Iterator[str]:
    weights, bias = fitted()
    yield f"fit to half 0: {weights}, bias {bias}"
    for half in (0, 1):
        judgements = judged(half, 2_500, seed=7)
        for threshold in (SHOWN, VERY_LIKELY):
            precision, recall = precision_recall(judgements, threshold)
            yield f"half {half} at {threshold}: precision {precision:.3f}, recall {recall:.3f}"
        for kind in sorted({pair.kind for pair, _ in judgements}):
            scores = [score for pair, score in judgements if pair.kind == kind]
            yield f"  {kind}: {sum(score >= SHOWN for score in scores) / len(scores):.3f} shown"


if __name__ == "__main__":
    print("\n".join(report()))
