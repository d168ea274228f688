"""Shows what happens: a moving picture, plain lines, JSON lines, or nothing.

People read standard error; data goes to standard output. No meaning is carried by colour alone.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Literal, Protocol, TextIO

from sam_deploy.amounts import bytes_text
from sam_deploy.cli.tally import Tally
from sam_deploy.events import (
    AliasMoved,
    BuildFinished,
    Event,
    Listing,
    Note,
    PhaseStarted,
    RegionFinished,
    StackEvent,
    StepFinished,
    Waiting,
)

if TYPE_CHECKING:
    from sam_deploy.errors import SamDeployError

Progress = Literal["auto", "live", "plain", "json", "quiet"]


class Console(Protocol):
    """Who listens to events, and says sentences to people."""

    def report(self, event: Event) -> None:
        """Show an event, or keep it for the picture. Called from several threads."""

    def say(self, text: str = "") -> None:
        """Say a line to people."""

    def close(self) -> None:
        """End the picture, so that what follows stands below it."""


class QuietConsole:
    """Says warnings and nothing else."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr

    def report(self, event: Event) -> None:
        """Show a warning; drop everything else."""
        if isinstance(event, Note) and event.level == "warning":
            print(f"warning: {event.message}", file=self._stream, flush=True)

    def say(self, text: str = "") -> None:
        """Say nothing."""

    def close(self) -> None:
        """Have nothing to end."""


class JsonConsole:
    """One JSON object a line for every event: `type`, `time` (Unix seconds) and its fields."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._lock = threading.Lock()

    def report(self, event: Event) -> None:
        """Write the event as a line."""
        line = {"type": type(event).__name__, "time": round(time.time(), 3), **asdict(event)}
        with self._lock:
            print(json.dumps(line), file=self._stream, flush=True)

    def say(self, text: str = "") -> None:
        """Say nothing: what is said is in the result, too."""

    def close(self) -> None:
        """Have nothing to end."""


class PlainConsole:
    """A line for everything that ended, with the percentage in front; made for logs."""

    def __init__(self, stream: TextIO | None = None, *, verbose: bool = False) -> None:
        self._stream = stream or sys.stderr
        self._lock = threading.Lock()
        self._tally = Tally()
        self._verbose = verbose

    def report(self, event: Event) -> None:
        """Write a line for what is worth one."""
        line = sentence(event, verbose=self._verbose)
        # one lock for both, so that the percentages of the lines never go back
        with self._lock:
            self._tally.add(event)
            lead = f"[{self._tally.percent:3d}%] " if self._tally.can_tell else ""
            if line:
                print(lead + line, file=self._stream, flush=True)

    def say(self, text: str = "") -> None:
        """Write a line."""
        with self._lock:
            print(text, file=self._stream, flush=True)

    def close(self) -> None:
        """Have nothing to end."""


def sentence(event: Event, *, verbose: bool = False) -> str:
    """Return an event as a line for people; '' for what is not worth one."""
    match event:
        case PhaseStarted(title=title):
            return f"{title}..."
        case Note(level="warning", message=message):
            return f"warning: {message}"
        case Note(message=message):
            return message
        case Listing():
            return "\n".join([f"{event.title}:", *_lined_up((event.columns, *event.rows))])
        case BuildFinished():
            how = "unchanged" if event.reused else f"built in {event.seconds:.1f} s"
            size = bytes_text(event.size_bytes)
            return f"{event.kind} {event.index}/{event.total} {event.archive} {how} ({size})"
        case StepFinished():
            stack = f" {event.stack}" if event.stack else ""
            step = f"[{event.index}/{event.total}] {event.step}"
            return f"{event.region}{stack} {step}: {event.detail}"
        case StackEvent() if event.status.endswith("_FAILED"):
            return f"{event.region} {event.logical_id} {event.status}: {event.reason}"
        case StackEvent() if verbose:
            return f"{event.region} {event.logical_id} {event.status} {event.reason}".rstrip()
        case Waiting():
            where = f"{event.region} " if event.region else ""
            return f"{where}waiting for {event.what}, at most {event.at_most_seconds:.0f} s"
        case RegionFinished():
            return f"{event.region} {event.stack} {event.outcome} in {event.seconds:.1f} s"
        case AliasMoved() if verbose:
            versions = f"{event.previous} -> {event.version}"
            return f"{event.region} {event.function} {event.alias}: version {versions}"
        case _:
            return ""


def _lined_up(rows: tuple[tuple[str, ...], ...]) -> list[str]:
    """Return a line a row, indented, columns below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        f"  {'  '.join(map(str.ljust, row, widths))}".rstrip()  # the last one is not padded
        for row in rows
    ]


def make(progress: Progress, *, verbose: bool = False) -> Console:
    """Return the console for this terminal: moving where there is one, plain lines elsewhere."""
    if progress == "json":
        return JsonConsole()
    if progress == "quiet":
        return QuietConsole()
    if progress == "live" or (progress == "auto" and sys.stderr.isatty()):
        from sam_deploy.cli.live import LiveConsole  # noqa: PLC0415 - rich takes 0.1 s

        return LiveConsole(verbose=verbose)
    return PlainConsole(verbose=verbose)


def show_error(error: SamDeployError, stream: TextIO | None = None) -> None:
    """Write an error in its four parts: what, why, state, hint."""
    out = stream or sys.stderr
    print(f"error: {error.what}", file=out)
    for name in ("why", "state"):
        text = getattr(error, name)
        if text:
            print(f"  {name}: {_indented(text)}", file=out)
    for problem in getattr(error, "problems", ()):
        print(f"  - {_indented(problem)}", file=out)
    if error.hint:
        print(f"\nhint: {error.hint}", file=out)


def _indented(text: str) -> str:
    first, *others = text.split("\n")
    return "\n".join([first, *[f"    {line}" if line else "" for line in others]])
