"""Set-up: a failed step says which and why, a second set-up waits, nothing of the caller's environment leaks in."""

import fcntl
import os
import sys
from pathlib import Path

import pytest

from scripts import frontend, setup
from tests.tree import ROOT


def test_a_failed_step_says_which_and_why() -> None:
    program = "import sys; print('working'); sys.exit('the disk is full')"
    with pytest.raises(setup.SetupError, match=r"loading: the disk is full \(exit code 1\)"):
        setup.run("loading", sys.executable, "-c", program)


def test_a_missing_program_is_named() -> None:
    with pytest.raises(setup.SetupError, match="copying: no-such-program is missing"):
        setup.run("copying", "no-such-program")


def test_a_folder_is_held_by_one_set_up_only(tmp_path: Path) -> None:
    with setup.locked(tmp_path):
        other = os.open(tmp_path, os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(other)


def test_the_callers_environment_does_not_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in setup.NOT_OURS:
        monkeypatch.setenv(name, "elsewhere")
    environment = setup.environment()
    assert "elsewhere" not in environment.values()
    assert environment["PATH"].startswith(str(ROOT / ".venv" / "bin"))


def test_the_database_is_prepared_once_for_the_same_code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    steps: list[tuple[str, ...]] = []
    monkeypatch.setenv("INSTANCE_PATH", str(tmp_path / "instance"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("HOTLINE_ENV", raising=False)
    monkeypatch.setattr(setup, "flask", lambda step, *words: steps.append(words))
    setup.prepare_instance()
    setup.prepare_instance()  # no database file yet: the stamp alone is not believed
    assert steps == [("db", "upgrade"), ("demo", "load")] * 2
    (tmp_path / "instance" / "hotline.db").touch()
    setup.prepare_instance()
    assert len(steps) == 4
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://elsewhere/hotline")
    setup.prepare_instance()
    assert len(steps) == 6
    monkeypatch.setenv("HOTLINE_ENV", "production")
    setup.prepare_instance()
    assert steps[6:] == [("db", "upgrade")]


def test_every_browser_library_is_named_in_package_json() -> None:
    text = (ROOT / "package.json").read_text("utf-8")
    assert [source for source in frontend.FILES.values() if f'"{source.split("/")[0]}"' not in text] == []
