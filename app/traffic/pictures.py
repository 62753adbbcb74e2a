"""Photos for invented snaps: a street drawn from a few shapes, as a phone would save it, with its place in EXIF."""

import io
from datetime import datetime
from random import Random

from PIL import ExifTags, Image, ImageDraw

from dispatch.working_time import SHANGHAI

SIZE = (960, 720)
SKIES = ((164, 190, 214), (201, 206, 210), (120, 138, 160), (226, 214, 196))
GROUNDS = ((120, 118, 114), (148, 142, 132), (96, 104, 92), (206, 210, 212))
HORIZON = 300


def picture(rng: Random, at: datetime, lon: float | None = None, lat: float | None = None) -> bytes:
    """A JPEG of about 30 KB; (lon, lat) WGS-84 goes into EXIF where it is given."""
    image = Image.new("RGB", SIZE, rng.choice(SKIES))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, HORIZON, *SIZE), fill=rng.choice(GROUNDS))
    houses(rng, draw)
    for _ in range(rng.randint(4, 14)):
        heap(rng, draw)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82, exif=exif(at, lon, lat))
    return out.getvalue()


def houses(rng: Random, draw: ImageDraw.ImageDraw) -> None:
    left = 0
    while left < SIZE[0]:
        width, top = rng.randint(90, 220), rng.randint(40, 220)
        tone = rng.randint(110, 200)
        draw.rectangle((left, top, left + width, HORIZON), fill=(tone, tone - 8, tone - 20))
        for x in range(left + 14, left + width - 20, 34):
            for y in range(top + 16, HORIZON - 24, 44):
                draw.rectangle((x, y, x + 16, y + 24), fill=(70, 84, 100))
        left += width + rng.randint(0, 40)


def heap(rng: Random, draw: ImageDraw.ImageDraw) -> None:
    x, y = rng.randint(80, SIZE[0] - 160), rng.randint(HORIZON + 60, SIZE[1] - 90)
    size = rng.randint(20, 110)
    colour = (rng.randint(40, 200), rng.randint(40, 180), rng.randint(40, 160))
    draw.ellipse((x, y, x + size, y + size * 2 // 3), fill=colour)


def exif(at: datetime, lon: float | None, lat: float | None) -> Image.Exif:
    made = Image.Exif()
    made[ExifTags.Base.DateTime] = at.astimezone(SHANGHAI).strftime("%Y:%m:%d %H:%M:%S")
    if lon is not None and lat is not None:
        made.get_ifd(ExifTags.IFD.GPSInfo).update(
            {
                ExifTags.GPS.GPSLatitudeRef: "N" if lat >= 0 else "S",
                ExifTags.GPS.GPSLatitude: degrees(lat),
                ExifTags.GPS.GPSLongitudeRef: "E" if lon >= 0 else "W",
                ExifTags.GPS.GPSLongitude: degrees(lon),
            }
        )
    return made


def degrees(value: float) -> tuple[float, float, float]:
    """Degrees, minutes and seconds, without the sign."""
    whole, rest = divmod(abs(value) * 3600, 3600)
    minutes, seconds = divmod(rest, 60)
    return whole, minutes, round(seconds, 4)
