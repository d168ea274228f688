"""The process of a worker, and everything that it has started: one group, ended together."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sam_deploy.local.workers.output import Output

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sam_deploy.local.workers.model import Placed

_ENDED_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Process:
    """A process that was started, and what it writes."""

    popen: subprocess.Popen[bytes]
    output: Output

    @property
    def pid(self) -> int:
        """Its id, which is that of its group."""
        return self.popen.pid

    def exit_code(self, seconds: float) -> int | None:
        """The exit code (negative: the signal), or None when it still runs after so long."""
        try:
            return self.popen.wait(seconds) if seconds else self.popen.poll()
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        """Nothing of its group runs any more; what it has written can still be taken."""
        self.output.note_memory()
        if sys.platform == "win32":
            self.popen.kill()
        else:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.popen.pid, signal.SIGKILL)
        self.exit_code(_ENDED_SECONDS)
        self.output.read()
        self.output.close()


def start(command: Sequence[str], placed: Placed, environment: Mapping[str, str]) -> Process:
    """The command runs in the task root, in a group of its own. Raises OSError."""
    reading, writing = os.pipe()
    try:
        popen = subprocess.Popen(
            command,
            cwd=placed.task_root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=writing,
            stderr=writing,
            # What it starts ends with it.
            start_new_session=True,
        )
    except OSError:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    return Process(popen, Output(reading, popen.pid))
