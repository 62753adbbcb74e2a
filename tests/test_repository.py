"""The repository itself: nothing of one machine or one registry in it, nothing minified, and a README that says how."""

import json
import re

import pytest

from tests.tree import ROOT, files, texts

LOCKS = ("requirements.txt", "requirements-dev.txt", "package-lock.json", ".npmrc")
HOMES = re.compile(r"(?<![\w./-])/(?:home|Users|root|work|workspace)/[\w.-]+")
LONGEST_LINE = 1000  # of a script or style sheet; minified ones have lines of tens of thousands


@pytest.mark.parametrize("name", LOCKS)
def test_lock_files_name_no_registry(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert not re.search(r"index-url|find-links|trusted-host|registry\s*=|\"resolved\"|\bregistry\.|pypi\.", text)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_python_package_is_pinned(name: str) -> None:
    lines = [line.split("#")[0].strip() for line in (ROOT / name).read_text("utf-8").splitlines()]
    assert [line for line in lines if line and not re.fullmatch(r"[a-z0-9-]+==[\w.]+", line)] == []


def test_every_direct_need_is_in_the_lock() -> None:
    for source, lock in (("requirements.in", "requirements.txt"), ("requirements-dev.in", "requirements-dev.txt")):
        needs = re.findall(r"^([A-Za-z][\w-]*)", (ROOT / source).read_text("utf-8"), re.MULTILINE)
        locked = set(re.findall(r"^([\w-]+)==", (ROOT / lock).read_text("utf-8"), re.MULTILINE))
        assert [need for need in needs if need.lower().replace("_", "-") not in locked] == []


def test_what_the_tests_run_on_is_what_is_served() -> None:
    served, tested = (
        set(re.findall(r"^[\w-]+==\S+", (ROOT / name).read_text("utf-8"), re.MULTILINE)) for name in LOCKS[:2]
    )
    assert served - tested == set()


def test_browser_packages_are_exact_and_locked_by_their_hash() -> None:
    package = json.loads((ROOT / "package.json").read_text("utf-8"))
    wanted = package["dependencies"] | package["devDependencies"]
    locked = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert [name for name, entry in locked.items() if name and not entry.get("integrity")] == []


def test_no_file_names_a_place_on_one_machine() -> None:
    found = {str(path): HOMES.findall(text) for path, text in texts().items() if HOMES.search(text)}
    assert found == {}


def test_nothing_minified_is_kept() -> None:
    assert [str(path) for path in files() if ".min." in path.name] == []
    scripts = texts(".js", ".css", ".mjs")
    assert [
        str(path) for path, text in scripts.items() if max(map(len, text.splitlines()), default=0) > LONGEST_LINE
    ] == []


def test_readme_says_how_to_run_and_test() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "make run" in readme and "make test" in readme
