"""The tree behind the names, and what several names said together prove: the deepest region that is certain."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from grids.landmarks import Landmark

CERTAIN = 0.97  # confidence of a name with its suffix under a parent that was said too; the rest are discounts
FOLDED, BARE, BY_CONTEXT, ALONE, UNKNOWN_BESIDE = 0.9, 0.8, 0.85, 0.8, 0.9
OPEN, CONTRADICTED, HEARD = 0.6, 0.5, 0.75
# How much a mention weighs, from passing by to "what I report is in ...": see placeweight.
BESIDE, ORIGIN, HOME, PLAIN, STATED = range(5)
COUNTY = 3  # the level that a complaint is first sorted by


class Mention(NamedTuple):
    """A name in a text, [start, end) in characters of utterance `turn`, and the regions that it may mean:
    `exact` bear the suffix that was said, `folded` another one; `weight` says how much it is the place of the matter,
    `heard` that it only sounds like the name."""

    start: int
    end: int
    text: str
    exact: tuple[int, ...] = ()
    folded: tuple[int, ...] = ()
    bare: bool = False
    outside: bool = False
    turn: int = 0
    weight: int = PLAIN
    heard: bool = False

    @property
    def regions(self) -> tuple[int, ...]:
        return self.exact or self.folded


class Part(NamedTuple):
    """Words that named a region on the way to the answer; `code` is "" where they fit several."""

    code: str
    start: int
    end: int
    text: str
    turn: int
    heard: bool = False


class PlaceFound(NamedTuple):
    """`code`: the deepest certain region (None when outside the province); `candidates`: what it may be more
    precisely, or the places that contradict each other; `rest`: road, number, compound as said; `spot`: the landmark
    that was named, when its point is that of the matter; `spots`: those among which the words do not decide;
    `beside`: the words (附近, 对面) that put the matter beside a landmark, not into it."""

    code: str | None
    level: int
    confidence: float
    parts: tuple[Part, ...] = ()
    candidates: tuple[str, ...] = ()
    rest: str = ""
    rest_span: tuple[int, int] = (0, 0)
    outside: bool = False
    outside_name: str = ""
    spot: "Landmark | None" = None
    spots: "tuple[Landmark, ...]" = ()
    beside: str = ""


class Tree:
    """Regions by number, parents before children: columns instead of objects, because there are 18,248."""

    def __init__(self, regions: Iterable[tuple[str, str, int, str | None]]) -> None:
        self.codes: list[str] = []
        self.names: list[str] = []
        self.levels: list[int] = []
        self.parent: list[int] = []
        self.index: dict[str, int] = {}
        for code, name, level, parent in sorted(regions, key=lambda row: row[2]):
            if level <= 5:
                self.index[code] = len(self.codes)
                self.codes.append(code)
                self.names.append(name)
                self.levels.append(level)
                self.parent.append(self.index[parent] if parent else -1)

    def row(self, one: int) -> tuple[str, str, int]:
        return self.codes[one], self.names[one], self.levels[one]

    def line(self, one: int) -> list[int]:
        """The region and its ancestors, deepest first."""
        found = []
        while one >= 0:
            found.append(one)
            one = self.parent[one]
        return found

    def covers(self, above: int, one: int) -> bool:
        while self.levels[one] > self.levels[above]:
            one = self.parent[one]
        return one == above

    def above(self, above: int) -> Callable[[int], bool]:
        return lambda one: self.covers(above, one)

    def common(self, ones: Iterable[int]) -> int:
        """The deepest region that covers all; at least one must be given."""
        lines = [self.line(one) for one in ones]
        return next(one for one in lines[0] if all(one in line for line in lines))

    def narrowed(self, known: set[int], ones: Iterable[int]) -> set[int]:
        """The deeper of each pair that lie on one line."""
        pairs = [(a, b) if self.levels[a] >= self.levels[b] else (b, a) for a in known for b in ones]
        return {deep for deep, high in pairs if self.covers(high, deep)}

    def level_of(self, mention: Mention) -> int:
        return min(self.levels[one] for one in mention.regions)


class Proof:
    """What the mentions prove, taken from the highest level to the lowest."""

    def __init__(self, tree: Tree, mentions: list[Mention]) -> None:
        self.tree, self.confidence, self.bare = tree, CERTAIN, False
        self.known: set[int] = set()
        self.against: set[int] = set()
        self.said = any(not one.bare and tree.level_of(one) == COUNTY for one in mentions)
        for mention in sorted(mentions, key=lambda one: (tree.level_of(one), one.turn, one.start)):
            self._take(mention)
        self.confidence *= BARE if self.bare else 1.0

    def _take(self, mention: Mention) -> None:
        if not self.known:
            self.known = set(mention.regions)
            self.bare = mention.bare
            self.confidence *= 1.0 if mention.exact else FOLDED
            return
        exact = self.tree.narrowed(self.known, mention.exact)
        folded = exact or self.tree.narrowed(self.known, mention.folded)
        if folded:
            self.confidence *= (1.0 if exact else FOLDED) * (HEARD if mention.heard else 1.0)
            self.bare = mention.bare and (self.bare or folded != self.known)
            self.known = folded
        elif self._contradicts(mention):
            self.against |= set(mention.regions)
        else:
            self.confidence *= UNKNOWN_BESIDE

    def _contradicts(self, mention: Mention) -> bool:
        """A street that the tree knows elsewhere only does not shake a county that was said: it may be new or gone."""
        level = self.tree.level_of(mention)
        if level > COUNTY and self.said and all(self.tree.levels[one] >= COUNTY for one in self.known):
            return False
        return level <= 2 or (not mention.bare and (len(mention.regions) == 1 or level <= COUNTY))

    def decide_within(self, code: str) -> None:
        """Between namesakes, the one in the speaker's region."""
        here = self.tree.narrowed(self.known, [self.tree.index[code]])
        if len(self.known) > 1 and here and here <= self.known:
            self.known = here
            self.confidence *= BY_CONTEXT


