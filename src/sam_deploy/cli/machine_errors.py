"""What the operating system refuses, wherever it comes up: no bug of ours, and mended by the user.

Phases translate what they expect; this is for the write that nobody expected to fail.
"""

from __future__ import annotations

import errno
from typing import Final

from sam_deploy.errors import IncompleteError

_STATE: Final = "what had been finished is kept; what had begun in AWS goes on there"
_AGAIN: Final = "then run the same command again; it goes on from there"
_WAYS: Final = {
    errno.ENOSPC: f"make room on that disk (`df -h` shows which is full), {_AGAIN}",
    errno.EDQUOT: f"make room within your quota (`quota -s`), {_AGAIN}",
    errno.EROFS: "it is read-only: work in a folder that can be written, or mount it for writing",
    errno.EACCES: f"give yourself the right to it (`ls -ld` shows whose it is), {_AGAIN}",
    errno.EPERM: f"give yourself the right to it (`ls -ld` shows whose it is), {_AGAIN}",
    errno.EMFILE: f"allow more open files: `ulimit -n 4096`, {_AGAIN}",
    errno.ENFILE: f"end programs that hold many files open, {_AGAIN}",
    errno.ENOMEM: f"free some memory, {_AGAIN}",
    errno.EIO: f"look at the disk (`dmesg`), {_AGAIN}",
    errno.ENAMETOOLONG: f"move the project to a shorter path, {_AGAIN}",
}
"""Number of the error -> what to do."""


def of_machine(error: OSError) -> IncompleteError | None:
    """Return what the machine refused as an error; nothing for what may be a bug of ours."""
    way = _WAYS.get(error.errno or 0)
    if way is None:
        return None
    path = error.filename or error.filename2
    named = f"`{path}` cannot be read or written" if path else "The system refused to go on"
    return IncompleteError(named, why=error.strerror or str(error), state=_STATE, hint=way)
