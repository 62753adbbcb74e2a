"""Photos in object storage: a local server that speaks S3; what is stored is served, a store that is away is told."""

import errno
import io
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.bucket import Bucket
from app.database import transaction
from app.developer import Developer
from app.media import ORIGINAL
from config import UnsafeSettings, refuse_unsafe
from dispatch.models import Photo, Ticket
from tests.browser.server import free_port
from tests.conftest import settings_for
from tests.photos import encoded, picture
from tests.web import Caller
from tests.world import centre

NAME = "hotline-photos"


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    """The address of an empty S3 on 127.0.0.1."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port(), verbose=False)
    server.start()
    yield f"http://127.0.0.1:{server._port}"
    server.stop()


@pytest.fixture
def bucket(store: str, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("S3_ENDPOINT_URL", store)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    made = Bucket(f"s3://{NAME}/2026/")
    made.client.create_bucket(Bucket=NAME)
    return made


def test_bytes_come_back_under_their_key(bucket: Bucket) -> None:
    bucket.save("abcdef", ORIGINAL, b"\x00photo")
    assert bucket.load("abcdef", ORIGINAL) == b"\x00photo"
    assert bucket.path("abcdef", "display-1") == "2026/ab/abcdef.display-1"
    bucket.remove("abcdef", ORIGINAL)
    bucket.remove("abcdef", ORIGINAL)
    with pytest.raises(FileNotFoundError):
        bucket.load("abcdef", ORIGINAL)
    bucket.probe()


@pytest.mark.database
def test_a_snap_is_kept_developed_and_served(
    app: Flask, clock: Any, bucket: Bucket, monkeypatch: pytest.MonkeyPatch, keys: Any
) -> None:
    monkeypatch.setitem(app.extensions, "media", bucket)
    lon, lat = centre()
    large = encoded(image=picture(2000, 1500))  # decoded after the answer
    form = {"photo": (io.BytesIO(large), "a.jpg"), "description": "垃圾", "lon": lon, "lat": lat}
    assert Caller(app).post("/api/v1/snaps", data=form).status_code == 201
    with transaction() as db:
        key = db.scalars(select(Photo.key)).one()
    assert bucket.load(key, ORIGINAL)
    developer = Developer()
    assert developer.step()
    developer.worker.close()
    shown = Caller(app, keys("manager.210102")).get(f"/api/v1/photos/{key}/display")
    assert shown.status_code == 200 and shown.mimetype == "image/jpeg"


@pytest.mark.database
def test_a_store_that_is_away_refuses_the_snap_whole(
    app: Flask, clock: Any, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("S3_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    away = Bucket(f"s3://{NAME}")
    monkeypatch.setitem(app.extensions, "media", away)
    lon, lat = centre()
    form = {"photo": (io.BytesIO(encoded()), "a.jpg"), "description": "垃圾", "lon": lon, "lat": lat}
    answer = Caller(app).post("/api/v1/snaps", data=form)
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    with transaction() as db:
        assert db.scalars(select(Ticket)).first() is None
    with pytest.raises(OSError) as told:
        away.load("abcdef", ORIGINAL)
    assert told.value.errno == errno.EREMOTEIO and "127.0.0.1" not in str(told.value)


@pytest.mark.parametrize("url", ["s3://", "s3:///x", "gs://bucket", "s3://Bucket_Name", "http://bucket/x"])
def test_what_is_no_bucket_stops_the_start(tmp_path: Any, url: str) -> None:
    from dataclasses import replace

    settings = settings_for("sqlite:///x.db", tmp_path)
    refuse_unsafe(replace(settings, media_url="s3://hotline-photos/2026"))
    with pytest.raises(UnsafeSettings, match="MEDIA_URL"):
        refuse_unsafe(replace(settings, media_url=url))
