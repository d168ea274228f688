"""The example systems: `pytest` in their folders, as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
EXAMPLES = Path(__file__).parents[2] / "examples"
OTHERS = {"monorepo"}
"""Run by test_monorepo.py, which knows what Node needs."""
SYSTEMS = sorted({folder.parent.name for folder in EXAMPLES.glob("*/tests")} - OTHERS)
SECONDS = 500
"""More than enough on two cores that have other things to do as well."""


@pytest.mark.timeout(SECONDS + 20)
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_passes_its_own_tests(system: str, request: pytest.FixtureRequest) -> None:
    """Unit tests, and acceptance tests that deploy it to an embedded cloud of its own."""
    # In this process's environment: the examples' dependencies are a group of ours.
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    if (seed := request.config.getoption("--hypothesis-seed")) is not None:
        command += ["--hypothesis-seed", str(seed)]
    done = subprocess.run(
        command,
        cwd=EXAMPLES / system,
        # a worker of xdist says in variables that it is one; what it starts is none
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert 0 == done.returncode, done.stdout[-5000:] + done.stderr[-2000:]


def test_the_systems_of_the_documents_are_there() -> None:
    """One that lost its tests would otherwise pass unnoticed."""
    assert {"alchemiser", "dzgro", "global-table", "portfolio"} <= set(SYSTEMS)
