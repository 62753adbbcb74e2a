"""A geocoder's vendor on 127.0.0.1 that speaks Amap's JSON, or what it is told to."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from geodata.coords import from_wgs84
from tests.world import centre

KEY = "a-secret-key-of-tests"
LON, LAT = centre()


class StandIn:
    """A vendor on 127.0.0.1: `told` answers each query with (status, body); `asked` are the queries so far."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.told: Callable[[dict[str, str]], tuple[int, bytes]] = lambda query: (200, b"{}")
        self.free = Event()
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = {name: some[0] for name, some in parse_qs(urlsplit(self.path).query).items()}
                stand_in.asked.append(query)
                status, body = stand_in.told(query)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda request, client: None  # type: ignore[method-assign]  # a caller that gave up
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v3/geocode/geo"

    def serve(self) -> None:
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def answers(self, body: Any, status: int = 200) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.told = lambda query: (status, data)

    def close(self) -> None:
        self.free.set()
        self.server.shutdown()
        self.server.server_close()

    def hangs(self) -> None:
        def wait(query: dict[str, str]) -> tuple[int, bytes]:
            self.free.wait(5)
            return 200, b"{}"

        self.told = wait


def amap_answer(lon: float = LON, lat: float = LAT, level: str = "门牌号") -> dict[str, Any]:
    lon, lat = from_wgs84(lon, lat, "gcj02")
    place = {
        "formatted_address": "辽宁省沈阳市和平区某处",
        "location": f"{lon:.6f},{lat:.6f}",
        "level": level,
        "city": [],
    }
    return {"status": "1", "info": "OK", "infocode": "10000", "count": "1", "geocodes": [place]}
