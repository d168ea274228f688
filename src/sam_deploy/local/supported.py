"""Where the embedded cloud runs. It needs process groups, pipes that do not block, and signals."""

from __future__ import annotations

import sys

from sam_deploy.errors import RefusedError


def require_posix(platform: str = sys.platform) -> None:
    """The embedded cloud can run on `platform`, as `sys.platform` names it.

    Raises `RefusedError` on Windows itself; in WSL 2 Python's platform is linux.
    """
    if platform in {"win32", "cygwin", "msys"}:
        raise RefusedError(
            "The embedded cloud does not run on Windows itself",
            why="it ends the functions that it runs by process groups, which Windows has not",
            state="nothing was started; what goes to AWS (`--target aws`) does not need it",
            hint="install WSL 2 (`wsl --install`), and run sam-deploy in it",
        )
