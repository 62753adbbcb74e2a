"""Copies the browser libraries that package-lock.json pins from node_modules to app/static/vendor."""

import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENDOR = ROOT / "app" / "static" / "vendor"
FILES = {  # name in vendor: file in node_modules
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "maplibre-gl.css": "maplibre-gl/dist/maplibre-gl.css",
    "maplibre-gl.mjs": "maplibre-gl/dist/maplibre-gl.mjs",
    "maplibre-gl-worker.mjs": "maplibre-gl/dist/maplibre-gl-worker.mjs",
    "socket.io.esm.min.js": "socket.io-client/dist/socket.io.esm.min.js",
}


def main() -> None:
    VENDOR.mkdir(parents=True, exist_ok=True)
    for name, source in FILES.items():
        copy(ROOT / "node_modules" / source, VENDOR / name)


def copy(source: Path, target: Path) -> None:
    """Whole or not at all: a server that is running may be reading the old file."""
    if not source.is_file():
        sys.exit(f"{source.relative_to(ROOT)} is missing: has the package changed its files?")
    fresh = target.with_suffix(".new")
    shutil.copyfile(source, fresh)
    os.replace(fresh, target)


if __name__ == "__main__":
    main()
