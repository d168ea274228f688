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
SAME_START: Final = 0.5 if sys.platform == "linux" else 300.0
"""Elsewhere the clock decides, which can be put right by minutes."""


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
    """When it began; a process id alone is used again by others."""
    started: str
    """UTC, ISO 8601."""


def this_process(command: str, who: str) -> Owner:
    """Return ourselves, under a new id."""
    return Owner(
        id=uuid.uuid4().hex[:12],
        command=command,
        who=who,
        host=socket.gethostname(),
        machine=_machine(),
        pid=os.getpid(),
        process_started=_started(os.getpid()),
        started=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    )


def is_dead(owner: Owner) -> bool:
    """Whether the process ran on this very machine and is gone. In doubt it lives."""
    import psutil  # noqa: PLC0415 - the same

    if not owner.machine or owner.machine != _machine() or owner.host != socket.gethostname():
        return False
    try:
        there = psutil.Process(owner.pid)
        return abs(_started(owner.pid) - owner.process_started) > SAME_START or (
            there.status() == psutil.STATUS_ZOMBIE
        )
    except (psutil.NoSuchProcess, ProcessLookupError, FileNotFoundError):
        return True
    except (psutil.Error, OSError, ValueError):
        return False


def _started(pid: int) -> float:
    """Return when a process began, in a unit that is the same for all of one machine.

    On Linux in clock ticks since the machine began, which no correction of the clock moves.
    Source: proc(5), /proc/[pid]/stat, field 22.
    """
    if BOOT.exists():
        after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2]
        return float(after_name.split()[19])
    import psutil  # noqa: PLC0415 - only for commands that write

    return float(psutil.Process(pid).create_time())


def _machine(platform: str = sys.platform) -> str:
    """Return what is the same for all processes that share process ids, and for no others.

    '' where that cannot be known: two containers of one host have the same boot id, and often the
    same name.
    """
    if platform != "linux":
        import psutil  # noqa: PLC0415 - only for commands that write

        return f"{platform}:{psutil.boot_time():.0f}"
    try:
        return f"{BOOT.read_text(encoding='ascii').strip()}:{PIDS.stat().st_ino}"
    except OSError:
        return ""
