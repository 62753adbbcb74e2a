"""The names of a tree in one utterance: with their suffix, bare beside their parent or child, old, or outside."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from grids.lexicon import outside_names, renamed, short_names
from grids.placenames import (
    AFTER_BARE,
    AFTER_COUNTY,
    COMMON_WORDS,
    FOLDS,
    NAMED,
    NOT_BARE,
    ORGAN_GAP,
    ROADLIKE,
    SAID,
    SEPARATORS,
    forms,
    may_begin,
)
from grids.placetext import ASKED_NOISE, OUTSIDE_NEXT, OUTSIDE_TAIL
from grids.placetree import Mention, Tree

PLAIN_KINDS = ("province", "city", "district", "county")  # long or rare enough to begin anywhere


class NameScan:
    """Never changes after it is built; safe to share between threads."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.stems: dict[str, list[int]] = defaultdict(list)
        self.kinds: list[str] = []
        self._wholes: dict[str, list[int]] = defaultdict(list)
        self._index_names()
        self._old = self._known(renamed())
        self._short = self._known(short_names())
        ours = {stem for stem, ones in self.stems.items() if tree.levels[ones[0]] <= 3} | set(self._short)
        self._outside = {stem for _, stem in outside_names() if stem not in ours}
        self._cities_outside = {name for name, stem in outside_names() if stem in ours}
        self._keys = {*self.stems, *self._wholes, *self._outside, *self._old, *self._short}
        self._heads = heads(self._keys)

    def scan(self, text: str) -> Iterator[Mention]:
        """The names in normalised text, from left to right, none inside another."""
        at, reach = 0, -1
        before: Mention | None = None
        begins = self._heads.get
        while at < len(text) - 1:
            lengths = begins(text[at : at + 2])
            found = self._at(text, at, lengths, before if at <= reach else None) if lengths else None
            if found:
                yield found
                before, at = found, found.end
                reach = self._reach(text, at)
            else:
                at += 1

    def answer(self, text: str, asked: int | None) -> list[Mention]:
        """The whole utterance is one bare name of the level that was asked for."""
        if asked is None:
            return []
        start = len(text) - len(ASKED_NOISE[0].sub("", text))
        key = ASKED_NOISE[1].sub("", text[start:])
        ones = tuple(one for one in self.stems.get(key, []) if self.tree.levels[one] == asked)
        return [Mention(start, start + len(key), key, ones, bare=True)] if ones else []

    def _index_names(self) -> None:
        for one, name in enumerate(self.tree.names):
            made = forms(name, self.tree.levels[one])
            self.kinds.append(made[0].kind)
            for form in made:
                (self._wholes if form.whole else self.stems)[form.key].append(one)

    def _known(self, rows: Iterable[tuple[str, str]]) -> dict[str, int]:
        return {said: self.tree.index[code] for said, code in rows if code in self.tree.index}

    def _reach(self, text: str, at: int) -> int:
        """How far a name may stand away and still hang on the one that ends here."""
        gap = SEPARATORS.match(text, at)
        organ = ORGAN_GAP.match(text, at)
        return max(gap.end() if gap else at, organ.end() if organ else at)

    def _at(self, text: str, at: int, lengths: tuple[int, ...], before: Mention | None) -> Mention | None:
        """The name that begins at `at`: the longest with its suffix, else the longest that may stand without."""
        keys = [key for length in lengths if len(key := text[at : at + length]) == length and key in self._keys]
        for key in keys:
            if found := self._outside_at(text, at, key) or self._said(text, at, key, before is not None):
                return found
        return next(filter(None, (self._bare(text, at, key, before) for key in keys)), None)

    def _said(self, text: str, at: int, key: str, linked: bool) -> Mention | None:
        """A name with the suffix that says what it is."""
        end = at + len(key)
        begins = linked or may_begin(text, at)
        if key in self._old:
            return Mention(at, end, key, (), (self._old[key],)) if begins or len(key) > 2 else None
        suffix = SAID.match(text, end) if key in self.stems else None
        if not suffix:
            whole = tuple(self._wholes.get(key, ())) if linked or (begins and not self._is_tiny(key)) else ()
            return Mention(at, end, key, whole) if whole else None
        said = text[at : suffix.end()]
        exact, folded = (self._of(key, kinds) for kinds in FOLDS[str(suffix.lastgroup)])
        if not exact and said in self._cities_outside:
            return Mention(at, suffix.end(), said, outside=True)  # 中山市 is not 中山区
        if not exact and any(self.tree.levels[one] == 2 for one in self.stems[key]):
            return None  # 朝阳区 is not 朝阳县: the stem belongs to a city
        plain = all(self.kinds[one] in PLAIN_KINDS for one in exact or folded)
        if not (exact or folded) or not (plain or begins):
            return None
        return Mention(at, suffix.end(), said, tuple(exact), tuple(folded))

    def _is_tiny(self, key: str) -> bool:
        """Two characters (于村 in 由于村里) say nothing without their parent before them; 义县 does."""
        return len(key) <= 2 and all(self.tree.levels[one] > 3 for one in self._wholes.get(key, ()))

    def _bare(self, text: str, at: int, key: str, before: Mention | None) -> Mention | None:
        """A name without suffix: after its parent, before its child, a city that is no road, or a county of
        unmistakable name."""
        end = at + len(key)
        county = self._short.get(key)
        ones = self.stems.get(key) or ([] if county is None else [county])
        if not ones or NOT_BARE.match(text, end) or not (before or may_begin(text, at)):
            return None
        if county is None and ROADLIKE.search(key):
            return None
        below = [one for one in ones if before and self.tree.parent[one] in before.regions]
        child = self._next_said(text, end)
        if below and (child or AFTER_BARE.match(text, end) or county is not None):
            return Mention(at, end, key, tuple(below), bare=True)
        above = [one for one in ones if self.tree.levels[one] <= 4 and any(map(self.tree.above(one), child))]
        large = [one for one in ones if self.tree.levels[one] <= 2 and key not in COMMON_WORDS]
        plain = [county] if county is not None and self._is_county(text, at, end) else []
        some = above or large or plain
        return Mention(at, end, key, tuple(some), bare=True) if some else None

    def _is_county(self, text: str, at: int, end: int) -> bool:
        """于洪 and 建昌 are names of persons too: 我叫于洪, 我是于洪的."""
        named = NAMED.search(text, max(0, at - 4), at) and text[end : end + 1] not in ("的", "这", "那")
        return not named and bool(AFTER_COUNTY.match(text, end))

    def _next_said(self, text: str, at: int) -> tuple[int, ...]:
        gap = SEPARATORS.match(text, at)
        at = gap.end() if gap else at
        said = (self._said(text, at, text[at : at + n], True) for n in self._heads.get(text[at : at + 2], ()))
        return next((found.regions for found in said if found), ())

    def _of(self, key: str, kinds: frozenset[str]) -> list[int]:
        return [one for one in self.stems[key] + self._wholes.get(key, []) if self.kinds[one] in kinds]

    def _outside_at(self, text: str, at: int, key: str) -> Mention | None:
        if key not in self._outside:
            return None
        end = at + len(key)
        if tail := OUTSIDE_TAIL.match(text, end):
            return Mention(at, tail.end(), text[at : tail.end()], outside=True)
        if NOT_BARE.match(text, end) or SAID.match(text, end) or not OUTSIDE_NEXT.match(text, end):
            return None
        return Mention(at, end, key, outside=True)


def heads(keys: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """First two characters -> lengths of the keys that begin so, longest first."""
    lengths: dict[str, set[int]] = defaultdict(set)
    for key in keys:
        lengths[key[:2]].add(len(key))
    return {head: tuple(sorted(some, reverse=True)) for head, some in lengths.items()}
