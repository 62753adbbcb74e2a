"""Photos: what is taken and what is refused, by content and header; copies are small and carry no metadata."""

import io
import struct
import zlib

import piexif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from dispatch.photo import MAX_BYTES, Photo, PhotoError, dhash, inspect, process, sniff
from tests.photos import FORMATS, LAT, LON, SHENYANG, encoded, picture, png


def refusal(data: bytes) -> str:
    with pytest.raises(PhotoError) as caught:
        process(data)
    return caught.value.code


# --- what is taken --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMATS)
def test_takes_a_photo_and_its_point(kind: str) -> None:
    reading = inspect(encoded(kind, gps=SHENYANG))
    assert (reading.format, reading.width, reading.height, reading.gps_problem) == (kind, 80, 60, None)
    assert reading.lon == pytest.approx(LON, abs=1e-6)
    assert reading.lat == pytest.approx(LAT, abs=1e-6)


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "RGBA", "LA", "I;16"])
def test_takes_every_colour_mode(mode: str) -> None:
    image = picture().convert("L").convert("I").convert("I;16") if mode == "I;16" else picture(mode=mode)
    copy = Image.open(io.BytesIO(process(encoded("JPEG" if mode == "CMYK" else "PNG", image)).display))
    assert (copy.mode, copy.size) == ("RGB", (80, 60))


def test_sixteen_bit_greys_keep_their_brightness() -> None:
    image = Image.frombytes("I;16", (8, 8), struct.pack("<H", 40000) * 64)
    grey = Image.open(io.BytesIO(process(encoded("PNG", image)).display)).getpixel((4, 4))
    assert all(abs(value - 156) <= 2 for value in grey)


def test_transparent_parts_become_white() -> None:
    copy = Image.open(io.BytesIO(process(encoded("PNG", Image.new("RGBA", (8, 8), (255, 0, 0, 0)))).display))
    assert copy.getpixel((4, 4)) == (255, 255, 255)


def test_copies_are_scaled_down_and_never_up() -> None:
    photo = process(encoded(image=picture(4000, 1000)))
    assert [Image.open(io.BytesIO(copy)).size for copy in (photo.display, photo.thumb)] == [(1600, 400), (320, 80)]
    assert Image.open(io.BytesIO(process(encoded()).display)).size == (80, 60)


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_an_image"),
        (b"the street light is broken", "not_an_image"),
        ("路灯坏了".encode(), "not_an_image"),
        (b"<html><script>alert(1)</script>", "not_an_image"),
        (b"\n <svg xmlns='http://www.w3.org/2000/svg'/>", "unsupported_type"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", "unsupported_type"),
        (b"\xff\xd8\xff\xe0", "truncated"),
        (b"\x89PNG\r\n\x1a\n", "truncated"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "truncated"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "truncated"),
    ],
)
def test_refuses_what_is_no_photo(data: bytes, code: str) -> None:
    assert refusal(data) == code


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP", "ICO", "JPEG2000", "PDF"])
def test_refuses_other_types_by_content(kind: str) -> None:
    assert refusal(encoded(kind)) == "unsupported_type"


@pytest.mark.parametrize("kind", FORMATS)
def test_refuses_a_file_cut_in_half(kind: str) -> None:
    data = encoded(kind, picture(400, 300).effect_spread(40))
    assert refusal(data[: len(data) // 2]) == "truncated"


def test_refuses_more_bytes_than_allowed_before_looking_at_them() -> None:
    assert refusal(encoded() + bytes(MAX_BYTES)) == "too_large"


@pytest.mark.parametrize(("width", "height"), [(13_000, 13_000), (20_000, 10_000), (50_001, 1000)])
def test_refuses_too_many_pixels_by_the_header_alone(width: int, height: int) -> None:
    assert refusal(png(width, height)) == "too_many_pixels"


def test_refuses_a_real_png_bomb_of_20_kilobytes() -> None:
    line = zlib.compressobj(9)
    bomb = png(13_000, 13_000, 1, 0, b"".join([line.compress(bytes(1626)) for _ in range(13_000)] + [line.flush()]))
    assert len(bomb) < 25_000
    assert refusal(bomb) == "too_many_pixels"


def test_refuses_headers_of_jpeg_and_webp_with_200_megapixels() -> None:
    jpeg = bytearray(encoded())
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = struct.pack(">HH", 10_000, 20_000)
    assert refusal(bytes(jpeg)) == "too_many_pixels"
    canvas = (16_000 - 1).to_bytes(3, "little") + (12_500 - 1).to_bytes(3, "little")
    webp = b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + canvas
    assert refusal(webp) == "too_many_pixels"


def test_takes_fifty_megapixels_to_the_pixel() -> None:
    assert refusal(png(50_000, 1000)) == "truncated"  # the header passes, the pixels are missing


def test_a_polyglot_loses_its_other_half() -> None:
    evil = b"<script>alert('photo')</script>"
    photo = process(encoded() + b"PK\x03\x04" + evil)
    assert evil not in photo.display and b"PK\x03\x04" not in photo.display
    assert refusal(b"GIF89a/*" + encoded()) == "unsupported_type"
    assert refusal(evil + encoded()) == "not_an_image"


@given(st.binary(max_size=200))
def test_sniff_takes_or_refuses_any_bytes(data: bytes) -> None:
    try:
        assert sniff(data) in FORMATS
    except PhotoError as error:
        assert error.code in ("not_an_image", "unsupported_type")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(FORMATS), st.integers(0, 10_000), st.integers(0, 255))
def test_a_damaged_byte_never_does_worse_than_a_refusal(kind: str, place: int, value: int) -> None:
    data = bytearray(encoded(kind, gps=SHENYANG))
    data[place % len(data)] = value
    try:
        assert isinstance(process(bytes(data)), Photo)
    except PhotoError as error:
        assert error.code


# --- copies ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMATS)
def test_copies_carry_no_metadata(kind: str) -> None:
    exif = piexif.dump({"0th": {piexif.ImageIFD.Artist: "secret owner"}, "GPS": SHENYANG})
    words = {"comment": b"secret comment"} if kind == "JPEG" else {}
    if kind == "PNG":
        words["pnginfo"] = PngImagePlugin.PngInfo()
        words["pnginfo"].add_text("Author", "secret author")
    out = io.BytesIO()
    picture().save(out, kind, exif=exif, xmp=b"<x:xmpmeta>secret place</x:xmpmeta>", icc_profile=_profile(), **words)
    assert b"secret" in out.getvalue()
    photo = process(out.getvalue())
    for copy in (photo.display, photo.thumb):
        assert not [mark for mark in (b"secret", b"Exif", b"ICC_PROFILE", b"xmp", b"acsp") if mark in copy]
        assert set(Image.open(io.BytesIO(copy)).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def _profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def test_alike_pictures_have_alike_hashes_that_fit_a_bigint() -> None:
    noise = Image.effect_noise((400, 300), 120).resize((40, 30)).resize((800, 600), Image.Resampling.BICUBIC)
    other = Image.effect_noise((400, 300), 120).resize((40, 30)).resize((800, 600), Image.Resampling.BICUBIC)
    one, again = process(encoded("PNG", noise)).dhash, process(encoded("WEBP", noise.resize((500, 375)))).dhash
    assert 0 <= one < 2**63
    assert (one ^ again).bit_count() <= 4 < 12 < (one ^ process(encoded("PNG", other)).dhash).bit_count()
    assert dhash(Image.linear_gradient("L")) == 0
    assert dhash(Image.linear_gradient("L").rotate(90)) == 2**63 - 1
