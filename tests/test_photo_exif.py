"""EXIF: the point and the time of a photo, the eight orientations, and everything that can be wrong with them."""

import io
import struct
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import piexif
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dispatch.photo import inspect, process
from tests.photos import CORNERS, LAT, LON, SHENYANG, chunk, corners, encoded, picture

# --- place ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("north", "sign_lat"), [("N", 1), ("S", -1)])
@pytest.mark.parametrize(("east", "sign_lon"), [("E", 1), ("W", -1)])
def test_reads_all_four_hemispheres(north: str, sign_lat: int, east: str, sign_lon: int) -> None:
    gps = SHENYANG | {piexif.GPSIFD.GPSLatitudeRef: north, piexif.GPSIFD.GPSLongitudeRef: east}
    reading = inspect(encoded(gps=gps))
    assert (reading.lon, reading.lat) == pytest.approx((sign_lon * LON, sign_lat * LAT), abs=1e-6)


@settings(max_examples=50, deadline=None)
@given(st.floats(-179.9, 179.9), st.floats(-89.9, 89.9))
def test_reads_any_point_to_a_metre(lon: float, lat: float) -> None:
    gps = {
        piexif.GPSIFD.GPSLatitudeRef: "N" if lat >= 0 else "S",
        piexif.GPSIFD.GPSLatitude: _dms(abs(lat)),
        piexif.GPSIFD.GPSLongitudeRef: "E" if lon >= 0 else "W",
        piexif.GPSIFD.GPSLongitude: _dms(abs(lon)),
    }
    reading = inspect(encoded(gps=gps))
    assert (reading.lon or 0, reading.lat or 0) == pytest.approx((lon, lat), abs=1e-5)


def _dms(value: float) -> tuple[tuple[int, int], ...]:
    units = round(value * 3600 * 10_000)
    return (units // 36_000_000, 1), (units // 600_000 % 60, 1), (units % 600_000, 10_000)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({piexif.GPSIFD.GPSLatitude: ((41, 0), (0, 0), (0, 0))}, "no_number"),
        ({piexif.GPSIFD.GPSLatitude: ((141, 1), (0, 1), (0, 1))}, "out_of_range"),
        ({piexif.GPSIFD.GPSLongitude: ((181, 1), (0, 1), (0, 1))}, "out_of_range"),
        ({piexif.GPSIFD.GPSLongitude: ((123, 1), (99, 1), (0, 1))}, "unreadable"),
        ({piexif.GPSIFD.GPSLongitudeRef: None}, "incomplete"),
        ({piexif.GPSIFD.GPSLatitudeRef: "?"}, "incomplete"),
        ({piexif.GPSIFD.GPSLatitude: None}, "incomplete"),
        ({piexif.GPSIFD.GPSLatitude: ((0, 1),) * 3, piexif.GPSIFD.GPSLongitude: ((0, 1),) * 3}, "no_fix"),
        (dict.fromkeys(SHENYANG), None),
    ],
)
def test_gives_no_point_where_none_can_be_trusted(change: dict[int, Any], problem: str | None) -> None:
    gps = {tag: value for tag, value in (SHENYANG | change).items() if value is not None}
    reading = inspect(encoded(gps=gps))
    assert (reading.lon, reading.lat, reading.gps_problem) == (None, None, problem)


@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        (2, b"123 deg 25' 12.30\" E \0", "unreadable"),
        (2, b"\0" * 24, "unreadable"),
        (12, struct.pack(">3d", float("nan"), 0, 0), "no_number"),
        (12, struct.pack(">3d", float("inf"), 0, 0), "no_number"),
        (12, struct.pack(">3d", 0, 0, float("-inf")), "no_number"),
        (12, struct.pack(">3d", -1e300, 0, 0), "unreadable"),
        (12, struct.pack(">3d", 1e300, 0, 0), "out_of_range"),
        (7, b"\xff" * 24, "unreadable"),
    ],
)
def test_survives_text_and_odd_numbers_where_degrees_belong(kind: int, value: bytes, problem: str) -> None:
    """Rewrites the longitude's 24 bytes as another EXIF type: 2 text, 12 doubles, 7 anything."""
    count = {2: 24, 12: 3, 7: 24}[kind]
    old = struct.pack(">HHI", 4, 5, 3)
    exif = piexif.dump({"GPS": SHENYANG}).replace(old, struct.pack(">HHI", 4, kind, count))
    numbers = struct.pack(">6I", 123, 1, 25, 1, 1230, 100)
    assert numbers in exif
    reading = inspect(encoded(exif=exif.replace(numbers, value[:24].ljust(24))))
    assert (reading.lon, reading.gps_problem) == (None, problem)


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0nonsense", b"Exif\0\0MM\0*\0\0\0\x08\xff"]
)
def test_survives_broken_exif(exif: bytes) -> None:
    reading = inspect(encoded(exif=exif))
    assert (reading.lon, reading.taken_at, reading.orientation) == (None, None, 1)


