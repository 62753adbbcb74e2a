"""Snaps, transcripts and drafts over the API: what is known is kept with its datum, what is not known is asked for."""

import io
import json
from typing import Any

import piexif
import pytest
from PIL import Image
from sqlalchemy import func, select

from app.database import transaction
from dispatch.models import Draft, Ticket, Transcript
from geodata.coords import from_wgs84
from tests.photos import encoded
from tests.test_api import problem
from tests.web import Caller
from tests.world import CELL_OF, CELLS_WEST, centre

pytestmark = pytest.mark.database

LON, LAT = centre()
PHONE = "13912345678"
CALL = "坐席：您好\n市民：南湖街道文安路社区楼下的路灯不亮，好几天了\n坐席：您在哪个区\n市民：沈阳市和平区"


@pytest.fixture
def snap(caller):
    """snap(photo bytes…, lon=…) -> the answer to a citizen's snap."""

    def send(*photos: bytes, headers: Any = None, **fields: Any) -> Any:
        files = [(io.BytesIO(data), f"{place}.jpg") for place, data in enumerate(photos)]
        return caller().post("/api/v1/snaps", data={"photo": files} | fields, headers=headers or {})

    return send


def gps(lon: float, lat: float) -> dict[int, Any]:
    """EXIF's degrees, minutes and hundredths of seconds for a point, WGS-84."""

    def parts(angle: float) -> tuple[tuple[int, int], ...]:
        degrees, rest = divmod(angle, 1)
        minutes, rest = divmod(rest * 60, 1)
        return (int(degrees), 1), (int(minutes), 1), (round(rest * 6000), 100)

    ids = piexif.GPSIFD
    return {
        ids.GPSLatitudeRef: "N",
        ids.GPSLatitude: parts(lat),
        ids.GPSLongitudeRef: "E",
        ids.GPSLongitude: parts(lon),
    }


HERE = encoded(gps=gps(LON, LAT))


def test_a_photo_alone_finds_its_cell_by_exif(snap):
    answer = snap(HERE, description="路灯不亮")
    assert answer.status_code == 201, answer.text
    ticket = answer.json["ticket"]
    assert (ticket["region"]["code"], ticket["status"], ticket["channel"]) == (CELLS_WEST, "DISPATCHED", "snap")
    raw = ticket["location"]["raw"]
    assert (raw["datum"], raw["source"]) == ("wgs84", "exif")
    assert (raw["lon"], raw["lat"]) == pytest.approx((LON, LAT), abs=1e-5)
    assert ticket["number"] == answer.json["number"]
    assert answer.json["due_at"] == next(one["due_at"] for one in ticket["clocks"] if one["kind"] == "HANDLE")


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_a_pin_is_read_in_its_datum_and_kept_as_it_came(snap, datum):
    lon, lat = from_wgs84(LON, LAT, datum)
    ticket = snap(encoded(), lon=lon, lat=lat, datum=datum).json["ticket"]
    assert ticket["region"]["code"] == CELLS_WEST
    assert (ticket["location"]["lon"], ticket["location"]["lat"]) == pytest.approx((LON, LAT), abs=1e-7)
    assert ticket["location"]["raw"] == {"lon": lon, "lat": lat, "datum": datum, "source": "pin"}


def test_a_pin_goes_before_exif_whose_point_is_kept_and_not_told(snap):
    lon, lat = centre(CELL_OF["210103"])
    ticket = snap(HERE, lon=lon, lat=lat).json["ticket"]
    assert ticket["region"]["code"] == CELL_OF["210103"]
    raw = ticket["location"]["raw"]
    assert 6_000 < raw["exif_distance_m"] < 7_000 and raw["flag"] == "pin_far" and "exif" not in raw
    with transaction() as db:
        kept = db.scalars(select(Ticket)).one().raw["exif"]
    assert (kept["lon"], kept["lat"]) == pytest.approx((LON, LAT), abs=1e-5)


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_a_pin_that_fits_the_photo_under_another_datum_is_flagged(snap, datum):
    lon, lat = from_wgs84(LON, LAT, datum)
    raw = snap(HERE, lon=lon, lat=lat).json["ticket"]["location"]["raw"]
    assert (raw["datum"], raw["flag"]) == ("wgs84", f"pin_fits_{datum}")


def test_a_pin_at_the_photo_is_not_flagged(snap):
    raw = snap(HERE, lon=LON, lat=LAT).json["ticket"]["location"]["raw"]
    assert raw["exif_distance_m"] == 0 and "flag" not in raw


