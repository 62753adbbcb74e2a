"""Which files are photos at all: told by their first bytes, never by their name."""

from dispatch.errors import DispatchError

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


class PhotoError(DispatchError):
    """A file that we do not take, or cannot show.

    code: `too_large` (bytes), `not_an_image`, `unsupported_type`, `too_many_pixels`, `truncated` (damaged or cut off),
    `too_costly` (takes more memory or time than is allowed). detail: for the log, never a user's text.
    died: the decoding process ended over it, which another try may show to have been an accident.
    """

    def __init__(self, code: str, detail: str = "", died: bool = False) -> None:
        super().__init__(code, detail=detail)
        self.detail = detail
        self.died = died


def sniff(data: bytes) -> str:
    """The format by content: JPEG, PNG, WEBP, HEIF or AVIF. Raises PhotoError: not_an_image, unsupported_type."""
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