def resolve(tree: Tree, mentions: list[Mention], within: str | None = None) -> PlaceFound:
    """What the mentions (at least one, of any utterances) prove together. `within`: the code of a region that
    decides between namesakes only; an unknown code is ignored."""
    ours = [one for one in mentions if not one.outside]
    if not ours:
        return PlaceFound(None, 0, CERTAIN, outside=True, outside_name=mentions[0].text)
    ours = heaviest(ours, tree)
    proof = Proof(tree, ours)
    if within in tree.index:
        proof.decide_within(within)
    ends = proof.known | proof.against
    certain = tree.common(ends)
    candidates = tuple(sorted(tree.codes[one] for one in ends)) if len(ends) > 1 else ()
    confidence = _discounted(tree, proof, ours, certain, within)
    parts = tuple(_part(tree, one, certain, ends) for one in ours)
    return PlaceFound(tree.codes[certain], tree.levels[certain], round(confidence, 2), parts, candidates)


def heaviest(mentions: Sequence[Mention], tree: Tree) -> list[Mention]:
    """Without the mentions that a county or city of more weight contradicts."""
    if len({one.weight for one in mentions}) < 2:
        return list(mentions)
    firm = [one for one in mentions if one.regions and tree.level_of(one) <= COUNTY]
    return [
        one
        for one in mentions
        if not any(other.weight > one.weight and not tree.narrowed(set(one.regions), other.regions) for other in firm)
    ]


def _discounted(tree: Tree, proof: Proof, ours: list[Mention], certain: int, within: str | None) -> float:
    if proof.against:
        return CONTRADICTED
    if len(proof.known) > 1:
        return min(proof.confidence, OPEN)
    alone = tree.levels[certain] >= 4 and all(tree.level_of(one) == tree.levels[certain] for one in ours)
    elsewhere = alone and within in tree.index and not tree.narrowed({certain}, [tree.index[within]])
    return CONTRADICTED if elsewhere else proof.confidence * (ALONE if alone else 1.0)


def _part(tree: Tree, mention: Mention, certain: int, ends: set[int]) -> Part:
    fits = {one for one in mention.regions if tree.covers(one, certain)}
    fits = fits or {one for one in mention.regions if any(tree.covers(one, end) for end in ends)}
    code = tree.codes[fits.pop()] if len(fits) == 1 else ""
    return Part(code, mention.start, mention.end, mention.text, mention.turn, mention.heard)
