"""Photos of citizens and attendants: header first, then place, time, and copies that carry no metadata.

Everything here works in the calling process; use `photo_worker.PhotoWorker` for files from outside.
"""

import io
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pillow_heif
from PIL import AvifImagePlugin, Image

from dispatch.photo_blur import Area, blur, proposed
from dispatch.photo_exif import Exif, read_exif
from dispatch.photo_kinds import PhotoError, sniff
from dispatch.photo_parts import is_whole, png_without_pixels, webp_header

__all__ = ["MAX_BYTES", "MAX_PIXELS", "Photo", "PhotoError", "PhotoReading", "dhash", "inspect", "process", "sniff"]

MAX_BYTES = 25 * 2**20
MAX_PIXELS = 50_000_000
MAX_EXIF = 2**20  # bytes; cameras write some thousands, with a preview some hundred thousands
DISPLAY_EDGE = 1600  # pixels
THUMB_EDGE = 320
JPEG_QUALITY = 82
SPARE = 1.2  # a JPEG is decoded at 1/2, 1/4 or 1/8 as long as it stays this much larger than the copy
# What decoding takes, in bytes a pixel, measured with Pillow 13 and pillow-heif 1.8; 200 MiB are there for it.
COST = {"WEBP": 16, "AVIF": 10, "HEIF": 8}
BUDGET = 200 * 2**20

Image.MAX_IMAGE_PIXELS = MAX_PIXELS  # Pillow warns beyond it, and warnings are errors here
AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # threads cost memory, and the other processor serves requests
pillow_heif.register_heif_opener(thumbnails=True, depth_images=False, aux_images=False, decode_threads=1)

