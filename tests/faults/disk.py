"""A small disk that can be filled to its last byte: a file system in memory, which only root may mount."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MAY_MOUNT = os.geteuid() == 0
FILLER = "filler"
STEP = 4096


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A folder on a file system of this size; it is gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="hotline-disk-"))
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=1777", "tmpfs", folder]
    subprocess.run(command, check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


def fill(disk: Path) -> None:
    """Takes whatever is still free."""
    with (disk / FILLER).open("ab", buffering=0) as filler:
        try:
            while True:
                filler.write(b"\0" * STEP)
        except OSError:
            pass


def relieve(disk: Path) -> None:
    (disk / FILLER).unlink()
