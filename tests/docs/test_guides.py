"""The commands of the guides run as they stand, where the embedded cloud, or none, is enough."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
TINY = ROOT / "tests" / "e2e" / "tiny"
GUIDES = ("aws-account.md", "ci.md")


def commands(guide: str) -> list[str]:
    """The lines behind `$ ` in the console blocks of a guide, in their order."""
    text = (ROOT / "docs" / "guides" / guide).read_text(encoding="utf-8")
    blocks = re.findall(r"^ *```console\n(.*?)^ *```", text, flags=re.DOTALL | re.MULTILINE)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]


@pytest.mark.parametrize("guide", GUIDES)
def test_the_commands_of_a_guide_run(guide: str, tmp_path: Path) -> None:
    """In a small app, without credentials, one after the other."""
    folder = tmp_path / "tiny"
    shutil.copytree(TINY, folder, ignore=shutil.ignore_patterns(".sam-deploy", "__pycache__"))
    found = commands(guide)
    assert 4 <= len(found)
    for command in found:
        program, *arguments = shlex.split(command)
        assert "sam-deploy" == program
        done = subprocess.run(
            [sys.executable, "-m", "sam_deploy", *arguments],
            cwd=folder,
            env=dict(os.environ),
            capture_output=True,
            text=True,
            check=False,
        )
        assert 0 == done.returncode, f"{command}\n{done.stderr}"
    assert (folder / "iam").is_dir()
