"""Online geocoders against a local stand-in: their datums, errors, slowness and garbage, cache and circuit breaker."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.geocode import amap, from_settings, tianditu
from app.geocode.guard import FAILURES, KEPT_S, REST_S, Guarded
from app.geocode.hits import GeocoderError, Hit
from config import Settings, UnsafeSettings, refuse_unsafe
from geodata.coords import from_wgs84
from grids.placequestion import question
from tests.conftest import settings_for
from tests.stand_in import KEY, LAT, LON, StandIn, amap_answer


@pytest.fixture
def vendor() -> Iterator[StandIn]:
    stand_in = StandIn()
    stand_in.serve()
    yield stand_in
    stand_in.close()


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
