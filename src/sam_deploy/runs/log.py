"""Writes the log of a run. Whatever the disk does, the run goes on."""

from __future__ import annotations

import json
import os
import platform
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sam_deploy.events import Event, described
from sam_deploy.runs import folder as folders
from sam_deploy.runs.ending import Failure
from sam_deploy.runs.hiding import hidden
from sam_deploy.runs.timing import Timing

MOST_BYTES: Final = 20_000_000
"""What libraries tell is left out beyond this; events and the end are always written."""


@dataclass(frozen=True, slots=True)
class Start:
    """What began: a command such as `shift advance`, and what was typed after it, redacted."""

    command: str
    arguments: tuple[str, ...] = ()
    target: str | None = None
    version: str = ""
    """Of sam-deploy."""


class RunLog:
    """The log of one run, open until it ends. Can be used from several threads.

    No method raises `OSError`; `trouble` says why the log is not complete, and is empty when it is.
    """

    def __init__(
        self,
        folder: Path,
        start: Start,
        clock: Callable[[], float] = time.time,
        write: Callable[[int, bytes], int] = os.write,
    ) -> None:
        self._write_some = write
        self.trouble = ""
        self._clock = clock
        self._began = clock()
        self._lock = threading.Lock()
        self._descriptor: int | None = None
        self._size = 0
        self._said = False
        self._timing = Timing()
        self.name = folders.new_name(start.command, self._began)
        try:
            self.name, self._descriptor = folders.begin(folder, start.command, self._began)
            folders.prune(folder)
        except OSError as error:
            self.trouble = _why(error)
        self.path = folder / f"{self.name}.jsonl"
        self._write(
            {
                "type": "RunStarted",
                "time": round(self._began, 3),
                "run": self.name,
                "command": start.command,
                "arguments": list(start.arguments),
                "version": start.version,
                "python": platform.python_version(),
                "platform": platform.platform(),
                "pid": os.getpid(),
                "host": socket.gethostname(),
                "target": start.target,
            }
        )

    @property
    def written(self) -> bool:
        """Whether there is a file to name."""
        return self._size > 0

    def lack(self) -> str:
        """Return the sentence that says that the log is not complete, the first time; else ''."""
        if not self.trouble or self._said:
            return ""
        self._said = True
        return f"the log of this run could not be written ({self.trouble}); the run goes on"

    def event(self, event: Event) -> None:
        """Write what happened."""
        now = self._clock()
        with self._lock:
            self._timing.add(event, now)
        self._write(described(event, now))

    def told(self, logger: str, level: str, message: str) -> None:
        """Write what a library told."""
        if self._size < MOST_BYTES:
            self._write(
                {
                    "type": "LogRecord",
                    "time": round(self._clock(), 3),
                    "level": level,
                    "logger": logger,
                    "message": message,
                }
            )

    def end(self, exit_code: int, error: Failure | None = None) -> None:
        """Write how it ended, and close the file. Only the first end counts."""
        now = self._clock()
        self._write(
            {
                "type": "RunEnded",
                "time": round(now, 3),
                "seconds": round(now - self._began, 3),
                "exit_code": exit_code,
                "error": error,
                **self._timing.document(),
            },
            # after a line that a full disk has cut short
            lead="\n" if self.trouble else "",
        )
        with self._lock:
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None

    def _write(self, value: Mapping[str, object], lead: str = "") -> None:
        data = f"{lead}{json.dumps(hidden(dict(value)), ensure_ascii=False)}\n"
        with self._lock:
            if self._descriptor is None or (self.trouble and not lead):
                return
            try:
                left = data.encode("utf-8", "replace")
                while left:
                    left = left[self._write_some(self._descriptor, left) :]
                self._size += len(data)
            except OSError as error:
                self.trouble = _why(error)


def _why(error: OSError) -> str:
    return error.strerror or str(error)
