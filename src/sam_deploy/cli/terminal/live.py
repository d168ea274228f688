"""Keeps the moving picture at the bottom of a terminal, and lines above it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

import rich.console
from rich.console import Group, RenderableType
from rich.text import Text

from sam_deploy.cli.terminal import picture
from sam_deploy.cli.terminal.console import sentence
from sam_deploy.cli.terminal.glyphs import glyphs_of, shown
from sam_deploy.cli.terminal.painter import Painter, write
from sam_deploy.cli.terminal.wrapping import laid_out
from sam_deploy.events import (
    BuildFinished,
    Event,
    Listing,
    Note,
    PhaseStarted,
    RegionFinished,
    ShiftLook,
    ShiftStep,
    StackEvent,
)
from sam_deploy.progress.tally import Tally
from sam_deploy.runs.timing import Past


class LiveConsole:
    """Shows the tally as it moves. The picture fits the terminal, also when that changes."""

    def __init__(
        self,
        console: rich.console.Console | None = None,
        *,
        verbose: bool = False,
        past: Past | None = None,
    ) -> None:
        self._console = console or rich.console.Console(stderr=True, highlight=False)
        self._tally = Tally(past or Past())
        self._started = time.monotonic()
        self._verbose = verbose
        self._painter: Painter | None = None
        self._lock = threading.RLock()
        self._asking = False
        self._later: list[tuple[str, bool]] = []

    def report(self, event: Event) -> None:
        """Take the event into the picture; write a line above it for what should stay."""
        self._tally.add(event)
        with self._lock:
            if self._painter is None and not self._asking:
                self._painter = Painter(self._console, self._picture)
            if self._stays(event):
                # a row that is broken in the middle could not be copied
                whole = isinstance(event, Listing)
                self._print(sentence(event, verbose=self._verbose), whole=whole)

    def _stays(self, event: Event) -> bool:
        if isinstance(event, BuildFinished):
            return not event.reused or self._verbose
        if isinstance(event, StackEvent):
            return self._verbose or event.status.endswith("_FAILED")
        if isinstance(event, ShiftLook):
            return self._verbose or event.verdict != "wait"
        return isinstance(event, (Note, RegionFinished, Listing, ShiftStep)) or (
            self._verbose and not isinstance(event, PhaseStarted)
        )

    def _print(self, text: str, *, whole: bool) -> None:
        if self._asking:
            self._later.append((text, whole))
        elif text or whole:
            written = shown(text, self._console.encoding)
            if self._painter is None:
                write(self._console, written, whole)
            else:
                self._painter.line(written, whole=whole)

    def say(self, text: str = "") -> None:
        """Write a line, above the picture while there is one."""
        columns = self._console.width if self._console.is_terminal else 0
        with self._lock:
            self._print(laid_out(text, columns), whole=True)

    def close(self) -> None:
        """Take the picture away; the lines stay."""
        with self._lock:
            if self._painter is not None:
                self._painter.end()
                self._painter = None

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Neither picture nor lines while the block runs: a person is asked something."""
        with self._lock:
            self.close()
            self._asking = True
        try:
            yield
        finally:
            with self._lock:
                self._asking = False
                later, self._later = self._later, []
                for text, whole in later:
                    self._print(text, whole=whole)

    def _picture(self) -> RenderableType:
        encoding = self._console.encoding
        look = picture.Look(
            self._console.width,
            self._console.height,
            time.monotonic() - self._started,
            glyphs_of(encoding),
            encoding,
        )
        drawn = picture.lines(self._tally, look)
        return Group(*(Text.assemble(*line, no_wrap=True) for line in drawn))
