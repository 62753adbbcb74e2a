"""The reference for accepting photos: a Flask view that writes the bytes through to the disk, and nothing else."""

import os
import secrets
from pathlib import Path
from typing import Any

from flask import Flask, jsonify, request
from gevent import get_hub

app = Flask(__name__)
FOLDER = Path(os.environ["BARE_FOLDER"])


@app.post("/")
def receive() -> Any:
    path = FOLDER / secrets.token_hex(16)
    get_hub().threadpool.apply(write, (path, request.files["photo"].read()))
    return jsonify(name=path.name), 201


def write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


@app.get("/healthz")
def healthz() -> str:
    return "ok"
