"""Photos of citizens and attendants: header first, then place, time, and copies that carry no metadata.

Everything here works in the calling process; use `photo_worker.PhotoWorker` for files from outside.
"""

import io
import warnings
from dataclasses import dataclass
from datetime import datetime

import pillow_heif
from PIL import Image

from dispatch.errors import DispatchError
from dispatch.photo_exif import read_exif

MAX_BYTES = 25 * 2**20
MAX_PIXELS = 50_000_000
DISPLAY_EDGE = 1600  # pixels
THUMB_EDGE = 320
JPEG_QUALITY = 82
SPARE = 1.2  # a JPEG is decoded at 1/2, 1/4 or 1/8 as long as it stays this much larger than the copy

# Pillow refuses a header of more than twice this number before it decodes or allocates anything; from once on it warns.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS // 2
pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=2)

SIGNATURES = (  # offset, bytes, Pillow's format; None: an image, or nearly one, of a kind that we do not take
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (8, b"WEBP", "WEBP"),
    (4, b"ftyp", "HEIF"),
    (0, b"GIF8", None),
    (0, b"II*\0", None),
    (0, b"MM\0*", None),
    (0, b"BM", None),
    (0, b"8BPS", None),
    (0, b"%PDF", None),
    (0, b"<svg", None),
    (0, b"<?xml", None),
    (0, b"\0\0\x01\0", None),
    (0, b"\0\0\0\x0cJXL ", None),
    (0, b"\0\0\0\x0cjP  ", None),
    (0, b"\xff\x0a", None),
)
HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
AVIF_BRANDS = {b"avif", b"avis"}
UPRIGHT = {  # EXIF orientation: what turns the picture upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class PhotoError(DispatchError):
    """A file that we do not take.

    code: `too_large` (bytes), `not_an_image`, `unsupported_type`, `too_many_pixels`, `truncated` (damaged or cut off),
    `too_costly` (took more memory or time than is allowed). detail: for the log, never a user's text.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail=detail)
        self.detail = detail


@dataclass(frozen=True)
class PhotoReading:
    """format: JPEG, PNG, WEBP, HEIF or AVIF; width, height: pixels as stored, before the orientation is applied.

    lon, lat: degrees WGS-84, None without a usable point; gps_problem, accuracy_m: see `photo_exif.Gps`.
    taken_at: aware. orientation: EXIF's, 1 to 8.
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


@dataclass(frozen=True)
class Photo:
    """display, thumb: upright JPEGs without any metadata, at most 1600 and 320 pixels on an edge.

    dhash: 63 bits, fits a signed BIGINT; alike pictures differ in few bits, `(a ^ b).bit_count()`.
    """

    reading: PhotoReading
    display: bytes
    thumb: bytes
    dhash: int


def process(data: bytes) -> Photo:
    """Reads a photo and makes its copies. Raises PhotoError."""
    image = _open(data)
    reading = _reading(image)
    display = _upright(image, DISPLAY_EDGE, reading.orientation)
    thumb = display.copy()
    thumb.thumbnail((THUMB_EDGE, THUMB_EDGE))
    return Photo(reading, _jpeg(display), _jpeg(thumb), dhash(thumb))


def read_photo(data: bytes) -> PhotoReading:
    """Format, size, place and time, mostly from the header. Raises PhotoError."""
    return _reading(_open(data))


def render(data: bytes, edge: int = DISPLAY_EDGE) -> bytes:
    """An upright JPEG of at most `edge` pixels, encoded anew and without metadata. Raises PhotoError."""
    image = _open(data)
    return _jpeg(_upright(image, edge, _reading(image).orientation))


def dhash(image: Image.Image) -> int:
    """Difference hash: is each of 9 x 8 grey averages darker than its right neighbour? The first answer is dropped."""
    grey = image.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    bits = 0
    for place in range(1, 64):
        row, column = divmod(place, 8)
        bits = bits << 1 | (grey[row * 9 + column] < grey[row * 9 + column + 1])
    return bits


def sniff(data: bytes) -> str:
    """The format by content, never by name. Raises PhotoError: not_an_image, unsupported_type."""
    start = data[:64].lstrip() if data[:64].lstrip().startswith(b"<") else data[:64]
    for offset, mark, kind in SIGNATURES:
        if start[offset : offset + len(mark)] == mark:
            return _of_container(start) if kind == "HEIF" else _taken(kind, mark)
    raise PhotoError("not_an_image", "no known signature")


def _taken(kind: str | None, mark: bytes) -> str:
    if kind is None:
        raise PhotoError("unsupported_type", f"signature {mark!r}")
    return kind


def _of_container(start: bytes) -> str:
    """HEIF or AVIF: both come in the container of MP4, whose brands tell them (and films) apart."""
    end = min(int.from_bytes(start[:4], "big"), len(start))
    brands = [start[8:12], *(start[place : place + 4] for place in range(16, end, 4))]
    if AVIF_BRANDS.intersection(brands):
        return "AVIF"
    if HEIF_BRANDS.intersection(brands):
        return "HEIF"
    raise PhotoError("unsupported_type", f"brand {brands[0]!r}")


def _open(data: bytes) -> Image.Image:
    """Opens by header only; decides size and type before any pixel is decoded."""
    if len(data) > MAX_BYTES:
        raise PhotoError("too_large", f"{len(data)} bytes")
    kind = sniff(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data), formats=[kind])
    except Image.DecompressionBombError as error:
        raise PhotoError("too_many_pixels", str(error)) from error
    except MemoryError as error:
        raise PhotoError("too_costly", "no memory for the header") from error
    except Exception as error:  # parsers of hostile bytes; every failure means that the header is damaged
        raise PhotoError("truncated", f"{kind} header: {error}") from error
    if image.width * image.height > MAX_PIXELS:
        raise PhotoError("too_many_pixels", f"{image.width} x {image.height}")
    return image


def _reading(image: Image.Image) -> PhotoReading:
    width, height = image.size
    if image.format == "PNG":
        _load(image)
    kind = "JPEG" if image.format == "MPO" else str(image.format)
    exif = read_exif(image)
    gps = exif.gps
    return PhotoReading(
        kind, width, height, gps.lon, gps.lat, gps.problem, exif.taken_at, exif.orientation, gps.accuracy_m
    )


def _load(image: Image.Image, edge: int | None = None) -> None:
    """Decodes the pixels; a JPEG for a given edge at a fraction of its size, which saves most of time and memory."""
    try:
        if edge:
            ratio = SPARE * edge / max(image.size)
            image.draft(None, (int(image.width * ratio), int(image.height * ratio)))
        image.load()
    except MemoryError as error:
        raise PhotoError("too_costly", "no memory for the pixels") from error
    except Exception as error:  # as above: codecs meet damage with many exceptions
        raise PhotoError("truncated", f"{image.format}: {error}") from error


def _upright(image: Image.Image, edge: int, orientation: int) -> Image.Image:
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
