"""Names that were misheard: a street or community below a known county whose name sounds like what was said."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from grids.lexicon import sound
from grids.placenames import FOLDS, SAID
from grids.placetree import Mention, Tree

LINK = re.compile(r"(?:[\s,、，.。]|的|那个|这个|就是|呃|嗯|啊)*")
LONGEST = 8  # characters of a stem
SHORTEST = 2
LOWER = ("street", "town", "township", "community", "village")


class SoundAlikes:
    """Streets and communities by their sound. Never changes after it is built."""

    def __init__(self, tree: Tree, stems: Mapping[str, Sequence[int]], kinds: Sequence[str]) -> None:
        """`stems`: the regions by their names without suffix; `kinds`: of each region, as in FOLDS."""
        self.tree, self._kinds = tree, kinds
        self._by_sound: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for stem, ones in stems.items():
            if len(stem) >= SHORTEST and (lower := [one for one in ones if tree.levels[one] >= 4]):
                self._by_sound[sound(stem)] += lower

    def heard(self, text: str, after: Sequence[int], top: int, turn: int = 0) -> Mention | None:
        """The one street or community below `top` (a county or street) that sounds like the name which follows one
        of the positions `after`; None where none does, or several do."""
        for at in sorted(after, reverse=True):
            link = LINK.match(text, at)
            start = link.end() if link else at
            for end in range(start + SHORTEST, min(start + LONGEST, len(text)) + 1):
                if (suffix := SAID.match(text, end)) and str(suffix.lastgroup) in LOWER:
                    if one := self._only(text[start:end], str(suffix.lastgroup), top):
                        stop = suffix.end()
                        return Mention(start, stop, text[start:stop], (one,), turn=turn, heard=True)
                    break
        return None

    def _only(self, stem: str, suffix: str, top: int) -> int | None:
        here = {one for one in self._by_sound.get(sound(stem), ()) if one != top and self.tree.covers(top, one)}
        for kinds in FOLDS[suffix]:
            fitting = {one for one in here if self._kinds[one] in kinds}
            if fitting:
                return fitting.pop() if len(fitting) == 1 else None
        return None
