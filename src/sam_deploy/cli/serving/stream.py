"""What is said while an app is served: requests, logs and errors, in one stream.

A request is one line; what its function wrote stands before it, under the function's name.
"""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, Final

import click

from sam_deploy.events import Event, Note

if TYPE_CHECKING:
    from sam_deploy.local.workers.model import Function, Outcome

_ERROR: Final = 500
_REFUSED: Final = 400
_PARTS: Final = 6
"""Of a line about a request, before what is noted about it."""


class Stream:
    """Writes whole entries to standard output, from any thread. Colour says nothing alone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def request(self, line: str) -> None:
        """Write a line of the gateway: `2026-11-29T02:51:07.123+00:00 GET /x 200 5 ms note id`."""
        parts = line.split(" ")
        if len(parts) < _PARTS or parts[5] != "ms":
            self.say(f"{_now()} {' '.join(parts[1:])}")
            return
        _, method, path, status, took, unit, *note = parts
        number = int(status) if status.isdigit() else _ERROR
        colour = "red" if number >= _ERROR else "yellow" if number >= _REFUSED else "green"
        why = " ".join(note[:-1])
        shown = f"{_now()} {method} {path} {click.style(status, fg=colour)} {took} {unit}"
        self.say(f"{shown}  {why}" if why not in {"", "-"} else shown)

    def outcome(self, function: Function, request_id: str, outcome: Outcome) -> None:
        """Write what a call wrote, and what the platform has to say about it."""
        del request_id
        # as requests name it, which is not what Lambda would call it
        name, lines = function.key[0], []
        for event in (*outcome.start_log, *outcome.log):
            failed = event.message.startswith("[ERROR]") or "\tERROR\t" in event.message
            text = event.message.replace("\u00a0", " ")
            lines += [_entry(name, line, failed=failed) for line in text.split("\n")]
        if outcome.failed and not outcome.log and not outcome.start_log:
            text = outcome.payload.decode("utf-8", "replace")
            lines.append(_entry(name, text, failed=True))
        if outcome.init_ms is not None:
            started = f"started in {outcome.init_ms:.0f} ms"
            lines.insert(0, _entry(name, started, failed=False))
        if lines:
            self.say("\n".join(lines))

    def report(self, event: Event) -> None:
        """Write what a build has to say; that it goes on is told by its end."""
        if isinstance(event, Note):
            self.say(f"{_now()} {event.message}")

    def say(self, text: str) -> None:
        """Write an entry."""
        with self._lock:
            click.echo(text)
            sys.stdout.flush()


def _entry(name: str, line: str, *, failed: bool) -> str:
    text = click.style(line, fg="red") if failed else line
    return f"{_now()}   {click.style(name, bold=True)} | {text}"


def _now() -> str:
    return time.strftime("%H:%M:%S")
