"""Who runs a deployment, as others are told, and whether that process is provably dead."""

from __future__ import annotations

import os
import socket
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Final

BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
PIDS: Final = Path("/proc/self/ns/pid")


@dataclass(frozen=True, slots=True)
class Owner:
    """A running command. `machine` is the same for processes that see each other's ids."""

    id: str
    command: str
    who: str
    """ARN of the caller."""
    host: str
    machine: str
    pid: int
    process_started: float
    """Unix seconds; a process id alone is used again by others."""
    started: str
    """UTC, ISO 8601."""


def this_process(command: str, who: str) -> Owner:
    """Return ourselves, under a new id."""
    import psutil  # noqa: PLC0415 - only for commands that write

    return Owner(
        id=uuid.uuid4().hex[:12],
        command=command,
        who=who,
        host=socket.gethostname(),
        machine=_machine(),
        pid=os.getpid(),
        process_started=psutil.Process().create_time(),
        started=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    )


def is_dead(owner: Owner) -> bool:
    """Whether the process ran on this very machine and is gone. In doubt it lives."""
    import psutil  # noqa: PLC0415 - the same

    if not owner.machine or owner.machine != _machine() or owner.host != socket.gethostname():
        return False
    try:
        there = psutil.Process(owner.pid)
        return abs(there.create_time() - owner.process_started) > 1 or (
            there.status() == psutil.STATUS_ZOMBIE
        )
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False


def _machine() -> str:
    """Return what is the same for all processes that share process ids, and for no others.

    '' where that cannot be known: two containers of one host have the same boot id, and often the
    same name.
    """
    if sys.platform != "linux":
        import psutil  # noqa: PLC0415 - only for commands that write

        return f"{sys.platform}:{psutil.boot_time():.0f}"
    try:
        return f"{BOOT.read_text(encoding='ascii').strip()}:{PIDS.stat().st_ino}"
    except OSError:
        return ""
