"""`sam-deploy`, made to die: SIGKILL of its own process group before its n-th file operation.

`VICTIM_DIES_AT` is n, counted from 1 over opening for writing, renaming, linking, removing, making
folders and starting processes; 0 lives, and writes how many there were to `VICTIM_COUNT`.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Final

COUNTED: Final = frozenset(
    {"os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "subprocess.Popen"}
)
DIES_AT: Final = int(os.environ["VICTIM_DIES_AT"])
_LOCK: Final = threading.Lock()
_seen = 0


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    global _seen  # noqa: PLW0603 - an audit hook is a plain function
    if event not in COUNTED and not (event == "open" and _writes(arguments)):
        return
    with _LOCK:
        _seen += 1
        if _seen == DIES_AT:
            os.killpg(0, signal.SIGKILL)


def _writes(arguments: tuple[object, ...]) -> bool:
    """Say whether a file is opened for writing; Python's own compiled files do not count."""
    path, _, flags = arguments
    wanted = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
    return bool(wanted) and not str(path).endswith(".pyc")


def run() -> int:
    """Run the command line with the hook in place."""
    from sam_deploy.cli.main import main  # noqa: PLC0415 - what comes before is start-up

    sys.addaudithook(_hook)
    code = main(sys.argv[1:])
    if not DIES_AT:
        seen = _seen
        Path(os.environ["VICTIM_COUNT"]).write_text(str(seen), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(run())
