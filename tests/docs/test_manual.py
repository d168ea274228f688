"""The manual pages: one for the program and for each command, clean by those who read them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sam_deploy.cli.main import COMMANDS

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "man"
PAGES = sorted(FOLDER.glob("*.1"))
DATELESS = "missing date"
"""The one thing that is let be: a date would make builds of one version differ."""


def needed(program: str) -> str:
    """Return a program; skips where it is not installed."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed here")
    return found


def test_every_command_has_a_page() -> None:
    """And the program has one, which names all of them."""
    names = {"sam-deploy.1", *(f"sam-deploy-{each}.1" for each in COMMANDS)}
    assert names == {each.name for each in PAGES}
    front = (FOLDER / "sam-deploy.1").read_text(encoding="utf-8")
    assert [] == [each for each in COMMANDS if rf"sam\-deploy\-{each}" not in front]


def test_mandoc_has_nothing_to_say() -> None:
    """No warning of the stricter reader of manual pages."""
    done = subprocess.run(
        [needed("mandoc"), "-T", "lint", "-W", "warning", *PAGES],
        capture_output=True,
        text=True,
        check=False,
    )
    told = (done.stdout + done.stderr).splitlines()
    assert [] == [line for line in told if DATELESS not in line]


def test_man_shows_them_without_a_warning() -> None:
    """Options as they are typed, with real hyphens, and examples line by line."""
    done = subprocess.run(
        [needed("man"), "--warnings", "-E", "UTF-8", "-l", FOLDER / "sam-deploy-status.1"],
        env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "100", "MANPAGER": "cat"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (done.returncode, done.stderr)
    shown = "\n".join(" ".join(line.split()) for line in done.stdout.splitlines())
    assert "sam-deploy status --region eu-west-1" in shown
    assert "--json" in shown
