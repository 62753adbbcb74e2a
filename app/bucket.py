"""Photos in object storage that speaks S3: one object a file, under the same key and variant as in a folder.

Credentials and region come from the environment as botocore reads them; S3_ENDPOINT_URL names a store of one's own.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

TRIES = 3
CONNECT_S, READ_S = 3, 10


class Bucket:
    """`s3://bucket/prefix`. An object is whole or not there: S3 answers a put when it is stored."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.name, self.prefix = parts.netloc, parts.path.strip("/")
        self.client = client()

    def path(self, key: str, variant: str) -> str:
        return "/".join(part for part in (self.prefix, key[:2], f"{key}.{variant}") if part)

    def save(self, key: str, variant: str, data: bytes) -> None:
        """Raises OSError (EREMOTEIO) where the store does not take it."""
        with told():
            self.client.put_object(Bucket=self.name, Key=self.path(key, variant), Body=data)

    def load(self, key: str, variant: str) -> bytes:
        """Raises FileNotFoundError, and OSError (EREMOTEIO) where the store does not answer."""
        with told():
            try:
                body = self.client.get_object(Bucket=self.name, Key=self.path(key, variant))["Body"]
            except self.client.exceptions.NoSuchKey as missing:
                raise FileNotFoundError(f"{key}.{variant}") from missing
            found: bytes = body.read()
            return found

    def remove(self, key: str, variant: str) -> None:
        """Nothing happens where there is none."""
        with told():
            self.client.delete_object(Bucket=self.name, Key=self.path(key, variant))

    def probe(self) -> None:
        """Writes and takes away an object. Raises what the store says."""
        self.save("probe", "probe", b"probe")
        self.remove("probe", "probe")


@contextmanager
def told() -> Iterator[None]:
    """What the store or the way to it refuses is a fault of the system, as a full disk is."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as fault:
        raise OSError(errno.EREMOTEIO, f"the object store: {type(fault).__name__}") from fault


def client() -> Any:
    """Loaded only where photos lie in object storage: the library is large."""
    import boto3
    from botocore.config import Config

    patience = Config(connect_timeout=CONNECT_S, read_timeout=READ_S, retries={"total_max_attempts": TRIES})
    return boto3.client("s3", endpoint_url=os.environ.get("S3_ENDPOINT_URL") or None, config=patience)
