"""Imports point downwards, and pure rules know neither database nor web: the contracts in pyproject.toml."""

import subprocess
import sys
from pathlib import Path

from tests.tree import ROOT


def test_import_contracts_are_kept() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