def test_a_photo_from_outside_the_province_is_refused_with_its_place(snap):
    told = problem(snap(encoded(gps=gps(116.4, 39.9))), 422)
    assert (told["location"]["lon"], told["location"]["lat"]) == pytest.approx((116.4, 39.9), abs=1e-5)


def test_without_any_place_nothing_is_made(snap):
    told = problem(snap(encoded(), description="路灯不亮"), 422)
    assert (told["code"], set(told["errors"])) == ("place_missing", {"lon", "lat"})
    assert count(Ticket) == 0


def test_an_address_that_proves_the_district_is_enough(snap):
    ticket = snap(encoded(), address="沈阳市和平区某街").json["ticket"]
    assert (ticket["region"]["code"], ticket["location"]["level"], ticket["location"]["lon"]) == (
        "210102", "district", None,
    )  # fmt: skip
    assert problem(snap(encoded(), address="某街"), 422)["code"] == "address_unclear"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"lon": LON}, "lat"),
        ({"lon": "x", "lat": LAT}, "lon"),
        ({"lon": LON, "lat": LAT, "datum": "mars"}, "datum"),
        ({"lon": LON, "lat": LAT, "phone": "none"}, "phone"),
        ({"lon": LON, "lat": LAT, "category": "none.such"}, "category"),
        ({"lon": LON, "lat": LAT, "description": "字" * 4001}, "description"),
    ],
)
def test_a_wrong_field_is_named(snap, fields, wrong):
    assert set(problem(snap(encoded(), **fields), 422)["errors"]) == {wrong}


@pytest.mark.parametrize("accuracy", ["-1", "0", "25", "unknown", "nan"])
def test_any_accuracy_of_a_phone_is_borne(snap, accuracy):
    assert snap(encoded(), lon=LON, lat=LAT, accuracy=accuracy).status_code == 201


