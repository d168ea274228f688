"""The folder of the logs: what they are called, and how many stay."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import time
from pathlib import Path
from typing import Final

from sam_deploy import own_folder
from sam_deploy.runs import reading

KEPT: Final = 50
"""As many logs stay, the newest ones; those of runs under way stay whatever their age."""
MOST_NAMES: Final = 100
FOLDER: Final = Path(".sam-deploy") / "runs"


def folder_of(project: Path) -> Path:
    """Return where the logs of a project are."""
    return project / FOLDER


def new_name(command: str, at: float) -> str:
    """Return a name that sorts by time, such as `20261129T114500Z-shift-advance-1a2b`."""
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at))
    return f"{moment}-{reading.name_part(command)}-{secrets.token_hex(2)}"


def begin(folder: Path, command: str, at: float) -> tuple[str, int]:
    """Return the name and the descriptor of a new log that nobody else may read.

    Another run of the same second may have drawn the same name: both have a log. Raises `OSError`.
    """
    own_folder.make(folder)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL
    for _ in range(MOST_NAMES):
        name = new_name(command, at)
        with contextlib.suppress(FileExistsError):
            return name, os.open(folder / f"{name}.jsonl", flags, 0o600)
    raise FileExistsError(errno.EEXIST, "every name drawn for it is taken", str(folder))


def prune(folder: Path, kept: int = KEPT) -> None:
    """Remove the oldest logs beyond `kept`; not those of runs under way. Raises `OSError`."""
    names = sorted(each.name for each in folder.glob("*.jsonl"))
    for name in names[: max(0, len(names) - kept)]:
        found = reading.read(folder / name)
        if found is None or not found.running:
            # another run may be removing it as well
            with contextlib.suppress(FileNotFoundError):
                (folder / name).unlink()
