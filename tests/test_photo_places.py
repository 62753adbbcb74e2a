"""Where a photo was taken, in words: why it proves no place, and what makes one doubt it or the pin beside it."""

import io
from typing import Any

import piexif
import pytest
from sqlalchemy import select

from app.database import transaction
from app.intake import FAR_M, OFFSET_M, doubt
from app.sentences import SENTENCES
from dispatch.models import Photo, Ticket
from geodata.coords import distance_m, from_wgs84
from tests.photos import SHENYANG, encoded
from tests.test_api import problem
from tests.test_api_intake import gps
from tests.web import Visitor
from tests.world import CELL_OF, CELLS_WEST, centre

LON, LAT = centre()
HERE = encoded(gps=gps(LON, LAT))
IDS = piexif.GPSIFD
ZEROS = ((0, 1),) * 3
PROBLEMS: dict[str, dict[int, Any]] = {
    "place_missing": {},
    "place_no_number": SHENYANG | {IDS.GPSLatitude: ((41, 0), (0, 0), (0, 0))},
    "place_out_of_range": SHENYANG | {IDS.GPSLatitude: ((141, 1), (0, 1), (0, 1))},
    "place_unreadable": SHENYANG | {IDS.GPSLongitude: ((123, 1), (99, 1), (0, 1))},
    "place_incomplete": {IDS.GPSLatitude: SHENYANG[IDS.GPSLatitude]},
    "place_no_fix": SHENYANG | {IDS.GPSLatitude: ZEROS, IDS.GPSLongitude: ZEROS},
    "photo_outside_province": gps(116.4, 39.9),
}


@pytest.fixture
def snap(caller: Any) -> Any:
    def send(*photos: bytes, **fields: Any) -> Any:
        files = [(io.BytesIO(data), f"{place}.jpg") for place, data in enumerate(photos)]
        return caller().post("/api/v1/snaps", data={"photo": files} | fields)

    return send


@pytest.mark.database
@pytest.mark.parametrize("code", PROBLEMS)
def test_each_lack_of_a_place_has_its_sentence(app, snap, code):
    photo = encoded(gps=PROBLEMS[code]) if PROBLEMS[code] else encoded()
    told = problem(snap(photo), 422)
    assert (told["code"], set(told["errors"])) == (code, {"lon", "lat"})
    assert told["detail"] == str(SENTENCES[code]) and "写出地址" in told["detail"]
    page = Visitor(app)
    form = {"csrf_token": page.token, "photo": (io.BytesIO(photo), "a.jpg")}
    assert str(SENTENCES[code]) in page.post("/snap", data=form).text


@pytest.mark.database
def test_the_sentences_differ(app):
    assert len({str(SENTENCES[code]) for code in PROBLEMS}) == len(PROBLEMS)


@pytest.mark.database
@pytest.mark.parametrize("code", PROBLEMS)
def test_a_pin_or_an_address_makes_up_for_it(snap, code):
    photo = encoded(gps=PROBLEMS[code]) if PROBLEMS[code] else encoded()
    assert snap(photo, lon=LON, lat=LAT).json["ticket"]["region"]["code"] == CELLS_WEST
    assert snap(photo, address="沈阳市和平区某街").json["ticket"]["region"]["code"] == "210102"


@pytest.mark.database
def test_the_first_photo_with_a_place_counts(snap):
    answer = snap(encoded(gps=PROBLEMS["place_no_fix"]), HERE, encoded(gps=gps(*centre(CELL_OF["210103"]))))
    assert answer.json["ticket"]["region"]["code"] == CELLS_WEST


@pytest.mark.database
def test_why_there_is_no_place_is_kept_with_the_photo(snap):
    snap(encoded(gps=PROBLEMS["place_out_of_range"]), lon=LON, lat=LAT)
    with transaction() as db:
        raw = db.scalars(select(Photo)).one().raw
    assert (raw["lon"], raw["lat"], raw["gps_problem"]) == (None, None, "out_of_range")


@pytest.mark.database
@pytest.mark.parametrize(
    ("pin", "photo", "flag", "words"),
    [
        (from_wgs84(LON, LAT, "gcj02"), (LON, LAT), "pin_fits_gcj02", "图钉像是 GCJ-02（高德、腾讯） 的坐标"),
        (from_wgs84(LON, LAT, "bd09"), (LON, LAT), "pin_fits_bd09", "图钉像是 BD-09（百度） 的坐标"),
        ((LON, LAT), from_wgs84(LON, LAT, "gcj02"), "exif_fits_gcj02", "照片里写的像是 GCJ-02（高德、腾讯） 的坐标"),
        (centre(CELL_OF["210103"]), (LON, LAT), "pin_far", "照片可能不在现场拍"),
        ((LON + 0.004, LAT), (LON, LAT), None, None),
        ((LON, LAT), (LON, LAT), None, None),
    ],
)
def test_doubt_is_shown_to_staff_in_words_and_the_photos_point_to_nobody(app, snap, caller, pin, photo, flag, words):
    made = snap(encoded(gps=gps(*photo)), lon=pin[0], lat=pin[1]).json
    told = caller("manager.21").get(f"/api/v1/tickets/{made['number']}").json["location"]["raw"]
    assert (told.get("flag"), "exif" in told, "exif" in made["ticket"]["location"]["raw"]) == (flag, False, False)
    page = Visitor(app, "manager.21").get(f"/tickets/{made['number']}").text
    assert ("哪个对？" in page) == bool(flag) and (words is None or words in page)
    with transaction() as db:
        ticket = db.scalars(select(Ticket)).one()
        assert (ticket.raw["exif"]["lon"], ticket.raw["exif"]["lat"]) == pytest.approx(photo, abs=1e-5)
        assert (ticket.lon, ticket.lat) == pytest.approx(pin, abs=1e-6)


def test_a_pin_given_in_a_datum_that_it_is_not() -> None:
    raw = {"lon": LON, "lat": LAT, "datum": "gcj02"}  # a phone's own place, declared to be Amap's
    pin = (LON - 0.006, LAT - 0.002)
    assert doubt(raw, pin, (LON, LAT), distance_m(*pin, LON, LAT)) == "pin_fits_wgs84"


@pytest.mark.parametrize(("apart", "flag"), [(0, None), (OFFSET_M, None), (FAR_M, None), (FAR_M + 1, "pin_far")])
def test_near_is_no_reason_for_doubt(apart: float, flag: str | None) -> None:
    raw = {"lon": LON, "lat": LAT, "datum": "wgs84"}
    assert doubt(raw, (LON, LAT), (LON + 0.1, LAT), apart) == flag
