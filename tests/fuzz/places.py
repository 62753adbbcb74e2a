"""Fuzz target: files of place names, and places in whatever text somebody says or pastes."""

from functools import cache

from geodata.divisions import divisions
from grids.gazetteer import Gazetteer
from grids.landmarks import Landmark
from grids.place_files import parse_places
from grids.place_import import kind_of, known_names
from grids.region_files import BadFile

ALLOWED: tuple[type[Exception], ...] = (BadFile,)

SEEDS: list[bytes] = [
    "name,aliases,kind,lon,lat,datum\n万达广场,万达;太原街万达,商场,123.4,41.8,gcj02\n".encode(),
    "名称\t别名\t经度\t纬度\t坐标系\n文安路\t\t123.4\t41.8\t百度\n".encode("gb18030"),
    b'\xef\xbb\xbfname;lon;lat\n"a;b";1e400;nan\n',
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"三好街","别名":["电子街"]},'
    '"geometry":{"type":"LineString","coordinates":[[123.4,41.7],[123.5,41.8]]}}]}'.encode(),
    b'{"features":[{"properties":{"name":[[[]]]},"geometry":{"type":"Polygon","coordinates":[[]]}}]}',
    b"[" * 2000,
    "我家住和平区，要反映的是沈河区青年大街的路坑，不对，是从铁岭到沈阳的客车。".encode(),
    "沈阳市公安局沈河分局，不是鞍山铁西区，人家大连都有，和平区南壶街道闻安路社区奥林匹克广场对面3号楼".encode(),
    "\u3000ＡＢＣ市市市区区县县镇镇路路沈沈阳阳社区社区居委会İ\u0130ß".encode(),
]


def run(data: bytes) -> None:
    """Reads the bytes as a file of each kind and as a text. Raises only what ALLOWED names."""
    find(data.decode("utf-8", "replace"))
    refused: BadFile | None = None
    for suffix in (".csv", ".geojson"):
        try:
            places = parse_places(data, suffix)
        except BadFile as error:
            refused = error
            continue
        for place in places[:100]:
            known_names(place.name, place.aliases, kind_of(place.name, place.kind))
    if refused is not None:
        raise refused


def find(text: str) -> None:
    """An answer is consistent with itself, whatever is said."""
    gazetteer = known()
    for found in (gazetteer.find(text[:2_000]), gazetteer.find(text[:2_000], within="2101")):
        if found is None or found.outside:
            continue
        tree = gazetteer.tree
        top = tree.index[str(found.code)]
        assert 0 < found.confidence <= 1
        assert all(tree.covers(top, tree.index[code]) for code in found.candidates)
        assert found.spot is None or found.spot.area == found.code
        assert all(text[part.start : part.end] for part in found.parts)
    for match in gazetteer.search(text[:200]):
        assert 0 < match.score <= 100


@cache
def known() -> Gazetteer:
    area = "210102019009"
    landmark = Landmark("奥林匹克广场", "sight", 123.4, 41.8, f"{area}001", 6, area, area[:9])
    return Gazetteer(divisions(), [(landmark, ["奥林匹克广场"])])
