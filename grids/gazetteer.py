"""Places named in free text: the deepest region that is certain, what stays open, and a search for geocode boxes."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from rapidfuzz import fuzz, process

from grids.placenames import (
    AFTER_BARE,
    COMMON_WORDS,
    FOLDS,
    NOT_BARE,
    ROADLIKE,
    SAID,
    SEPARATORS,
    forms,
    may_begin,
    normalise,
)
from grids.placetext import (
    ASKED_NOISE,
    BREAKS,
    OUTSIDE_NEXT,
    OUTSIDE_TAIL,
    address_detail,
    contradicted,
    denied,
    person_of,
)
from grids.placetree import Mention, PlaceFound, Tree, resolve

OUTSIDE_FILE = Path(__file__).resolve().parent.parent / "geodata" / "lexicon" / "outside.csv"
PLAIN_KINDS = ("province", "city", "district", "county")  # long or rare enough to begin anywhere
LONGEST_GAP = 12  # characters between an outside place and a name that still belongs to it
FUZZY_SCORE = 75  # of 100: one character of four may differ


class Match(NamedTuple):
    """A region offered by `search`; score 0-100."""

    code: str
    name: str
    level: int
    score: float


class Gazetteer:
    """The names of a tree of regions (levels 1-5), ready to be found in text. Never changes after it is built."""

    def __init__(self, regions: Iterable[tuple[str, str, int, str | None]]) -> None:
        """`regions`: (code, name, level 1-5, parent code or None); deeper levels are left out."""
        self.tree = Tree(regions)
        self._stems: dict[str, list[int]] = defaultdict(list)
        self._wholes: dict[str, list[int]] = defaultdict(list)
        self._kinds = self._index_names()
        ours = {stem for stem, ones in self._stems.items() if self.tree.levels[ones[0]] <= 3}
        self._outside = {stem for _, stem in outside_names() if stem not in ours}
        self._heads = _heads([*self._stems, *self._wholes, *self._outside])

    def find(self, text: str, within: str | None = None) -> PlaceFound | None:
        """The place that the text names, or None. `within`: code of a region that the speaker is probably in;
        it decides between namesakes and nothing else."""
        mentions = self.mentions(text)
        if not mentions:
            return None
        found = resolve(self.tree, mentions, within)
        after = max((part.end for part in found.parts), default=0)
        detail, span = address_detail(normalise(text), after)
        return found._replace(rest=detail, rest_span=span)

    def mentions(self, text: str, turn: int = 0, asked: int | None = None) -> list[Mention]:
        """The names in one utterance, without those that it denies or takes back. `asked`: the level (2-5) that
        the question before it asked for, so that a bare name is an answer."""
        folded = normalise(text)
        found = self._answer(folded, asked) or list(self._scan(folded))
        kept = denied(folded, found)
        kept = contradicted(folded, kept, self.tree)
        return [m._replace(turn=turn) for m in self._without_outside(folded, kept)]

    def search(self, query: str, limit: int = 10) -> list[Match]:
        """Regions for what somebody types, best first, no deeper than the words prove."""
        text = normalise(query).strip()
        scores: dict[int, float] = {}
        found = self.find(text) if text else None
        if found and found.outside:
            return []
        if found and found.code:
            scores[self.tree.index[found.code]] = 100 * found.confidence
        for code in found.candidates if found else ():
            scores.setdefault(self.tree.index[code], 60.0)
        for one in self._stems.get(text, []):
            scores.setdefault(one, 50.0 if ROADLIKE.search(text) else 80.0 - 5 * self.tree.levels[one])
        if not scores or (found and found.rest):
            self._add_similar(scores, found.rest if found and found.rest else text, found)
        best = sorted(scores, key=lambda one: (-scores[one], self.tree.levels[one], self.tree.codes[one]))
        return [Match(*self.tree.row(one), round(scores[one], 1)) for one in best[:limit]]

    def _index_names(self) -> list[str]:
        kinds = []
        for one, name in enumerate(self.tree.names):
            made = forms(name, self.tree.levels[one])
            kinds.append(made[0].kind)
            for form in made:
                (self._wholes if form.whole else self._stems)[form.key].append(one)
        return kinds

    def _scan(self, text: str) -> Iterator[Mention]:
        at, reach = 0, -1
        before: Mention | None = None
        while at < len(text) - 1:
            found = self._at(text, at, before if at <= reach else None)
            if found:
                yield found
                before, at = found, found.end
                gap = SEPARATORS.match(text, at)
                reach = gap.end() if gap else at
            else:
                at += 1

    def _at(self, text: str, at: int, before: Mention | None) -> Mention | None:
        """The name that begins at `at`: the longest with its suffix, else the longest that may stand without."""
        lengths = self._heads.get(text[at : at + 2])
        if not lengths:
            return None
        keys = [text[at : at + length] for length in lengths]
        said = (self._outside_at(text, at, key) or self._said(text, at, key, before is not None) for key in keys)
        if found := next(filter(None, said), None):
            return found
        return next(filter(None, (self._bare(text, at, key, before) for key in keys)), None)

    def _said(self, text: str, at: int, key: str, linked: bool) -> Mention | None:
        """A name with the suffix that says what it is."""
        end = at + len(key)
        begins = linked or may_begin(text, at)
        suffix = SAID.match(text, end) if key in self._stems else None
        if not suffix:
            whole = tuple(self._wholes.get(key, ())) if linked or (begins and not self._is_tiny(key)) else ()
            return Mention(at, end, key, whole) if whole else None
        exact, folded = (self._of(key, kinds) for kinds in FOLDS[str(suffix.lastgroup)])
        if not exact and any(self.tree.levels[one] == 2 for one in self._stems[key]):
            return None  # 朝阳区 is not 朝阳县: the stem belongs to a city
        plain = all(self._kinds[one] in PLAIN_KINDS for one in exact or folded)
        if not (exact or folded) or not (plain or begins):
            return None
        return Mention(at, suffix.end(), text[at : suffix.end()], tuple(exact), tuple(folded))

    def _is_tiny(self, key: str) -> bool:
        """Two characters (于村 in 由于村里) say nothing without their parent before them; 义县 does."""
        return len(key) <= 2 and all(self.tree.levels[one] > 3 for one in self._wholes.get(key, ()))

    def _bare(self, text: str, at: int, key: str, before: Mention | None) -> Mention | None:
        """A name without suffix: right after its parent, right before its child, or a city that is no road."""
        end = at + len(key)
        ones = self._stems.get(key, [])
        if not ones or NOT_BARE.match(text, end) or ROADLIKE.search(key) or not (before or may_begin(text, at)):
            return None
        below = [one for one in ones if before and self.tree.parent[one] in before.regions]
        child = self._next_said(text, end)
        if below and (child or AFTER_BARE.match(text, end)):
            return Mention(at, end, key, tuple(below), bare=True)
        above = [one for one in ones if self.tree.levels[one] <= 4 and any(map(self.tree.above(one), child))]
        large = [one for one in ones if self.tree.levels[one] <= 2 and key not in COMMON_WORDS]
        return Mention(at, end, key, tuple(above or large), bare=True) if above or large else None

    def _next_said(self, text: str, at: int) -> tuple[int, ...]:
        gap = SEPARATORS.match(text, at)
        at = gap.end() if gap else at
        said = (self._said(text, at, text[at : at + n], True) for n in self._heads.get(text[at : at + 2], ()))
        return next((found.regions for found in said if found), ())

    def _answer(self, text: str, asked: int | None) -> list[Mention]:
        """The whole utterance is one bare name of the level that was asked for."""
        if asked is None:
            return []
        start = len(text) - len(ASKED_NOISE[0].sub("", text))
        key = ASKED_NOISE[1].sub("", text[start:])
        ones = tuple(one for one in self._stems.get(key, []) if self.tree.levels[one] == asked)
        return [Mention(start, start + len(key), key, ones, bare=True)] if ones else []

    def _of(self, key: str, kinds: frozenset[str]) -> list[int]:
        return [one for one in self._stems[key] + self._wholes.get(key, []) if self._kinds[one] in kinds]

    def _outside_at(self, text: str, at: int, key: str) -> Mention | None:
        if key not in self._outside:
            return None
        end = at + len(key)
        if tail := OUTSIDE_TAIL.match(text, end):
            return Mention(at, tail.end(), text[at : tail.end()], outside=True)
        if NOT_BARE.match(text, end) or SAID.match(text, end) or not OUTSIDE_NEXT.match(text, end):
            return None
        return Mention(at, end, key, outside=True)

    def _without_outside(self, text: str, mentions: list[Mention]) -> list[Mention]:
        """Names that follow an outside place in one breath belong to it; if ours remain, the outside one is dropped."""
        kept: list[Mention] = []
        last: Mention | None = None
        for one in mentions:
            if one.outside and person_of(text, one.end):
                continue
            chained = last and one.start - last.end <= LONGEST_GAP and not BREAKS.search(text, last.end, one.start)
            if one.outside or (chained and not self._is_city(one)):
                last = one
                kept += [one] if one.outside else []
                continue
            last = None
            kept.append(one)
        ours = [one for one in kept if not one.outside]
        return ours or kept[:1]

    def _is_city(self, mention: Mention) -> bool:
        return bool(mention.exact) and self.tree.levels[mention.exact[0]] <= 2

    def _add_similar(self, scores: dict[int, float], text: str, found: PlaceFound | None) -> None:
        """Misheard or mistyped names, only below what is certain, and always behind it."""
        if len(text) < 4:
            return
        top = self.tree.index[found.code] if found and found.code else None
        for _, score, one in process.extract(text, self.tree.names, scorer=fuzz.ratio, score_cutoff=FUZZY_SCORE):
            if top is None or self.tree.covers(top, one):
                scores.setdefault(one, 0.6 * score)


def _heads(keys: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """First two characters -> lengths of the keys that begin so, longest first."""
    lengths: dict[str, set[int]] = defaultdict(set)
    for key in keys:
        lengths[key[:2]].add(len(key))
    return {head: tuple(sorted(some, reverse=True)) for head, some in lengths.items()}


@cache
def outside_names() -> list[tuple[str, str]]:
    """(name, stem) of the provinces and cities outside Liaoning; source: geodata/README.md."""
    with OUTSIDE_FILE.open(encoding="utf-8", newline="") as file:
        return [(row["name"], row["stem"]) for row in csv.DictReader(file)]
