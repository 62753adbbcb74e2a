"""What an online geocoder adds to the intake: a point inside what the words prove, and never a failure."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.database import outer_transaction, transaction
from app.geocode import amap
from app.geocode.guard import Guarded
from app.geocode.improve import improve
from app.transcripts import Source, take_transcript
from dispatch.models import Ticket
from tests.stand_in import KEY, LAT, LON, StandIn, amap_answer
from tests.world import CELL_OF, CELLS_WEST, centre

pytestmark = pytest.mark.database
ADDRESS = "沈阳市和平区文安路5号3单元201室"
CALL = "市民：你好，我要反映沈阳市和平区文安路5号楼下路灯坏了，晚上什么也看不见，希望尽快修理。"


@pytest.fixture
def asked(app: Flask) -> Iterator[StandIn]:
    """The application with Amap set up, at the stand-in."""
    vendor = StandIn()
    vendor.serve()
    app.extensions["geocoder"] = Guarded(amap.Amap(KEY, vendor.url, 0.3))
    yield vendor
    vendor.close()
    app.extensions["geocoder"] = None


def test_an_address_becomes_a_point_inside_what_is_proven(asked: StandIn) -> None:
    asked.answers(amap_answer())
    found = improve("210102", ADDRESS)
    assert (found["datum"], found["accuracy"], found["place_source"]) == ("gcj02", 30.0, "amap")
    assert asked.asked[0]["address"] == "沈阳市和平区文安路5号" and asked.asked[0]["city"] == "沈阳市"
    improve("210102", ADDRESS)
    assert len(asked.asked) == 1


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


def test_nobody_is_asked_without_an_address_a_district_or_outside_a_request(asked: StandIn) -> None:
    asked.answers(amap_answer())
    assert improve("210102", "沈阳市和平区") == improve("2101", "沈阳市文安路5号") == {}
    with outer_transaction():
        assert improve("210102", ADDRESS) == {}
    assert asked.asked == []


def test_a_transcript_gets_its_cell(asked: StandIn, actor: Any) -> None:
    asked.answers(amap_answer())
    item = take_transcript(Source("call.txt", CALL.encode()), {}, actor("agent.2101"))
    (ticket,) = item["tickets"]
    assert ticket["region"]["code"] == CELLS_WEST and ticket["location"]["raw"]["source"] == "amap"
    assert (ticket["location"]["lon"], ticket["location"]["lat"]) == pytest.approx((LON, LAT), abs=2e-6)


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


def test_the_desk_preview_shows_the_point(asked: StandIn, caller: Any) -> None:
    asked.answers(amap_answer())
    told = caller("agent.2101").post("/api/v1/readings", json={"text": CALL}).json
    assert told["region"]["code"] == CELLS_WEST and told["location"] is not None
    given = {"text": CALL, "region": "210102"}
    assert caller("agent.2101").post("/api/v1/readings", json=given).json["region"]["code"] == "210102"
    assert len(asked.asked) == 1
