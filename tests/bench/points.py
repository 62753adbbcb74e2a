"""Places of complaints: points inside cells of the generated province, drawn anew with a fixed seed."""

import random

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from grids.cells import build
from grids.locate import CellIndex
from tests.bench.worlds import World

DESCRIPTION = "小区门口的垃圾桶满了好几天没有人清理，味道很大，希望尽快处理。"
Points = npt.NDArray[np.float64]


def cells(world: World) -> CellIndex:
    """The index of the world's cells, as every process of the product builds it."""
    engine = create_engine(world.url)
    with Session(engine) as db:
        made = build(db)
    engine.dispose()
    return made


def points_in(index: CellIndex, count: int, seed: int = 1) -> Points:
    """(count, 2): (lon, lat) WGS-84, a point in each of `count` cells drawn with repetition."""
    drawn = random.Random(seed).choices(index._polygons, k=count)
    return np.array(shapely.get_coordinates(shapely.point_on_surface(drawn)), dtype=np.float64)


def complaint(lon: float, lat: float) -> dict[str, object]:
    """The body of POST /tickets for a matter at a point."""
    return {
        "kind": "complaint", "urgency": "ordinary", "description": DESCRIPTION,
        "caller_name": "王某", "caller_phone": "13900000000", "lon": lon, "lat": lat,
    }  # fmt: skip
