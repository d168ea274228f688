"""What a worker writes, as the events of its log.

A line is an event; a carriage return within it is the end of a line within the event.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Final

from sam_deploy.local.workers.model import LogEvent

_CHUNK: Final = 1 << 16
_EVENT_LIMIT: Final = 256 * 1024
"""Bytes of an event. Source: CloudWatch Logs quotas (256 KB); a longer line is several events."""
_KB: Final = 1024


class Output:
    """The reading end of a worker's pipe, which never blocks."""

    def __init__(self, descriptor: int, pid: int) -> None:
        if sys.platform != "win32":
            os.set_blocking(descriptor, False)
        self.descriptor, self._pid = descriptor, pid
        self._rest = b""
        self._events: list[LogEvent] = []
        self._open = True
        self._memory_mb = 0

    def read(self) -> bool:
        """Take in what there is. False when nothing will come any more."""
        while self._open:
            try:
                data = os.read(self.descriptor, _CHUNK)
            except BlockingIOError:
                return True
            except OSError:
                return False
            if not data:
                return False
            *lines, self._rest = (self._rest + data).split(b"\n")
            for line in lines:
                self._add(line)
            while len(self._rest) >= _EVENT_LIMIT:
                self._add(self._rest[:_EVENT_LIMIT])
                self._rest = self._rest[_EVENT_LIMIT:]
        return False

    def say(self, message: str) -> None:
        """Add an event of the platform's own."""
        self._flush()
        self._events.append(LogEvent(int(time.time() * 1000), message))

    def take(self) -> tuple[LogEvent, ...]:
        """All events since the last time, the last line whether it has an end or not."""
        self._flush()
        events, self._events = tuple(self._events), []
        return events

    def note_memory(self) -> int:
        """The most memory that the process has used so far; 0 where the system does not say."""
        try:
            status = Path(f"/proc/{self._pid}/status").read_bytes()
        except OSError:
            return self._memory_mb
        _, found, rest = status.partition(b"VmHWM:")
        if found:
            self._memory_mb = max(1, round(int(rest.split()[0]) / _KB))
        return self._memory_mb

    def close(self) -> None:
        """Close the pipe; what was read stays to be taken."""
        if self._open:
            self._open = False
            os.close(self.descriptor)

    def _flush(self) -> None:
        if self._rest:
            self._add(self._rest)
            self._rest = b""

    def _add(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").rstrip("\r").replace("\r", "\n")
        self._events.append(LogEvent(int(time.time() * 1000), text))