@pytest.mark.parametrize(
    ("photos", "status"),
    [([], 422), ([HERE] * 6, 422), ([b"no photo"], 415), ([HERE, b""], 415), ([HERE[: len(HERE) // 2]], 422)],
)
def test_one_to_five_whole_photos(snap, photos, status):
    problem(snap(*photos, lon=LON, lat=LAT), status)
    assert count(Ticket) == 0


def test_nothing_private_is_answered_and_staff_see_the_phone_masked(snap, agent):
    answer = snap(HERE, phone=PHONE)
    assert PHONE not in answer.text and "caller" not in answer.json["ticket"]
    told = agent.get(f"/api/v1/tickets/{answer.json['number']}")
    assert told.json["caller"]["phone"] == "139****5678"
    assert answer.json["tracking_token"] not in told.text


def test_a_photo_is_shown_without_exif_to_whom_it_concerns(snap, caller):
    made = snap(HERE, description="路灯不亮").json
    photo = made["ticket"]["photos"][0]["display"]
    mine = f"number={made['number']}&token={made['tracking_token']}"
    image = Image.open(io.BytesIO(caller().get(f"{photo}?{mine}").data))
    assert (image.format, dict(image.getexif())) == ("JPEG", {})
    assert caller("manager.210102").get(photo).status_code == 200
    for who, query in ((None, ""), (None, f"number={made['number']}&token=x"), ("manager.210103", "")):
        problem(caller(who).get(f"{photo}?{query}"), 404)
    problem(caller("manager.210102").get(photo.replace("display", "original")), 404)


def test_an_address_may_send_sixty_snaps_an_hour(snap, agent, monkeypatch):
    for _ in range(60):
        assert snap().status_code == 422
    answer = snap(HERE)
    problem(answer, 429)
    assert int(answer.headers["Retry-After"]) > 0
    form = {"photo": (io.BytesIO(HERE), "a.jpg")}
    assert agent.post("/api/v1/snaps", data=form).status_code == 201


def upload(who: Caller, *files: tuple[str, bytes], **fields: Any) -> Any:
    form = {"file": [(io.BytesIO(data), name) for name, data in files]} | fields
    return who.post("/api/v1/transcripts", data=form)


def test_one_bad_file_of_several_loses_no_other(agent):
    answer = upload(
        agent, ("甲.txt", CALL.encode()), ("picture.txt", HERE), ("空.txt", b""), ("乙.txt", CALL.encode("gbk"))
    )
    assert answer.status_code == 201, answer.text
    items = answer.json["items"]
    assert [item["source"] for item in items] == ["甲.txt", "picture.txt", "空.txt", "乙.txt"]
    assert [bool(item["error"]) for item in items] == [False, True, True, False]
    assert [len(item["tickets"]) for item in items] == [1, 0, 0, 1]
    assert [turn["speaker"] for turn in items[0]["turns"]] == ["agent", "citizen", "agent", "citizen"]
    assert count(Ticket) == 2


def test_a_filed_call_is_as_precise_as_it_was_said(agent):
    (item,) = upload(agent, ("甲.txt", CALL.encode())).json["items"]
    (ticket,) = item["tickets"]
    assert (ticket["region"]["code"], ticket["location"]["level"]) == ("210102002001", "community")
    assert (ticket["category"]["code"], ticket["channel"]) == ("light.street", "phone")


def test_a_point_given_with_the_call_goes_before_its_words(agent):
    lon, lat = from_wgs84(LON, LAT, "gcj02")
    fields = {"lon": lon, "lat": lat, "datum": "gcj02", "caller_phone": PHONE}
    (item,) = upload(agent, ("甲.txt", CALL.encode()), **fields).json["items"]
    assert item["tickets"][0]["region"]["code"] == CELLS_WEST
    assert item["tickets"][0]["caller"]["phone"] == "139****5678"


@pytest.mark.parametrize(
    "body",
    [{"text": CALL}, {"turns": [{"speaker": "citizen", "text": "沈阳市和平区文安路社区路灯不亮", "start": 0.5}]}],
)
def test_calls_come_as_json_too(agent, body):
    answer = agent.post("/api/v1/transcripts", json=body)
    assert answer.status_code == 201, answer.text
    assert len(answer.json["items"][0]["tickets"]) == 1


def test_mode_draft_never_files(agent):
    (item,) = agent.post("/api/v1/transcripts", json={"text": CALL, "mode": "draft"}).json["items"]
    (draft,) = item["drafts"]
    assert (item["tickets"], draft["region"]["code"], draft["category"]) == ([], "210102002001", "light.street")
    assert (count(Ticket), count(Draft)) == (0, 1)


def test_what_is_not_certain_waits_with_its_questions(agent):
    (item,) = agent.post("/api/v1/transcripts", json={"text": "市民：路灯不亮，好几天了"}).json["items"]
    (draft,) = item["drafts"]
    assert draft["region"] is None
    assert draft["questions"] and all(one["code"] and one["text"] for one in draft["questions"])


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, "file"),
        ({"text": " "}, "file"),
        ({"turns": [{"speaker": "citizen"}]}, "turns"),
        ({"text": CALL, "mode": "guess"}, "mode"),
        ({"text": CALL, "caller_phone": "none"}, "caller_phone"),
        ({"text": CALL, "lon": LON, "lat": LAT, "datum": "mars"}, "datum"),
        ({"text": CALL, "lon": LON}, "lat"),
    ],
)
def test_a_call_with_a_wrong_field_is_refused_whole(agent, body, wrong):
    assert set(problem(agent.post("/api/v1/transcripts", json=body), 422)["errors"]) == {wrong}
    assert count(Transcript) == 0


def test_a_call_outside_the_province_is_refused_with_its_place(agent):
    told = problem(agent.post("/api/v1/transcripts", json={"text": CALL, "lon": 116.4, "lat": 39.9}), 422)
    assert told["location"] == {"lon": 116.4, "lat": 39.9}


@pytest.mark.parametrize("mark", ["\x00", "\ud800"])
def test_a_file_with_what_no_database_keeps_loses_no_other(agent, mark):
    bad = json.dumps({"turns": [{"speaker": "citizen", "text": f"沈阳市和平区文安路社区路灯不亮{mark}"}]})
    answer = upload(agent, ("bad.json", bad.encode()), ("甲.txt", CALL.encode()))
    assert answer.status_code == 201, answer.text
    assert len(answer.json["items"][1]["tickets"]) == 1


def test_only_agents_bring_calls(caller):
    for login, status in ((None, 401), (f"attendant.{CELLS_WEST}", 403)):
        problem(caller(login).post("/api/v1/transcripts", json={"text": CALL}), status)


def count(table: Any) -> int:
    with transaction() as db:
        return db.scalar(select(func.count()).select_from(table)) or 0
