"""Online geocoders against a local stand-in that speaks their JSON: points, refusals, slowness, garbage, privacy."""

import json
import logging
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.database import outer_transaction, transaction
from app.geocode import amap, from_settings, tianditu
from app.geocode.guard import FAILURES, KEPT_S, REST_S, Guarded
from app.geocode.hits import GeocoderError, Hit
from app.geocode.improve import improve
from app.geocode.question import question
from app.transcripts import Source, take_transcript
from config import Settings, UnsafeSettings, refuse_unsafe
from dispatch.models import Ticket
from geodata.coords import from_wgs84
from tests.conftest import settings_for
from tests.world import CELL_OF, CELLS_WEST, centre

KEY = "a-secret-key-of-tests"
LON, LAT = centre()
ADDRESS = "沈阳市和平区文安路5号3单元201室"
CALL = "市民：你好，我要反映沈阳市和平区文安路5号楼下路灯坏了，晚上什么也看不见，希望尽快修理。"


class StandIn:
    """A vendor on 127.0.0.1: `told` answers each query with (status, body); `asked` are the queries so far."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.told: Callable[[dict[str, str]], tuple[int, bytes]] = lambda query: (200, b"{}")
        self.free = Event()
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = {name: some[0] for name, some in parse_qs(urlsplit(self.path).query).items()}
                stand_in.asked.append(query)
                status, body = stand_in.told(query)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda request, client: None  # type: ignore[method-assign]  # a caller that gave up
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v3/geocode/geo"

    def answers(self, body: Any, status: int = 200) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.told = lambda query: (status, data)

    def hangs(self) -> None:
        def wait(query: dict[str, str]) -> tuple[int, bytes]:
            self.free.wait(5)
            return 200, b"{}"

        self.told = wait


@pytest.fixture
def vendor() -> Iterator[StandIn]:
    stand_in = StandIn()
    thread = Thread(target=stand_in.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield stand_in
    stand_in.free.set()
    stand_in.server.shutdown()
    stand_in.server.server_close()


@pytest.fixture
def asked(app: Flask, vendor: StandIn) -> Iterator[StandIn]:
    """The application with Amap set up, at the stand-in."""
    app.extensions["geocoder"] = Guarded(amap.Amap(KEY, vendor.url, 0.3))
    yield vendor
    app.extensions["geocoder"] = None


def amap_answer(lon: float = LON, lat: float = LAT, level: str = "门牌号") -> dict[str, Any]:
    lon, lat = from_wgs84(lon, lat, "gcj02")
    place = {
        "formatted_address": "辽宁省沈阳市和平区某处",
        "location": f"{lon:.6f},{lat:.6f}",
        "level": level,
        "city": [],
    }
    return {"status": "1", "info": "OK", "infocode": "10000", "count": "1", "geocodes": [place]}


def tianditu_answer(**more: Any) -> dict[str, Any]:
    place = {"lon": str(LON), "lat": str(LAT), "score": 95, "level": "门址", "keyWord": "某处"}
    return {"status": "0", "msg": "ok", "location": place | more}


def test_amap_answers_in_gcj02(vendor: StandIn) -> None:
    vendor.answers(amap_answer())
    (hit,) = amap.Amap(KEY, vendor.url).geocode("和平区文安路5号", "沈阳市")
    assert (hit.datum, hit.precision) == ("gcj02", "house")
    assert (hit.lon, hit.lat) == pytest.approx(from_wgs84(LON, LAT, "gcj02"), abs=1e-6)
    assert vendor.asked == [{"key": KEY, "address": "和平区文安路5号", "city": "沈阳市", "output": "JSON"}]


def test_tianditu_answers_in_cgcs2000_with_a_score(vendor: StandIn) -> None:
    vendor.answers(tianditu_answer())
    assert tianditu.Tianditu(KEY, vendor.url).geocode("文安路5号", "沈阳市") == [
        Hit(LON, LAT, "wgs84", "house", "某处")
    ]
    assert json.loads(vendor.asked[0]["ds"]) == {"keyWord": "沈阳市文安路5号"} and vendor.asked[0]["tk"] == KEY
    for poor in (tianditu_answer(score=60), {"status": "101", "msg": "结果为空"}):
        vendor.answers(poor)
        assert tianditu.Tianditu(KEY, vendor.url).geocode("文安路5号", "沈阳市") == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"status": "0", "info": "INVALID_USER_KEY", "infocode": "10001"}, 200, "refused"),
        ({"status": "1"}, 200, "garbage"),
        ({"status": "1", "geocodes": [{"location": []}]}, 200, "garbage"),
        ({"status": "1", "geocodes": [{"location": "x,y"}]}, 200, "garbage"),
        ([], 200, "garbage"),
        (b"<html>", 200, "garbage"),
        (b"[" * 100_000, 200, "garbage"),
        (b" " * 300_000, 200, "garbage"),
        (b"", 503, "status"),
        (b"", 302, "status"),
    ],
)
def test_what_is_no_answer_is_an_error_with_a_code(vendor: StandIn, body: Any, status: int, code: str) -> None:
    vendor.answers(body, status)
    with pytest.raises(GeocoderError) as failed:
        amap.Amap(KEY, vendor.url).geocode("和平区文安路5号", "沈阳市")
    assert failed.value.code == code


@pytest.mark.parametrize("told", [{}, {"status": "7"}, {"status": "0", "location": {"score": "x"}}, None, 5])
def test_tianditu_garbage_is_an_error_too(told: Any) -> None:
    with pytest.raises(GeocoderError):
        tianditu.hits(told)


def test_a_slow_vendor_is_given_up(vendor: StandIn) -> None:
    vendor.hangs()
    with pytest.raises(GeocoderError) as failed:
        amap.Amap(KEY, vendor.url, 0.1).geocode("文安路5号", "沈阳市")
    assert failed.value.code == "timeout"


def test_nobody_there_is_unreachable() -> None:
    with pytest.raises(GeocoderError) as failed:
        amap.Amap(KEY, "http://127.0.0.1:9/", 0.5).geocode("文安路5号", "沈阳市")
    assert failed.value.code == "unreachable"


class Scripted:
    """A geocoder that answers or fails as told, and counts."""

    name = "scripted"

    def __init__(self) -> None:
        self.fails, self.times = False, 0

    def geocode(self, text: str, city: str) -> list[Hit]:
        self.times += 1
        if self.fails:
            raise GeocoderError("timeout")
        return [Hit(LON, LAT, "wgs84", "house", text)] if "路" in text else []


def test_the_same_question_is_asked_once_while_the_answer_is_fresh() -> None:
    time, inner = [0.0], Scripted()
    guarded = Guarded(inner, lambda: time[0])
    assert guarded.geocode("文安路", "沈阳市") == guarded.geocode("文安路", "沈阳市")
    assert (inner.times, guarded.geocode("文安路", "大连市") != [], inner.times) == (1, True, 2)
    time[0] = KEPT_S + 1
    guarded.geocode("文安路", "沈阳市")
    assert inner.times == 3


def test_after_failures_it_rests_and_then_tries_once() -> None:
    time, inner = [0.0], Scripted()
    guarded = Guarded(inner, lambda: time[0])
    inner.fails = True
    codes = []
    for number in range(FAILURES + 2):
        with pytest.raises(GeocoderError) as failed:
            guarded.geocode(f"{number}路", "")
        codes.append(failed.value.code)
    assert codes == ["timeout"] * FAILURES + ["open", "open"] and inner.times == FAILURES
    time[0] = REST_S + 1
    inner.fails = False
    assert guarded.geocode("文安路", "") and guarded.geocode("南湖路", "")


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("沈阳市和平区文安路5号", "沈阳市和平区文安路5号"),
        ("沈阳市和平区文安路5号3单元201室", "沈阳市和平区文安路5号"),
        ("沈阳市和平区，文安路5号，我叫王小明，电话13812345678", "沈阳市和平区文安路5号"),
        ("沈阳市和平区文安路5号李先生", "沈阳市和平区文安路5号"),
        ("沈阳市和平区", None),
        ("沈阳市和平区，13812345678", None),
        ("", None),
    ],
)
def test_the_question_holds_no_personal_data(address: str, asked: str | None) -> None:
    assert question(["沈阳市", "和平区"], address) == asked


@pytest.mark.database
def test_an_address_becomes_a_point_inside_what_is_proven(asked: StandIn) -> None:
    asked.answers(amap_answer())
    found = improve("210102", ADDRESS)
    assert (found["datum"], found["accuracy"], found["place_source"]) == ("gcj02", 30.0, "amap")
    assert asked.asked[0]["address"] == "沈阳市和平区文安路5号" and asked.asked[0]["city"] == "沈阳市"
    improve("210102", ADDRESS)
    assert len(asked.asked) == 1


@pytest.mark.database
@pytest.mark.parametrize(
    "answer",
    [
        amap_answer(level="区县"),
        amap_answer(level="道路"),
        amap_answer(level="未知"),
        amap_answer(*centre(CELL_OF["210103"])),
        amap_answer(116.4, 39.9),
        {"status": "1", "geocodes": []},
        {"status": "0"},
    ],
)
def test_what_is_coarse_or_elsewhere_gives_no_point(asked: StandIn, answer: dict[str, Any]) -> None:
    asked.answers(answer)
    assert improve("210102", ADDRESS) == {} and len(asked.asked) == 1


@pytest.mark.database
def test_nobody_is_asked_without_an_address_a_district_or_outside_a_request(asked: StandIn) -> None:
    asked.answers(amap_answer())
    assert improve("210102", "沈阳市和平区") == improve("2101", "沈阳市文安路5号") == {}
    with outer_transaction():
        assert improve("210102", ADDRESS) == {}
    assert asked.asked == []


@pytest.mark.database
def test_a_transcript_gets_its_cell(asked: StandIn, actor: Any) -> None:
    asked.answers(amap_answer())
    item = take_transcript(Source("call.txt", CALL.encode()), {}, actor("agent.2101"))
    (ticket,) = item["tickets"]
    assert ticket["region"]["code"] == CELLS_WEST and ticket["location"]["raw"]["source"] == "amap"
    assert (ticket["location"]["lon"], ticket["location"]["lat"]) == pytest.approx((LON, LAT), abs=2e-6)


@pytest.mark.database
@pytest.mark.parametrize("trouble", ["hangs", "garbage", "status", "nothing"])
def test_trouble_with_the_vendor_fails_no_intake(
    asked: StandIn, actor: Any, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    if trouble == "hangs":
        asked.hangs()
    else:
        asked.answers({"garbage": b"<", "status": b"", "nothing": {"status": "1", "geocodes": []}}[trouble], 200)
    item = take_transcript(Source("call.txt", CALL.encode()), {}, actor("agent.2101"))
    assert item["tickets"][0]["region"]["code"] == "210102" and item["error"] is None
    assert KEY not in caplog.text and "文安路" not in caplog.text
    with transaction() as db:
        assert db.scalar(select(func.count()).select_from(Ticket)) == 1


@pytest.mark.database
def test_the_desk_preview_shows_the_point(asked: StandIn, caller: Any) -> None:
    asked.answers(amap_answer())
    told = caller("agent.2101").post("/api/v1/readings", json={"text": CALL}).json
    assert told["region"]["code"] == CELLS_WEST and told["location"] is not None
    given = {"text": CALL, "region": "210102"}
    assert caller("agent.2101").post("/api/v1/readings", json=given).json["region"]["code"] == "210102"
    assert len(asked.asked) == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"geocoder": "google"}, "GEOCODER must be"),
        ({"geocoder": "amap"}, "GEOCODER_KEY"),
        ({"geocoder": "amap", "geocoder_key": "k", "geocoder_url": "ftp://x"}, "GEOCODER_URL"),
        ({"geocoder": "amap", "geocoder_key": "k", "geocoder_timeout": 60.0}, "GEOCODER_TIMEOUT"),
    ],
)
def test_settings_that_cannot_work_stop_the_start(tmp_path: Any, more: dict[str, Any], said: str) -> None:
    with pytest.raises(UnsafeSettings, match=said):
        refuse_unsafe(settings_for("sqlite://", tmp_path, **more))


def test_the_settings_choose_the_vendor_and_hide_the_key(tmp_path: Any) -> None:
    settings: Settings = settings_for("sqlite://", tmp_path, geocoder="tianditu", geocoder_key=KEY)
    made = from_settings(settings)
    assert made is not None and made.name == "tianditu" and KEY not in repr(settings)
    assert from_settings(settings_for("sqlite://", tmp_path)) is None
