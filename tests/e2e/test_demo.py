"""`sam-deploy demo`: the README's first command, in a checkout of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
Make: TypeAlias = Callable[..., Project]

REPOSITORY = Path(__file__).parents[2]
REGIONS = ("ap-south-1", "eu-west-1", "us-east-1", "us-west-2")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What a clone of the repository would hold, with the changes of the working tree."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listed, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    for name in filter(None, done.stdout.split("\0")):
        if name.startswith(("src/", "examples/")) and (REPOSITORY / name).is_file():
            copy = tmp_path / "checkout" / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, copy)
    return tmp_path / "checkout"


@pytest.mark.long
def test_the_demo_deploys_calls_and_shows_what_to_try_next(
    make_project: Make, checkout: Path
) -> None:
    """Exit 0 after a healthy answer from each region, the status table, and the next commands."""
    variables = {"PYTHONPATH": os.fspath(checkout / "src")}
    example = make_project(checkout / "examples" / "dzgro", variables)
    ran = make_project(checkout, variables).run("demo", "--progress", "plain")
    assert 0 == ran.code, ran.err
    for region in REGIONS:
        (line,) = (each for each in ran.err.splitlines() if f'"region": "{region}"' in each)
        assert line.strip().startswith('200 {"status": "healthy", "environment": "dev"')
    header, _, *rows = ran.out.splitlines()
    assert ["function", *REGIONS] == header.split()
    assert ["Api", *["1"] * 12] == next(row for row in rows if row.startswith("Api ")).split()
    assert 7 == len([row for row in rows if row.strip() and "versions in" not in row])
    url = "cloud url --region eu-west-1"
    for command in ("status", "deploy core", "promote staging", "cloud mail", "cloud stop", url):
        assert f"sam-deploy -C examples/dzgro {command}" in ran.err
    assert True is example.cloud()["running"]
    again = make_project(checkout, variables).run("demo", "--progress", "plain")
    assert 0 == again.code, again.err
    assert again.seconds < ran.seconds
    assert "No changes: 7 stacks as they should be" in again.err
