"""What goes through the pipe to the process that decodes photos, and back: lengths, JSON heads, bytes."""

import json
import struct
from datetime import datetime
from typing import Any

LENGTH = struct.Struct(">I")


def packed(head: dict[str, Any], *parts: bytes) -> list[bytes]:
    """Length and text of a head, which says how long each part is, then the parts."""
    text = json.dumps(head | {"sizes": [len(part) for part in parts]}, default=datetime.isoformat).encode()
    return [LENGTH.pack(len(text)), text, *parts]


def unpacked(pipe: Any) -> tuple[dict[str, Any], list[bytes]]:
    """The next head and its parts. Raises EOFError where the pipe was closed."""
    head = json.loads(_read(pipe, LENGTH.unpack(_read(pipe, LENGTH.size))[0]))
    return head, [_read(pipe, size) for size in head.pop("sizes")]


def _read(pipe: Any, size: int) -> bytes:
    data: bytes = pipe.read(size)
    if len(data) < size:
        raise EOFError("the pipe was closed")
    return data
