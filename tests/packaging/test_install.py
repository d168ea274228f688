"""The wheel in environments of its own, by every installer and on every Python that it says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import uv

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = ("3.11", "3.12", "3.13")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [uv.find_uv_bin(), "build", "--quiet", "--wheel", "--out-dir", folder, ROOT]
    subprocess.run(command, check=True)
    (found,) = folder.glob("*.whl")
    return found


def interpreter(python: str) -> str:
    """Return an interpreter of a version; skips where this computer has none."""
    own = Path("~/.pyenv/versions").expanduser().glob(f"{python}.*/bin/python{python}")
    asked = subprocess.run(
        [uv.find_uv_bin(), "python", "find", "--no-project", "--system", python],
        env={**os.environ, "UV_PYTHON_DOWNLOADS": "never"},
        capture_output=True,
        text=True,
        check=False,
    )
    found = next(map(str, own), asked.stdout.strip())
    if not found:
        pytest.skip(f"Python {python} is not installed here")
    return found


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("way", ["venv", "tool", "pipx"])
def test_a_new_user_installs_it_and_gets_to_a_deployed_app(
    wheel: Path, way: str, python: str
) -> None:
    """Version, help, manual page, `init`, `deploy`, a request, `promote --dry-run`."""
    program = ROOT / "scripts" / "smoke.py"
    done = subprocess.run(
        [sys.executable, program, wheel, "--by", way, "--python", interpreter(python)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
