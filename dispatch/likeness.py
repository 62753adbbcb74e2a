"""How alike two matters are: parts from 0 to 1 with a reason each, and one score from 0 to 1.

What is unknown speaks neither for nor against. WEIGHTS and BIAS are a logistic model fitted to pairs that this project
writes itself (`python -m tests.similar_pairs` prints the fit, and precision and recall at SHOWN); GATES are ours.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from geodata.coords import distance_m

NEAR_M = 90.0  # the distance at which nearness falls to 1/e
SLACK_M = 200.0  # the most that two inaccurate points are forgiven
FADES = 8.0  # days in which a matter of the same place is forgotten to 1/e
BITS_ALIKE, BITS_APART = 6, 18  # of a dHash's 63 bits: the same view, and another
BITS_PLAIN = 8  # a photo with fewer bits set (or unset) is near uniform: a wall, the night
DEPTHS = {6: 0.75, 5: 0.55, 4: 0.35, 3: 0.15}  # nearness of two regions without points, by shared levels
SAME_ADDRESS = 0.9

WEIGHTS = {"distance": 9.4, "time": 3.4, "category": 5.6, "words": 3.4, "caller": 0.1, "photo": 4.5}
UNKNOWN_CATEGORY = 0.45
GATES = ((("distance", "photo"), 0.12), (("category", "words", "photo"), 0.25))  # below it: not that likely at all
BIAS = -10.4
SHOWN, VERY_LIKELY = 0.4, 0.9
REASON_FROM = 0.5  # of a part, for it to be named

# Words that agents and forms put around every matter; they tell nothing about which one it is.
STOCK = re.compile(
    "市民来电反映|市民反映|来电人|来电|反映|您好|你好|请问|请相关部门|相关部门|有关部门|希望|尽快|处理|解决|核实|麻烦|谢谢|"
    "感谢|诉求|要求|投诉|举报|求助|咨询|工单|情况|问题|我们这|我们|我家|我要|这边|一下|已经|一直|现在|严重影响|影响|生活|居民|随手拍|见照片"
)
NOISE = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Matter:
    """What is compared: the place as a path and, where known, a point (lon, lat) WGS-84 with its accuracy in metres.

    `hashes` are the dHashes of its photos (63 bits).
    """

    description: str
    category: str | None
    path: str
    lon: float | None
    lat: float | None
    at: datetime
    ticket_id: int | None = None
    address: str = ""
    phone: str = ""
    accuracy_m: float = 0.0
    hashes: tuple[int, ...] = ()


def score_of(parts: Mapping[str, float | None]) -> float:
    """The chance, 0 to 1, that the two are one matter: both one place and one subject, however much of the other."""
    known = {name: UNKNOWN_CATEGORY if value is None and name == "category" else value for name, value in parts.items()}
    total = BIAS + sum(WEIGHTS[name] * value for name, value in known.items() if value is not None)
    return gate_of(parts) / (1 + math.exp(-total))


def gate_of(parts: Mapping[str, float | None]) -> float:
    """1 where place and subject are both like enough to be weighed at all, towards 0 where one of the two is not."""
    return math.prod(min(1.0, max(parts[name] or 0.0 for name in names) / enough) for names, enough in GATES)


def reasons_of(parts: Mapping[str, float | None]) -> list[str]:
    """The parts that speak for it, the strongest first."""
    strong = [(WEIGHTS[name] * value, name) for name, value in parts.items() if value and value >= REASON_FROM]
    return [name for _, name in sorted(strong, reverse=True)]


def parts_of(one: Matter, other: Matter, words: "Words") -> dict[str, float | None]:
    """Every part of the comparison; None where one of the two does not say."""
    return {
        "distance": nearness(one, other),
        "time": math.exp(-abs((one.at - other.at).total_seconds()) / 86_400 / FADES),
        "category": kinship(one.category, other.category),
        "words": words.alike(one.description, other.description),
        "caller": (1.0 if one.phone == other.phone else 0.0) if one.phone and other.phone else None,
        "photo": photos_alike(one.hashes, other.hashes),
    }


def apart_m(one: Matter, other: Matter) -> float | None:
    """Metres between the points, None where one is unknown."""
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return None
    return distance_m(one.lon, one.lat, other.lon, other.lat)


def nearness(one: Matter, other: Matter) -> float:
    """1 at the same point; what the points may be off counts as no distance. Without points, the levels they share."""
    apart = apart_m(one, other)
    if apart is not None:
        slack = min(one.accuracy_m + other.accuracy_m, SLACK_M)
        return math.exp(-max(0.0, apart - slack) / NEAR_M)
    same = bool(one.address) and plain(one.address) == plain(other.address)
    return max(SAME_ADDRESS if same else 0.0, DEPTHS.get(shared_levels(one.path, other.path), 0.0))


def shared_levels(path: str, other: str) -> int:
    pairs = zip(path.strip(".").split("."), other.strip(".").split("."), strict=False)
    depth = 0
    for mine, theirs in pairs:
        if mine != theirs:
            break
        depth += 1
    return depth


def kinship(one: str | None, other: str | None) -> float | None:
    """1 for one category, half for two of one group, None where one is unknown."""
    if one is None or other is None:
        return None
    return 1.0 if one == other else 0.5 if one.split(".")[0] == other.split(".")[0] else 0.0


def photos_alike(mine: Iterable[int], theirs: Iterable[int]) -> float | None:
    """1 for the same view, 0 for another; None without a photo that shows anything."""
    apart = [(a ^ b).bit_count() for a in filter(telling, mine) for b in filter(telling, theirs)]
    if not apart:
        return None
    return min(1.0, max(0.0, (BITS_APART - min(apart)) / (BITS_APART - BITS_ALIKE)))


def telling(dhash: int) -> bool:
    return BITS_PLAIN <= dhash.bit_count() <= 63 - BITS_PLAIN


class Words:
    """Likeness of texts by pairs of characters; a pair that many of the texts at hand have weighs little."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.seen = Counter(pair for text in texts for pair in pairs_of(text))
        self.count = len(texts)

    def weight(self, pairs: Iterable[str]) -> float:
        return sum(math.log((self.count + 3) / (self.seen[pair] + 1)) for pair in pairs)

    def alike(self, one: str, other: str) -> float:
        """0 to 1: what they share against the shorter of the two, and against both."""
        mine, theirs = pairs_of(one), pairs_of(other)
        shared = self.weight(mine & theirs)
        weights = self.weight(mine), self.weight(theirs)
        if not shared or min(weights) <= 0:
            return 0.0
        return min(1.0, (shared / min(weights) + 2 * shared / sum(weights)) / 2)


def pairs_of(text: str) -> frozenset[str]:
    """The pairs of characters of what is left without stock words, signs and spaces."""
    bare = plain(STOCK.sub(" ", text))
    return frozenset(bare[at : at + 2] for at in range(len(bare) - 1))


def plain(text: str) -> str:
    return NOISE.sub("", text).lower()
