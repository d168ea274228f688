"""Shows what happens: a moving picture, plain lines, JSON lines, or nothing.

People read standard error; data goes to standard output. No meaning is carried by colour alone.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Literal, Protocol, TextIO, runtime_checkable

from sam_deploy.amounts import bytes_text, percent
from sam_deploy.cli import recording
from sam_deploy.cli.releasing import shift_screens
from sam_deploy.cli.terminal.glyphs import shown
from sam_deploy.cli.terminal.wrapping import said
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
    described,
)
from sam_deploy.progress.tally import Tally
from sam_deploy.runs.timing import Past

if TYPE_CHECKING:
    from sam_deploy.runs import RunLog

Progress = Literal["auto", "live", "plain", "json", "quiet"]


class Console(Protocol):
    """Who listens to events, and says sentences to people."""

    def report(self, event: Event) -> None:
        """Show an event, or keep it for the picture. Called from several threads."""

    def say(self, text: str = "") -> None:
        """Say a line to people."""

    def close(self) -> None:
        """End the picture, so that what follows stands below it."""


@runtime_checkable
class Movable(Protocol):
    """A console whose picture would be in the way of a question."""

    def aside(self) -> AbstractContextManager[None]:
        """Nothing moves while the block runs."""


def aside(console: Console) -> AbstractContextManager[None]:
    """A person can be asked something while the block runs: nothing is written meanwhile."""
    return console.aside() if isinstance(console, Movable) else nullcontext()


class QuietConsole:
    """Says warnings and nothing else."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr

    def report(self, event: Event) -> None:
        """Show a warning; drop everything else."""
        if isinstance(event, Note) and event.level == "warning":
            warning = said(f"warning: {event.message}", self._stream)
            print(warning, file=self._stream, flush=True)

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
        line = json.dumps(described(event, time.time()))
        with self._lock:
            print(line, file=self._stream, flush=True)

    def say(self, text: str = "") -> None:
        """Say nothing: what is said is in the result, too."""

    def close(self) -> None:
        """Have nothing to end."""


class PlainConsole:
    """A line for everything that ended, with the percentage in front; made for logs."""

    def __init__(
        self, stream: TextIO | None = None, *, verbose: bool = False, past: Past | None = None
    ) -> None:
        self._stream = stream or sys.stderr
        self._lock = threading.Lock()
        self._tally = Tally(past or Past())
        self._verbose = verbose

    def report(self, event: Event) -> None:
        """Write a line for what is worth one."""
        line = sentence(event, verbose=self._verbose)
        # one lock for both, so that the percentages of the lines never go back
        with self._lock:
            self._tally.add(event)
            lead = f"[{self._tally.percent:3d}%] " if self._tally.can_tell else ""
            if line:
                # rows that are broken could not be copied
                whole = isinstance(event, Listing)
                self._print(lead + line if whole else said(lead + line, self._stream))

    def say(self, text: str = "") -> None:
        """Write a line; at a terminal, sentences end between words."""
        with self._lock:
            self._print(said(text, self._stream))

    def _print(self, text: str) -> None:
        print(shown(text, self._stream.encoding or "utf-8"), file=self._stream, flush=True)

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
            part = f", {percent(event.weight)} of the calls" if event.weight < 1 else ""
            versions = f"{event.previous} -> {event.version}{part}"
            return f"{event.region} {event.function} {event.alias}: version {versions}"
        case _:
            return shift_screens.text_of(event)


def _lined_up(rows: tuple[tuple[str, ...], ...]) -> list[str]:
    """Return a line a row, indented, columns below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        f"  {'  '.join(map(str.ljust, row, widths))}".rstrip()  # the last one is not padded
        for row in rows
    ]


class RecordedConsole:
    """Shows what another console shows, and has it written to the log of the run."""

    def __init__(self, shown: Console, log: RunLog) -> None:
        self._shown = shown
        self._log = log

    def report(self, event: Event) -> None:
        """Write the event down and show it."""
        self._log.event(event)
        if lack := self._log.lack():
            self._shown.report(Note(lack))
        self._shown.report(event)

    def say(self, text: str = "") -> None:
        """Say a line to people."""
        self._shown.say(text)

    def close(self) -> None:
        """End the picture."""
        self._shown.close()

    def aside(self) -> AbstractContextManager[None]:
        """Nothing moves while the block runs."""
        return aside(self._shown)


def make(progress: Progress, *, verbose: bool = False) -> Console:
    """Return the console for this terminal: moving where there is one, plain lines elsewhere.

    What it is told is written to the log of the run, if this command has one.
    """
    log = recording.log()
    found = _shown(progress, recording.past(), verbose=verbose)
    return RecordedConsole(found, log) if log is not None else found


def _shown(progress: Progress, past: Past, *, verbose: bool) -> Console:
    if progress == "json":
        return JsonConsole()
    if progress == "quiet":
        return QuietConsole()
    # a terminal that calls itself dumb cannot go back to a line
    moves = os.environ.get("TERM", "").lower() not in {"dumb", "unknown"}
    if moves and (progress == "live" or (progress == "auto" and sys.stderr.isatty())):
        from sam_deploy.cli.terminal.live import LiveConsole  # noqa: PLC0415 - rich takes 0.1 s

        return LiveConsole(verbose=verbose, past=past)
    return PlainConsole(verbose=verbose, past=past)
