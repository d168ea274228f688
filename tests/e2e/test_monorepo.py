"""The example of a TypeScript monorepo, by the acceptance tests that it brings along.

Each file of them deploys a copy of the project to a cloud of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
TESTS = REPOSITORY / "examples" / "monorepo" / "tests"
SECONDS = 540

pytestmark = [
    pytest.mark.skipif(shutil.which("npm") is None, reason="Node is not installed"),
    pytest.mark.timeout(SECONDS + 20),
]


def passes(file: str) -> None:
    """The tests of a file have passed, all of them, by the command of the example's README."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", TESTS / file],
        cwd=REPOSITORY,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout


@pytest.mark.slow
def test_users_are_served_and_their_changes_reach_history_and_topic() -> None:
    """HTTP, table and index, stream, queue, topic, dead letters, logs: everything of dev."""
    passes("test_users.py")


@pytest.mark.long
def test_the_repository_builds_in_its_order_and_serves_a_debugger() -> None:
    """Types, unit tests, archives, templates, scripts."""
    passes("test_project.py")


@pytest.mark.long
def test_a_release_goes_from_dev_to_production_and_back() -> None:
    """Plan, codes, approval file, blue/green, canary, rollback: by scripts/deploy.sh."""
    passes("test_promotion.py")
