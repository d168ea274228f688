"""Runs `sam-deploy` as a process on an app under test, without a terminal.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


def ran(
    project: Path, variables: Mapping[str, str], arguments: Sequence[str], *, check: bool
) -> subprocess.CompletedProcess[str]:
    """Return what the command said, and how it ended.

    Raises CalledProcessError, with that, when it fails and `check` is true.
    """
    command = [sys.executable, "-m", "sam_deploy", "-C", str(project)]
    done = subprocess.run(
        [*command, "--target", "embedded", *arguments],
        env=dict(variables),
        cwd=project,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if check and done.returncode:
        error = subprocess.CalledProcessError(done.returncode, done.args, done.stdout, done.stderr)
        error.add_note(done.stderr)
        raise error
    return done
