"""Says where a manifest comes from: the commit, and whether the working tree had more."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path
from typing import Final

from sam_deploy import __version__
from sam_deploy.manifest import Provenance

GIT_SECONDS: Final = 5.0
LETTERS_OF_COMMIT: Final = 40


def provenance_of(project: Path) -> Provenance:
    """Return what git says of a project; without git, or outside of a repository, only the time."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    git = shutil.which("git")
    if git is None:
        return Provenance(now, __version__)
    try:
        # one call: the commit in the header, then a line for each changed file
        done = subprocess.run(
            [git, "-C", str(project), "status", "--porcelain=v2", "--branch", "--", "."],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return Provenance(now, __version__)
    lines = done.stdout.splitlines() if done.returncode == 0 else []
    head = next((line.split()[-1] for line in lines if line.startswith("# branch.oid ")), "")
    commit = head if len(head) >= LETTERS_OF_COMMIT else ""
    dirty = any(not line.startswith("#") for line in lines)
    return Provenance(now, __version__, commit, bool(commit) and dirty)
