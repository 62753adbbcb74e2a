"""The files of this repository as the tests about it see them: those that git tracks, or would track."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MADE = {".git", ".venv", "node_modules", "vendor", "instance", "build", "__pycache__"}
CACHES = {".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".import_linter_cache"}


@cache
def files() -> tuple[Path, ...]:
    """Relative paths; in an exported tree without git, all but what set-up and tools make."""
    listing = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        told = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        names = [Path(name) for name in told.split("\0") if name] if (ROOT / ".git").exists() else walk()
    except (OSError, subprocess.CalledProcessError):
        names = walk()
    return tuple(sorted(path for path in names if (ROOT / path).is_file()))


def walk() -> list[Path]:
    paths = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
    return [
        path for path in paths if not (MADE | CACHES).intersection(path.parts) and path.suffix not in (".mo", ".pyc")
    ]


def texts(*suffixes: str) -> dict[Path, str]:
    """Relative path: text, of the files that are text; all of them without a suffix named."""
    wanted = [path for path in files() if not suffixes or path.suffix in suffixes]
    return {path: text for path in wanted if (text := read(path)) is not None}


@cache
def read(path: Path) -> str | None:
    try:
        return (ROOT / path).read_text("utf-8")
    except UnicodeDecodeError:
        return None
