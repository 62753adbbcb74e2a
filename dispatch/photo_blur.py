"""Faces and number plates are made unreadable in the copies: by hand, or proposed by detectors that are installed.

A detector is a function from an upright RGB picture to areas. A deployment installs one as an entry point of the group
`hotline.photo_detectors`; it is loaded in the decoding process and lives within its limits. None comes with this
product. What a detector proposes is shown to staff, who decide; nothing is blurred by itself.
"""

import math
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from typing import Any, TypeAlias

from PIL import Image

Area: TypeAlias = tuple[float, float, float, float]  # left, top, width, height as shares of the upright picture, 0 to 1
Detector: TypeAlias = Callable[[Image.Image], Sequence[Area]]

GROUP = "hotline.photo_detectors"
MAX_AREAS = 20
BLOCKS = 5  # an area keeps at most this many shades along its longer side: no letter survives that
detectors: list[Detector] = []


def load_detectors() -> None:
    """Fills the registry from the installed packages."""
    detectors.extend(entry.load() for entry in entry_points(group=GROUP))


def proposed(image: Image.Image) -> list[Area]:
    """What the detectors would blur, at most MAX_AREAS; a detector that fails proposes nothing."""
    found: list[Area] = []
    for detector in detectors:
        try:
            found += [area for area in map(area_of, detector(image)) if area is not None]
        except Exception:  # a stranger's code must not cost the photo
            continue
    return found[:MAX_AREAS]


def area_of(value: Any) -> Area | None:
    """An area from four numbers, cut to the picture; None for anything else and for what lies outside."""
    if not isinstance(value, list | tuple) or len(value) != 4:
        return None
    if not all(isinstance(part, int | float) and not isinstance(part, bool) and math.isfinite(part) for part in value):
        return None
    left, top = max(0.0, float(value[0])), max(0.0, float(value[1]))
    right, bottom = min(1.0, float(value[0] + value[2])), min(1.0, float(value[1] + value[3]))
    return (left, top, right - left, bottom - top) if right > left and bottom > top else None


def blur(image: Image.Image, areas: Sequence[Area]) -> Image.Image:
    """A copy in which each area, rounded outwards to whole pixels, shows no more than a few smooth shades."""
    made = image.copy()
    for left, top, width, height in areas:
        box = (
            math.floor(left * made.width),
            math.floor(top * made.height),
            min(made.width, math.ceil((left + width) * made.width)),
            min(made.height, math.ceil((top + height) * made.height)),
        )
        size = (box[2] - box[0], box[3] - box[1])
        few = [max(1, min(BLOCKS, round(BLOCKS * side / max(size)))) for side in size]
        made.paste(made.crop(box).resize(few, Image.Resampling.BOX).resize(size, Image.Resampling.BICUBIC), box)
    return made
