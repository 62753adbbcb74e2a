"""Hostile files, in the process that meets them: refused or unreadable, within 10 s and 256 MB; then all is well."""

import io
import time
from collections.abc import Iterator

import piexif
import pytest
from PIL import Image

from dispatch.photo import MAX_BYTES, PhotoError
from dispatch.photo_worker import PhotoWorker
from tests.photos import (
    BLACK_GIF,
    EVIL,
    FORMATS,
    ZIP,
    animated,
    chunk,
    encoded,
    exif_bomb,
    exif_segment,
    heif_of,
    jpeg_of,
    picture,
    png,
    png_bomb,
    png_with,
    unfolding,
    webp_of,
)

MEMORY_MB, SECONDS = 256, 10.0
REFUSED = {"not_an_image", "unsupported_type", "too_many_pixels", "truncated", "too_costly", "too_large"}


@pytest.fixture(scope="module")
def worker() -> Iterator[PhotoWorker]:
    made = PhotoWorker()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def within_limits(worker: PhotoWorker) -> Iterator[None]:
    """Whatever the test sends: no request takes too long, and the process never grew beyond its limit."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < SECONDS * 2
    assert worker.process(encoded()).display
    child = worker._idle.queue[0]._child
    assert child is not None
    with open(f"/proc/{child.pid}/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    assert peak < MEMORY_MB * 1024


def outcome(worker: PhotoWorker, data: bytes) -> tuple[str, str]:
    """What the request says, and what decoding says: `ok` or the code of the refusal; each within its time."""
    found = []
    for read in (worker.inspect, worker.process):
        began = time.monotonic()
        try:
            read(data)
            found.append("ok")
        except PhotoError as error:
            assert error.code in REFUSED
            found.append(error.code)
        assert time.monotonic() - began < SECONDS
    return found[0], found[1]


REFUSED_AT_ONCE = {
    "nothing": (b"", "not_an_image"),
    "a PNG of 200 real megapixels": (png_bomb(20_000, 10_000), "too_many_pixels"),
    "a PNG bomb": (png_bomb(13_000, 13_000), "too_many_pixels"),
    "a PNG header alone": (png(60_000, 60_000), "too_many_pixels"),
    "a PNG whose sizes overflow": (png(2**31 - 1, 2**31 - 1), "too_many_pixels"),
    "a JPEG header of 4.3 gigapixels": (jpeg_of(65_500, 65_500), "too_many_pixels"),
    "a WebP canvas of 268 megapixels": (webp_of(16_383, 16_383), "too_many_pixels"),
    "a HEIC that claims 900 megapixels": (heif_of("HEIF", 30_000, 30_000), "too_many_pixels"),
    "an AVIF that claims 900 megapixels": (heif_of("AVIF", 30_000, 30_000), "truncated"),  # libavif's own limit
    "an AVIF that claims 51 megapixels": (heif_of("AVIF", 7_200, 7_200), "too_many_pixels"),
    "a GIF and JAR in one": (BLACK_GIF + ZIP, "unsupported_type"),
    "a web page": (EVIL + encoded(), "not_an_image"),
    "a ZIP": (ZIP + encoded(), "not_an_image"),
    "a film": (b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + bytes(1000), "unsupported_type"),
}


@pytest.mark.parametrize("name", REFUSED_AT_ONCE)
def test_is_refused_in_the_request(worker: PhotoWorker, name: str) -> None:
    data, code = REFUSED_AT_ONCE[name]
    assert outcome(worker, data)[0] == code


MARKED = {
    "a text that unfolds to 200 MB": png_with(unfolding(b"zTXt")),
    "a profile that unfolds to 200 MB": png_with(unfolding(b"iCCP")),
    "fifty megapixels of which none is there": png(50_000, 1000),
    "a WebP canvas of 49 megapixels": webp_of(7_000, 7_000),
    "a HEIC of 320 x 256 that claims 24 megapixels": heif_of("HEIF", 6_000, 4_000),
    "a HEIC grid of 320 x 256 that claims 24 megapixels": heif_of("HEIF", 6_000, 4_000, tile_size=64),
    "an AVIF of 320 x 256 that claims 20 megapixels": heif_of("AVIF", 5_000, 4_000),
    "a JPEG of 80 x 60 that claims 49 megapixels": jpeg_of(7_000, 7_000),
    "eighteen thousand empty chunks": png_with(*[chunk(b"teST", b"")] * 18_000),
    "a hundred thousand empty chunks": png_with(*[chunk(b"teST", b"")] * 100_000),
    "a JPEG of nothing but fill bytes": b"\xff\xd8\xff" + b"\xff" * 1_000_000,
    "boxes in which nothing is": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0\0\0\x08free" * 100_000,
}


@pytest.mark.parametrize("name", MARKED)
def test_ends_in_time_however_it_ends(worker: PhotoWorker, name: str) -> None:
    outcome(worker, MARKED[name])


@pytest.mark.parametrize(
    "name", ["a HEIC grid of 320 x 256 that claims 24 megapixels", "a WebP canvas of 49 megapixels"]
)
def test_a_size_that_is_not_there_shows_no_picture(worker: PhotoWorker, name: str) -> None:
    assert outcome(worker, MARKED[name])[1] in ("truncated", "too_costly")


def test_exif_that_points_to_the_same_bytes_again_and_again_costs_no_photo(worker: PhotoWorker) -> None:
    assert outcome(worker, exif_bomb()) == ("ok", "ok")
    assert worker.inspect(exif_bomb()).lon is None


def test_exif_of_megabytes_is_not_read(worker: PhotoWorker) -> None:
    block = b"Exif\0\0" + bytes(65_000)
    many = b"".join([b"\xff\xe1\xfd\xf0" + block for _ in range(100)])
    data = b"\xff\xd8" + many + encoded(gps={piexif.GPSIFD.GPSLatitude: ((41, 1), (0, 1), (0, 1))})[2:]
    assert outcome(worker, data) == ("ok", "ok")
    assert worker.inspect(data).gps_problem == "unreadable"


@pytest.mark.parametrize(
    "body", [b"", b"MM", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff" + bytes(200), b"\xff" * 9000]
)
def test_exif_that_is_none_costs_no_photo(worker: PhotoWorker, body: bytes) -> None:
    assert outcome(worker, exif_segment(body)) == ("ok", "ok")


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_cut_at_every_tenth_is_refused_in_the_request(worker: PhotoWorker, kind: str) -> None:
    data = encoded(kind, picture(400, 300).effect_spread(40), main={piexif.ImageIFD.Make: "maker"})
    found = {tenth: outcome(worker, data[: len(data) * tenth // 10])[0] for tenth in range(1, 10)}
    assert set(found.values()) == {"truncated"}, found
    assert outcome(worker, data) == ("ok", "ok")


@pytest.mark.parametrize("kind", FORMATS)
def test_what_hangs_on_behind_is_not_in_the_copies(worker: PhotoWorker, kind: str) -> None:
    data = encoded(kind, main={piexif.ImageIFD.ImageDescription: EVIL}) + ZIP
    assert worker.inspect(data).format == kind
    photo = worker.process(data)
    for copy in (photo.display, photo.thumb):
        assert copy.startswith(b"\xff\xd8\xff") and copy.endswith(b"\xff\xd9")
        assert not [mark for mark in (b"script", b"PK\x03\x04", b"evil") if mark in copy]


def test_a_web_page_in_a_comment_is_not_in_the_copies(worker: PhotoWorker) -> None:
    out = io.BytesIO()
    picture().save(out, "JPEG", comment=EVIL)
    photo = worker.process(out.getvalue())
    assert EVIL in out.getvalue() and EVIL not in photo.display + photo.thumb


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_of_moving_pictures_the_first_is_shown(worker: PhotoWorker, kind: str) -> None:
    data = animated(kind)
    assert worker.inspect(data).width == 64
    red, _, blue = Image.open(io.BytesIO(worker.process(data).display)).getpixel((30, 20))  # type: ignore[misc]
    assert red > 200 and blue < 60


@pytest.mark.parametrize(
    ("kind", "mode", "words"),
    [
        ("JPEG", "CMYK", {}),
        ("JPEG", "L", {"progressive": True}),
        ("JPEG", "RGB", {"progressive": True, "subsampling": 0}),
        ("PNG", "P", {"transparency": 0}),
        ("PNG", "P", {"transparency": bytes([0, 128, 255])}),
        ("PNG", "RGB", {"transparency": (255, 0, 0)}),
        ("PNG", "I;16", {}),
        ("PNG", "LA", {}),
        ("WEBP", "RGBA", {"lossless": True}),
    ],
)
def test_rare_but_honest_kinds_are_shown(worker: PhotoWorker, kind: str, mode: str, words: dict[str, object]) -> None:
    image = picture().convert("L").convert("I").convert("I;16") if mode == "I;16" else picture(mode=mode)
    out = io.BytesIO()
    image.save(out, kind, **words)
    assert outcome(worker, out.getvalue()) == ("ok", "ok")


def test_a_photo_of_twelve_megapixels_in_every_format_fits(worker: PhotoWorker) -> None:
    """What phones take. HEIC is left out: to encode one takes half a minute; docs/decisions.md has its figures."""
    image = picture(4032, 3024)
    for kind in ("JPEG", "PNG", "WEBP", "AVIF"):
        words = {"speed": 10} if kind == "AVIF" else {}
        out = io.BytesIO()
        image.save(out, kind, **words)
        assert outcome(worker, out.getvalue()) == ("ok", "ok"), kind


def test_fifty_megapixels_of_a_camera_are_shown(worker: PhotoWorker) -> None:
    out = io.BytesIO()
    picture(8160, 6120).save(out, "JPEG", quality=60)
    assert outcome(worker, out.getvalue()) == ("ok", "ok")


def test_more_bytes_than_allowed_are_refused(worker: PhotoWorker) -> None:
    assert outcome(worker, encoded() + bytes(MAX_BYTES)) == ("too_large", "too_large")