# Warnings that are no errors, as (message, module): damaged EXIF, of which is read what can be, and panoramas of some
# phones whose second picture is not where the first one says.
HARMLESS = (
    ("", r"PIL\.TiffImagePlugin"),
    ("Possibly corrupt EXIF", r"PIL\.Image"),
    ("Image appears to be a malformed MPO", r"PIL\.JpegImagePlugin"),
)
UPRIGHT = {  # EXIF orientation: what turns the picture upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class PhotoReading:
    """format: JPEG, PNG, WEBP, HEIF or AVIF; width, height: pixels as stored, before the orientation is applied.

    lon, lat: degrees WGS-84, None without a usable point; gps_problem, accuracy_m: see `photo_exif.Gps`.
    taken_at: aware. orientation: EXIF's, 1 to 8. make, model: of the camera, at most 64 characters.
    """

    format: str
    width: int
    height: int
    lon: float | None
    lat: float | None
    gps_problem: str | None
    taken_at: datetime | None
    orientation: int
    accuracy_m: float | None = None
    make: str = ""
    model: str = ""


@dataclass(frozen=True)
class Photo:
    """display, thumb: upright JPEGs without any metadata, at most 1600 and 320 pixels on an edge, blurred as asked.

    width, height: pixels of the display copy. dhash: 63 bits of the picture before it was blurred, fits a signed
    BIGINT; alike pictures differ in few bits, `(a ^ b).bit_count()`. proposed: areas that detectors would blur.
    """

    width: int
    height: int
    display: bytes
    thumb: bytes
    dhash: int
    proposed: list[Area] = field(default_factory=list)


def inspect(data: bytes) -> PhotoReading:
    """Format, size, place and time, by header and metadata only: no pixel is decoded. Raises PhotoError."""
    kind = _kind(data)
    with _strictly():
        (width, height), tags = _header(kind, data)
        if not is_whole(kind, data):
            raise PhotoError("truncated", f"{kind}: the end is missing")
        return _reading(kind, width, height, read_exif(tags))


def process(data: bytes, areas: Sequence[Area] = ()) -> Photo:
    """Decodes a photo and makes its copies, with these areas of the upright picture blurred. Raises PhotoError."""
    kind = _kind(data)
    with _strictly():
        (width, height), tags = _header(kind, data)
        if width * height * COST.get(kind, 0) > BUDGET:
            raise PhotoError("too_costly", f"{kind} of {width} x {height}")
        image = _open(kind, data)
        display = _upright(image, DISPLAY_EDGE, read_exif(tags).orientation)
        whole = _thumb(display)
        found = proposed(display)
        if areas:
            display = blur(display, areas)
        return Photo(*display.size, _jpeg(display), _jpeg(_thumb(display)), dhash(whole), found)


def dhash(image: Image.Image) -> int:
    """Difference hash: is each of 9 x 8 grey averages darker than its right neighbour? The first answer is dropped."""
    grey = image.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    bits = 0
    for place in range(1, 64):
        row, column = divmod(place, 8)
        bits = bits << 1 | (grey[row * 9 + column] < grey[row * 9 + column + 1])
    return bits


@contextmanager
def _strictly() -> Iterator[None]:
    """Whatever Pillow warns of is an error, but for what was considered harmless."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for message, module in HARMLESS:
            warnings.filterwarnings("ignore", message, module=module)
        yield


# --- header ---------------------------------------------------------------------------------------------------------


def _kind(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise PhotoError("too_large", f"{len(data)} bytes")
    return sniff(data)


def _header(kind: str, data: bytes) -> tuple[tuple[int, int], Callable[[], Image.Exif]]:
    """(width, height), and how to read its EXIF. Raises PhotoError before anything large is allocated."""
    if kind == "WEBP":
        try:
            width, height, exif = webp_header(data)
        except ValueError as error:
            raise PhotoError("truncated", str(error)) from error
        return _allowed(width, height), lambda: _loaded(exif)
    image = _open(kind, data)
    if kind == "PNG":
        return image.size, lambda: _exif_of_png(data)
    return image.size, lambda: image.getexif() if len(image.info.get("exif", b"")) <= MAX_EXIF else _loaded(b"\0")


def _open(kind: str, data: bytes) -> Image.Image:
    """Opens by header only; decides size and type before any pixel is decoded."""
    try:
        image = Image.open(io.BytesIO(data), formats=[kind])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoError("too_many_pixels", str(error)) from error
    except MemoryError as error:
        raise PhotoError("too_costly", "no memory for the header") from error
    except Exception as error:  # parsers of hostile bytes; every failure means that the header is damaged
        raise PhotoError("truncated", f"{kind} header: {error}") from error
    _allowed(*image.size)
    return image


def _allowed(width: int, height: int) -> tuple[int, int]:
    if width * height > MAX_PIXELS:
        raise PhotoError("too_many_pixels", f"{width} x {height}")
    return width, height


def _exif_of_png(data: bytes) -> Image.Exif:
    """Of all its chunks, also those after the pixels. Pillow would decode the pixels to find them."""
    skeleton = png_without_pixels(data)
    if len(skeleton) > MAX_EXIF:
        raise ValueError("too much metadata")
    return Image.Image.getexif(Image.open(io.BytesIO(skeleton), formats=["PNG"]))


def _loaded(exif: bytes) -> Image.Exif:
    if len(exif) > MAX_EXIF:
        raise ValueError("too much metadata")
    tags = Image.Exif()
    if exif:
        tags.load(exif)
    return tags


def _reading(kind: str, width: int, height: int, exif: Exif) -> PhotoReading:
    gps = exif.gps
    place: tuple[Any, ...] = (gps.lon, gps.lat, gps.problem)
    facts: tuple[Any, ...] = (exif.taken_at, exif.orientation, gps.accuracy_m, exif.make, exif.model)
    return PhotoReading(kind, width, height, *place, *facts)


# --- pixels ---------------------------------------------------------------------------------------------------------


def _load(image: Image.Image, edge: int) -> None:
    """Decodes the pixels; a JPEG, and a HEIC with previews, at a fraction of its size: most of the time and memory."""
    try:
        ratio = SPARE * edge / max(image.size)
        image.draft(None, (int(image.width * ratio), int(image.height * ratio)))
        image.load()
    except MemoryError as error:
        raise PhotoError("too_costly", "no memory for the pixels") from error
    except Exception as error:  # as above: codecs meet damage with many exceptions
        raise PhotoError("truncated", f"{image.format}: {error}") from error


def _upright(image: Image.Image, edge: int, orientation: int) -> Image.Image:
    if _held(image) > BUDGET:
        raise PhotoError("too_costly", "a progressive JPEG that is held in memory as a whole")
    _load(image, edge)
    try:
        small = _plain(image)
        small.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    except MemoryError as error:
        raise PhotoError("too_costly", "no memory for the copy") from error
    if small.mode != "RGB":
        small = _on_white(small)
    turn = UPRIGHT.get(orientation)
    return small if turn is None else small.transpose(turn)


def _held(image: Image.Image) -> int:
    """Bytes that a progressive JPEG keeps until its last scan: two for each sample, however small it is decoded."""
    parts = getattr(image, "layer", ()) if image.info.get("progressive") else ()
    if not parts:
        return 0
    most = max(part[1] for part in parts) * max(part[2] for part in parts) or 1
    return 2 * image.width * image.height * sum(part[1] * part[2] for part in parts) // most


def _thumb(display: Image.Image) -> Image.Image:
    thumb = display.copy()
    thumb.thumbnail((THUMB_EDGE, THUMB_EDGE))
    return thumb


def _plain(image: Image.Image) -> Image.Image:
    """In a mode that can be scaled smoothly; 16-bit greys are brought to 8 bits."""
    if image.mode in ("RGB", "L", "CMYK", "RGBA", "LA"):
        return image
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value / 256).convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if not image.mode.endswith("A"):
        return image.convert("RGB")
    colours = image.convert("RGBA")
    ground = Image.new("RGB", image.size, "white")
    ground.paste(colours, mask=colours.getchannel("A"))
    return ground


def _jpeg(image: Image.Image) -> bytes:
    """Encodes anew; `info` is emptied first, because Pillow writes comments and profiles back from it."""
    image.info = {}
    out = io.BytesIO()
    image.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return out.getvalue()
