"""Processes that outlive the command that started them, and are never mistaken for others.

A process id alone proves nothing after a crash or a reboot: the system gives it to somebody else.
So a process is its id together with its start time, and nothing is signalled without both.
May touch: processes of this user.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_START_TOLERANCE_SECONDS: Final = 2.0
"""psutil derives start times from the wall clock at boot, which NTP may move a little."""


_KILLED_SECONDS: Final = 2.0
_LOOK_SECONDS: Final = 0.02


@dataclass(frozen=True, slots=True)
class Process:
    """A process by id and start time (`created`, seconds since the epoch)."""

    pid: int
    created: float

    def alive(self) -> bool:
        """Whether this very process runs. A zombie has ended."""
        return self._find() is not None

    def _find(self) -> psutil.Process | None:
        try:
            found = psutil.Process(self.pid)
            same = abs(found.create_time() - self.created) <= _START_TOLERANCE_SECONDS
            return found if same and found.status() != psutil.STATUS_ZOMBIE else None
        except psutil.Error:
            return None

    def end(self, grace_seconds: float) -> None:
        """Nothing of this process and of its group runs any more.

        SIGTERM to the process, SIGKILL after `grace_seconds` or when what it left behind in
        its process group outlives it. Strangers are not touched.
        """
        found = self._find()
        if found is not None:
            with suppress(psutil.NoSuchProcess):
                found.terminate()
            _await_end([found], grace_seconds)
        group = self._group()
        for member in group:
            with suppress(psutil.NoSuchProcess):
                member.kill()
        _await_end(group, _KILLED_SECONDS)

    def _group(self) -> list[psutil.Process]:
        # The kernel does not reuse an id while a group bears it. So when the leader is gone, a
        # group of its id is its own, unless a stranger became the leader of a new one.
        try:
            leader = psutil.Process(self.pid)
            if abs(leader.create_time() - self.created) > _START_TOLERANCE_SECONDS:
                return []
        except psutil.NoSuchProcess:
            pass
        members: list[psutil.Process] = []
        for process in psutil.process_iter():
            with suppress(psutil.Error, ProcessLookupError, PermissionError):
                if sys.platform != "win32" and os.getpgid(process.pid) == self.pid:
                    members.append(process)
        return members


@dataclass(frozen=True, slots=True)
class Child:
    """A process that this one has just started, so that its exit code can be asked for."""

    process: Process
    popen: subprocess.Popen[bytes]

    def exit_code(self) -> int | None:
        """The exit code (negative: the signal), or None while it runs."""
        return self.popen.poll()


def spawn(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path,
    log: Path,
    pass_fds: tuple[int, ...] = (),
) -> Child:
    """Start a process in a session of its own that writes to `log`, which is begun anew.

    Raises OSError when the program cannot be run.
    """
    if log.exists():
        log.replace(log.with_name(f"{log.stem}.previous{log.suffix}"))
    with log.open("wb") as output:
        popen = subprocess.Popen(
            [str(part) for part in command],
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=pass_fds,
        )
    # Reaped as soon as it ends, however long this process lives, so that nobody meets a zombie.
    threading.Thread(target=popen.wait, name=f"reap-{popen.pid}", daemon=True).start()
    try:
        created = psutil.Process(popen.pid).create_time()
    except psutil.NoSuchProcess:
        created = time.time()
    return Child(Process(popen.pid, created), popen)


def kill_within(folder: Path) -> None:
    """No process works or is at home below this folder any more. It must be one of our own."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if any(Path(place).is_relative_to(folder) for place in _places(process)):
                process.kill()
                found.append(process)
    _await_end(found, _KILLED_SECONDS)


def last_lines(log: Path, count: int = 6) -> str:
    """The last lines of a log that say something, for the `why` of an error."""
    try:
        text = log.read_bytes()[-8192:].decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join([line for line in text.splitlines() if line.strip()][-count:])


def describe_exit(code: int) -> str:
    """An exit code in words."""
    if code < 0:
        return f"ended by {signal.Signals(-code).name}"
    return f"exit code {code}"


def _places(process: psutil.Process) -> Iterator[str]:
    yield process.cwd()
    yield process.environ().get("HOME", "")


def _await_end(processes: list[psutil.Process], seconds: float) -> None:
    # Not psutil.wait_procs: it waits for zombies, which only their parent can end.
    deadline = time.monotonic() + seconds
    while any(map(_runs, processes)) and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
