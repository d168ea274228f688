"""`rollback prod 2>&1 | tee log`: there is a keyboard, and no screen to ask at."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path


def test_without_a_screen_nobody_is_asked(tmp_path: Path) -> None:
    """Exit 5 with the way on, before a project is even looked for; and nothing is made up."""
    keyboard, end = pty.openpty()
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "sam_deploy", "rollback", "prod"],
            cwd=tmp_path,
            stdin=end,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(keyboard)
        os.close(end)
    assert 5 == ran.returncode, ran.stdout
    assert "Nobody was asked whether to roll back prod" in ran.stdout
    assert "standard input or standard error is not a terminal" in ran.stdout
    assert "--auto-approve" in ran.stdout
    assert "resume" not in ran.stdout
