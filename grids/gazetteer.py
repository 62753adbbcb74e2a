"""Places named in free text: the deepest region that is certain, what stays open, and a search for geocode boxes."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rapidfuzz import fuzz, process

from grids.landmarks import Landmark, Landmarks
from grids.namescan import NameScan
from grids.placenames import ROADLIKE, normalise
from grids.placetext import BREAKS, address_detail, contradicted, denied, person_of
from grids.placetree import COUNTY, Mention, PlaceFound, Tree, resolve
from grids.placeweight import weighed
from grids.soundalike import SoundAlikes

LONGEST_GAP = 12  # characters between an outside place and a name that still belongs to it
FUZZY_SCORE = 75  # of 100: one character of four may differ


class Match(NamedTuple):
    """A place offered by `search`; score 0-100. A landmark has its own name, its region's code and level, and its
    point; `beside`: the words that put the matter beside a landmark."""

    code: str
    name: str
    level: int
    score: float
    landmark: Landmark | None = None
    beside: str = ""


class Gazetteer:
    """The names of a tree of regions (levels 1-5) and of imported landmarks, ready to be found in text. Never changes
    after it is built."""

    def __init__(
        self,
        regions: Iterable[tuple[str, str, int, str | None]],
        landmarks: Iterable[tuple[Landmark, Sequence[str]]] = (),
    ) -> None:
        """`regions`: (code, name, level 1-5, parent code or None); deeper levels are left out. `landmarks`: each with
        all its names, normalised."""
        self.tree = Tree(regions)
        self._scan = NameScan(self.tree)
        self._sounds = SoundAlikes(self.tree, self._scan.stems, self._scan.kinds)
        self._landmarks = Landmarks(landmarks, self.tree)

    def find(self, text: str, within: str | None = None) -> PlaceFound | None:
        """The place that the text names, or None. `within`: code of a region that the speaker is probably in;
        it decides between namesakes and nothing else."""
        folded = normalise(text)
        mentions = self.mentions(text)
        found = resolve(self.tree, mentions, within) if mentions else None
        if found and found.code and (heard := self.misheard(text, found)):
            found = resolve(self.tree, [*mentions, *heard], within)
        placed = self._landmarks.placed(folded, found, within)
        if placed is None:
            return None
        after = max((part.end for part in placed.parts), default=0)
        detail, span = address_detail(folded, after)
        return placed._replace(rest=detail, rest_span=span)

    def mentions(self, text: str, turn: int = 0, asked: int | None = None) -> list[Mention]:
        """The names in one utterance, without those that it denies or takes back. `asked`: the level (2-5) that
        the question before it asked for, so that a bare name is an answer."""
        folded = normalise(text)
        found = self._scan.answer(folded, asked) or list(self._scan.scan(folded))
        if not found:
            return found
        kept = denied(folded, found)
        kept = contradicted(folded, kept, self.tree)
        kept = weighed(folded, kept, self.tree)
        return [m._replace(turn=turn) if turn else m for m in self._without_outside(folded, kept)]

    def misheard(self, text: str, found: PlaceFound, turn: int = 0) -> list[Mention]:
        """A street or community right behind a name of this utterance that only sounds like one of the certain county;
        nothing where the county is not certain."""
        top = self.tree.index.get(found.code or "")
        if top is None or found.candidates or not COUNTY <= self.tree.levels[top] <= 4:
            return []
        after = [part.end for part in found.parts if part.turn == turn]
        heard = self._sounds.heard(normalise(text), after, top, turn)
        return [heard] if heard else []

    def landmark(self, text: str, code: str) -> Landmark | None:
        """The one landmark that the text names inside a region, as a point: never a road, never "beside" it."""
        within = self.tree.index.get(code)
        if within is None:
            return None
        base = PlaceFound(code, self.tree.levels[within], 1.0)
        placed = self._landmarks.placed(normalise(text), base, None)
        return placed.spot if placed else None

    def search(self, query: str, limit: int = 10) -> list[Match]:
        """Regions and landmarks for what somebody types, best first, no deeper than the words prove."""
        text = normalise(query).strip()
        found = self.find(text) if text else None
        if found and found.outside:
            return []
        spots = [found.spot] if found and found.spot else list(found.spots) if found else self._anywhere(text)
        sure = 100 * found.confidence if found and found.spot else 50.0
        named = [Match(one.region, one.name, one.level, round(sure, 1), one) for one in spots[:limit]]
        scores = self._scores(text, found)
        best = sorted(scores, key=lambda one: (-scores[one], self.tree.levels[one], self.tree.codes[one]))
        near = found.beside if found else ""
        regions = [Match(*self.tree.row(one), round(scores[one], 1), None, near) for one in best]
        return sorted([*named, *regions], key=lambda match: -match.score)[:limit]

    def _scores(self, text: str, found: PlaceFound | None) -> dict[int, float]:
        scores: dict[int, float] = {}
        if found and found.code:
            scores[self.tree.index[found.code]] = 100 * found.confidence - (1 if found.spot else 0)
        for code in found.candidates if found else ():
            scores.setdefault(self.tree.index[code], 60.0)
        for one in self._scan.stems.get(text, []):
            scores.setdefault(one, 50.0 if ROADLIKE.search(text) else 80.0 - 5 * self.tree.levels[one])
        if not scores or (found and found.rest and not found.spot):
            self._add_similar(scores, found.rest if found and found.rest else text, found)
        return scores

    def _anywhere(self, text: str) -> list[Landmark]:
        """The landmarks of a name for which no context is known: all are offered, none is chosen."""
        return [self._landmarks.ones[one] for said in self._landmarks.said(text) for one in said.ones]

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