def test_reads_a_png_whose_exif_stands_after_the_pixels() -> None:
    data = encoded("PNG")
    exif = piexif.dump({"GPS": SHENYANG}).removeprefix(b"Exif\0\0")
    end = data.index(b"IEND") - 4
    assert inspect(data[:end] + chunk(b"eXIf", exif) + data[end:]).lon == pytest.approx(LON, abs=1e-6)


def test_reads_the_cameras_own_accuracy() -> None:
    gps = SHENYANG | {piexif.GPSIFD.GPSHPositioningError: (65, 10)}
    assert inspect(encoded(gps=gps)).accuracy_m == 6.5


# --- time and direction ---------------------------------------------------------------------------------------------


def test_reads_when_it_was_taken() -> None:
    shot = {piexif.ExifIFD.DateTimeOriginal: "2026:07:01 08:30:00"}
    china = timezone(timedelta(hours=8))
    assert inspect(encoded(shot=shot)).taken_at == datetime(2026, 7, 1, 8, 30, tzinfo=china)
    shot[piexif.ExifIFD.OffsetTimeOriginal] = "+00:00"
    assert inspect(encoded(shot=shot)).taken_at == datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
    assert inspect(encoded(main={piexif.ImageIFD.DateTime: "2026:07:01 08:30:00"})).taken_at is not None


@pytest.mark.parametrize(
    "text",
    [
        "0000:00:00 00:00:00",
        "0001:01:01 00:00:00",
        "9999:12:31 23:59:59",
        "yesterday",
        "2026:13:45 99:99:99",
        "    :  :     :  :  ",
    ],
)
def test_ignores_times_that_are_none(text: str) -> None:
    assert inspect(encoded(shot={piexif.ExifIFD.DateTimeOriginal: text})).taken_at is None


UPRIGHT_CORNERS = {  # orientation: which stored corner is seen top left, top right, bottom left, bottom right
    1: (0, 1, 2, 3),
    2: (1, 0, 3, 2),
    3: (3, 2, 1, 0),
    4: (2, 3, 0, 1),
    5: (0, 2, 1, 3),
    6: (2, 0, 3, 1),
    7: (3, 1, 2, 0),
    8: (1, 3, 0, 2),
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", UPRIGHT_CORNERS)
def test_turns_every_orientation_upright(kind: str, orientation: int) -> None:
    data = encoded(kind, main={piexif.ImageIFD.Orientation: orientation})
    assert inspect(data).orientation == orientation
    copy = Image.open(io.BytesIO(process(data).display))
    assert copy.size == ((80, 60) if orientation < 5 else (60, 80))
    wanted = [list(CORNERS)[corner] for corner in UPRIGHT_CORNERS[orientation]]
    assert corners(copy) == wanted


@pytest.mark.parametrize("orientation", UPRIGHT_CORNERS)
def test_turns_heic_only_once(orientation: int) -> None:
    """HEIC turns by its own boxes, and cameras repeat the direction in EXIF: applied twice it would lie on its side."""
    heif = pillow_heif.from_pillow(picture())
    out = io.BytesIO()
    heif.save(out, exif=piexif.dump({"0th": {piexif.ImageIFD.Orientation: orientation}}))
    copy = Image.open(io.BytesIO(process(out.getvalue()).display))
    wanted = [list(CORNERS)[corner] for corner in UPRIGHT_CORNERS[orientation]]
    assert corners(copy) == wanted
