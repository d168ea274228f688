"""Runs one command and hands on its output line by line; it can be stopped and has a limit."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Final

from sam_deploy.lanes import Stop, StoppedError

NOT_STARTED: Final = 127
"""The exit code of a command that does not exist, as shells have it."""
TIMED_OUT: Final = 124
LOOK_SECONDS: Final = 0.1
END_SECONDS: Final = 5.0
"""So long may a command take to end when asked to; then it is ended."""

Run = Callable[
    [Sequence[str], Mapping[str, str], Path, Callable[[str], None], Stop, float],
    int,
]
"""Runs a command: arguments, environment, folder, taker of lines, stop, limit in seconds."""


def run(
    arguments: Sequence[str],
    variables: Mapping[str, str],
    folder: Path,
    line: Callable[[str], None],
    stop: Stop,
    seconds: float,
) -> int:
    """Run a command to its end and return its exit code; `line` gets what it prints at once.

    127 stands for a program that cannot be run and 124 for one that was ended at the limit. Raises
    `StoppedError` when asked to stop. However this returns, the command does not run any more.
    """
    try:
        process = subprocess.Popen(
            list(arguments),
            env=dict(variables),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # Ctrl-C reaches us alone: we decide how it ends
            start_new_session=True,
        )
    except OSError as error:
        line(str(error))
        return NOT_STARTED
    try:
        return _follow(process, line, stop, time.monotonic() + seconds)
    finally:
        _end(process)


def _follow(
    process: subprocess.Popen[bytes], line: Callable[[str], None], stop: Stop, deadline: float
) -> int:
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    reader = threading.Thread(target=_read, args=(process.stdout, lines), daemon=True)
    reader.start()
    while True:
        try:
            found = lines.get(timeout=LOOK_SECONDS)
        except queue.Empty:
            found = ""
        else:
            if found is None:
                return process.wait()
            line(found)
        if stop.is_set():
            raise StoppedError
        if time.monotonic() > deadline:
            return TIMED_OUT


def _read(output: IO[bytes] | None, lines: queue.SimpleQueue[str | None]) -> None:
    with contextlib.suppress(ValueError):  # closed while it was read
        for each in output or ():
            # `wsl` itself writes UTF-16, what runs in it UTF-8
            lines.put(each.replace(b"\0", b"").decode("utf-8", "replace").rstrip("\r\n"))
    lines.put(None)


def _end(process: subprocess.Popen[bytes]) -> None:
    """The command and what it started in its session have ended."""
    if process.poll() is None:
        _signal(process, forced=False)
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            _signal(process, forced=True)
            process.wait()
    if process.stdout:
        process.stdout.close()


def _signal(process: subprocess.Popen[bytes], *, forced: bool) -> None:
    if sys.platform == "win32":  # there are no process groups to signal
        process.kill() if forced else process.terminate()
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL if forced else signal.SIGTERM)
