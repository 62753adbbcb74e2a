"""Roads, compounds and sights that a deployment has imported: named in a text, and what that proves inside a region.

A landmark gives its point only where it alone bears the name inside what is certain; a road what all of it shares.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from grids.namescan import heads
from grids.placenames import may_begin
from grids.placetree import BY_CONTEXT, CERTAIN, PlaceFound, Tree

ROAD, COMPOUND, SIGHT = "road", "compound", "sight"
BARE_LENGTH = 4  # a name this long may begin anywhere; a shorter one only where a name can begin
CONTEXT = 2  # nothing is unique in a whole province: a city must be known
# A longer name that only begins like the landmark: 万达广场店, 青年大街站.
LONGER = re.compile(
    "(?:地铁)?站|店|分店|路|街|巷|胡同|大厦|公寓|酒店|宾馆|医院|学校|小学|中学|幼儿园|银行|支行|公园|广场|桥|立交|花园|商场|市场|派出所"
)
BESIDE_IT = re.compile("(?:[东西南北]{1,2}(?:侧|边|面)|附近|对面|旁边?|一带|周边|后身|路口|交叉口|道口|十字路口|拐角)")


class Landmark(NamedTuple):
    """A place by its name. `lon`, `lat` WGS-84; `region` (code, level 1-6) holds all of it; `area` is that region or,
    for a cell, its community; `around` holds everything within some 300 m; both are codes of level 1-5."""

    name: str
    kind: str
    lon: float
    lat: float
    region: str
    level: int
    area: str
    around: str


class Said(NamedTuple):
    """A landmark's name in a text, [start, end), those who bear it, and the words behind it that put the matter
    beside it ("" if none)."""

    start: int
    end: int
    ones: tuple[int, ...]
    beside: str


class Landmarks:
    """Never changes after it is built. `named`: each landmark with all its names, normalised."""

    def __init__(self, named: Iterable[tuple[Landmark, Sequence[str]]], tree: Tree) -> None:
        self.tree = tree
        self.ones: list[Landmark] = []
        self._names: dict[str, list[int]] = defaultdict(list)
        for landmark, names in named:
            if landmark.area in tree.index and landmark.around in tree.index:
                for name in names:
                    self._names[name].append(len(self.ones))
                self.ones.append(landmark)
        self._heads = heads(self._names)

    def said(self, text: str, after: Iterable[int] = ()) -> list[Said]:
        """The names in normalised text, from left to right, the longest at each place. `after`: where the names of
        regions end, behind which a short name may begin."""
        found: list[Said] = []
        ends = set(after)
        at, begins = 0, self._heads.get
        while at < len(text) - 1:
            lengths = begins(text[at : at + 2])
            one = self._at(text, at, lengths, at in ends) if lengths else None
            if one:
                found.append(one)
                ends.add(one.end)
            at = one.end if one else at + 1
        return found

    def _at(self, text: str, at: int, lengths: tuple[int, ...], linked: bool) -> Said | None:
        for length in lengths:
            key = text[at : at + length]
            ones = self._names.get(key)
            if not ones or len(key) < length or LONGER.match(text, at + length):
                continue
            if length >= BARE_LENGTH or linked or may_begin(text, at):
                beside = BESIDE_IT.match(text, at + length)
                return Said(at, at + length, tuple(ones), beside[0] if beside else "")
        return None

    def placed(self, text: str, found: PlaceFound | None, within: str | None) -> PlaceFound | None:
        """What the regions named (`found`) and the landmarks in the text prove together. `within`: code of the region
        that the speaker is probably in, the context where no region was said."""
        said = self.said(text, (part.end for part in found.parts) if found else ()) if self.ones else []
        if not said or (found and (found.outside or found.candidates or found.code is None)):
            return found
        top = self._context(found, within)
        if top is None:
            return found
        base = found or PlaceFound(self.tree.codes[top], self.tree.levels[top], CERTAIN * BY_CONTEXT)
        here = [(one, self._inside(one, top, within)) for one in said]
        here = [(one, some) for one, some in here if some]
        return self._together(base, top, here) if here else found

    def _context(self, found: PlaceFound | None, within: str | None) -> int | None:
        code = found.code if found else within
        top = self.tree.index.get(code or "")
        return top if top is not None and self.tree.levels[top] >= CONTEXT else None

    def _inside(self, said: Said, top: int, within: str | None) -> list[int]:
        """Those who bear the name inside the certain region; between several, the speaker's own region decides."""
        inside = [one for one in said.ones if self._meets(one, top)]
        own = self.tree.index.get(within or "")
        nearer = [one for one in inside if own is not None and self._meets(one, own)]
        return nearer if len(inside) > 1 and nearer else inside

    def _meets(self, one: int, top: int) -> bool:
        area = self.tree.index[self.ones[one].area]
        return self.tree.covers(top, area) or self.tree.covers(area, top)

    def _together(self, base: PlaceFound, top: int, here: list[tuple[Said, list[int]]]) -> PlaceFound:
        """Roads narrow what is certain; between several points lies what holds them all."""
        points = [(said, some) for said, some in here if self.ones[some[0]].kind != ROAD]
        areas = [self._shared(said, some) for said, some in here if self.ones[some[0]].kind == ROAD]
        if points:
            areas.append(self.tree.common([self._shared(said, some) for said, some in points]))
        area, clash = top, False
        for shared in areas:
            if self.tree.covers(area, shared):
                area = shared
            elif not self.tree.covers(shared, area):
                area, clash = self.tree.common([area, shared]), True
        many = [self.ones[one] for _, some in here if len(some) > 1 for one in some]
        return base._replace(
            code=self.tree.codes[area],
            level=self.tree.levels[area],
            spot=None if clash or len(points) != 1 else self._spot(*points[0]),
            spots=tuple(many),
            beside=next((said.beside for said, _ in here if said.beside), ""),
        )

    def _shared(self, said: Said, some: list[int]) -> int:
        """The deepest region of level 1-5 that holds all who bear the name, with their surroundings if it is beside."""
        codes = [self.ones[one].around if said.beside else self.ones[one].area for one in some]
        return self.tree.common([self.tree.index[code] for code in codes])

    def _spot(self, said: Said, some: list[int]) -> Landmark | None:
        one = self.ones[some[0]]
        return one if len(some) == 1 and not said.beside and one.level == 6 else None
