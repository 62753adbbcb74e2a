"""Photos of 12 megapixels: accepted by the whole product, against a bare view that writes the same bytes as safely;
decoded in the limited process, against bare Pillow in a process that only makes a thumbnail of each."""

import io
import struct
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator

import piexif
from PIL import Image

from app import create_app
from app.auth import create_key
from app.clock import now
from app.database import transaction
from dispatch.photo_worker import PhotoWorker
from tests.bench import servers
from tests.bench.clients import Client, rate
from tests.bench.points import cells, points_in
from tests.bench.ratios import Line, in_turns
from tests.bench.servers import Server
from tests.bench.worlds import ROOT, World

SIZE = (4032, 3024)
SECONDS = 3.0
DECODED = 8  # photos in a turn
LOGIN = "agent.21"
BORDER = "a-border-of-parts"
CLIENTS = (1, 4)
BARE = """
import io, struct, sys
from PIL import Image
while head := sys.stdin.buffer.read(4):
    image = Image.open(io.BytesIO(sys.stdin.buffer.read(struct.unpack(">I", head)[0])))
    image.thumbnail((1600, 1600))
    image.save(out := io.BytesIO(), "JPEG", quality=82)
    sys.stdout.buffer.write(struct.pack(">I", len(out.getvalue())) + out.getvalue())
    sys.stdout.buffer.flush()
"""


class Uploader(Client):
    """A client that posts one photo as a form."""

    def __init__(self, port: int, path: str, headers: dict[str, str]) -> None:
        super().__init__(port, path, headers)
        self.headers["Content-Type"] = f"multipart/form-data; boundary={BORDER}"

    def encode(self, body: dict[str, object]) -> bytes:
        return form(body)


def form(fields: dict[str, object]) -> bytes:
    parts = []
    for name, value in fields.items():
        file = '; filename="photo.jpg"' if isinstance(value, bytes) else ""
        head = f'--{BORDER}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode()
        parts.append(head + (value if isinstance(value, bytes) else str(value).encode()) + b"\r\n")
    return b"".join(parts) + f"--{BORDER}--\r\n".encode()


def lines(worlds: list[World], args: Namespace) -> Iterator[Line]:
    photo = taken()
    lon, lat = points_in(cells(worlds[0]), 1).tolist()[0]
    for world in worlds:
        yield from accepted(world, args.rounds, {"photo": photo, "lon": lon, "lat": lat})
    yield decoded(photo, args.rounds)


def taken() -> bytes:
    """What a phone would send: 12 megapixels of something, some 3 MB, with its EXIF."""
    noise = Image.effect_noise((1008, 756), 70).resize(SIZE, Image.Resampling.BICUBIC)
    image = Image.merge("RGB", [noise, noise.transpose(Image.Transpose.FLIP_LEFT_RIGHT), noise])
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90, exif=piexif.dump({"0th": {piexif.ImageIFD.Make: b"bench"}}))
    return out.getvalue()


def accepted(world: World, rounds: int, fields: dict[str, object]) -> Iterator[Line]:
    app = create_app(world.settings)
    with app.app_context(), transaction(write=True) as db:
        key = create_key(db, LOGIN, now())
    app.extensions["database"].engine.dispose()
    note = f"{len(form(fields)) / 2**20:.1f} MB, decoding goes on beside"
    env = {"BARE_FOLDER": str(world.instance)}
    product = servers.product(world)
    with product as ours, servers.bare("bare_photos:app", env, world.instance / "bare.log") as reference:
        for server in (ours, reference):
            server.pause()
        for count in CLIENTS:
            mine = [Uploader(ours.port, "/api/v1/snaps", {"Authorization": f"Bearer {key}"}) for _ in range(count)]
            theirs = [Uploader(reference.port, "/", {}) for _ in range(count)]
            figures = in_turns(rounds, side(ours, mine, fields), side(reference, theirs, fields))
            name = f"photo accepted on {world.name}, {count} client{'s' * (count > 1)}"
            yield Line(name, "a second", *figures, higher_is_better=True, note=note)


def side(server: Server, clients: list[Client], fields: dict[str, object]) -> Callable[[], float]:
    def run() -> float:
        server.resume()
        figure = rate(clients, lambda: fields, SECONDS)
        server.pause()
        return figure

    return run


def decoded(photo: bytes, rounds: int) -> Line:
    """The product makes display, thumb and hash and has limits; Pillow makes one thumbnail of the display's size."""
    worker = PhotoWorker()
    command = [sys.executable, "-c", BARE]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as bare:
        figures = in_turns(rounds, timed(lambda: worker.process(photo)), timed(lambda: thumbnail(bare, photo)))
    worker.close()
    name = f"photo of {SIZE[0] * SIZE[1] / 1e6:.0f} megapixels decoded"
    return Line(name, "a second", *figures, higher_is_better=True, note="display, thumb and hash against one thumbnail")


def thumbnail(bare: "subprocess.Popen[bytes]", photo: bytes) -> bytes:
    assert bare.stdin is not None and bare.stdout is not None
    bare.stdin.write(struct.pack(">I", len(photo)) + photo)
    bare.stdin.flush()
    return bare.stdout.read(struct.unpack(">I", bare.stdout.read(4))[0])


def timed(work: Callable[[], object]) -> Callable[[], float]:
    """Calls a second; the first one, which starts processes, does not count."""

    def run() -> float:
        work()
        began = time.perf_counter()
        for _ in range(DECODED):
            work()
        return DECODED / (time.perf_counter() - began)

    return run
