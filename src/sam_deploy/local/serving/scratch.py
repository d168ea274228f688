"""The folder of a running `serve`: workers' homes, unpacked layers. It is gone with the `serve`.

Whoever holds the lock in it runs; the system frees the lock of who has died in whatever way. Two of
the same project have a folder each.
May touch: such folders under the system's temp folder, and processes that have a place in one.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filelock import FileLock

from sam_deploy.local import emulator, processes

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX: Final = "sam-deploy-serve-"
LOCK: Final = "running"


@contextmanager
def made() -> Iterator[Path]:
    """Give a new, private folder for as long as it is needed. Leftovers of the dead are removed."""
    clear_leftovers()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        with FileLock(folder / LOCK):
            yield folder
    finally:
        emulator.remove_scratch(folder)


def clear_leftovers() -> None:
    """No folder stays, and no worker runs on, of a `serve` that was killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        lock = folder / LOCK
        with suppress(OSError):  # it runs, or is another user's
            if not lock.is_file():  # it is just being made, or being removed
                continue
            with FileLock(lock, timeout=0):
                processes.kill_within(folder)
                emulator.remove_scratch(folder)
