"""Draws the moving picture and the lines above it in a thread of its own.

A terminal can stand still: Ctrl-S, a selection in a window of Windows, a link that hangs. Whoever
writes to it then waits, and must not be the work: a promotion stands between versions, and a canary
has nobody who watches. So the work only ever leaves its lines here.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from rich.live import Live
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

REFRESHES: Final = 8
"""A second."""


class Painter:
    """A picture that moves from now on. Only `end` waits for the terminal."""

    def __init__(self, console: Console, picture: Callable[[], RenderableType]) -> None:
        self._console = console
        self._picture = picture
        self._lines: deque[tuple[str, bool]] = deque()
        self._news = threading.Event()
        self._ending = False
        self._thread = threading.Thread(target=self._paint, name="painter", daemon=True)
        self._thread.start()

    def line(self, text: str, *, whole: bool) -> None:
        """A line comes above the picture soon; a `whole` one is not broken."""
        self._lines.append((text, whole))
        self._news.set()

    def end(self) -> None:
        """The picture is gone, and every line is written."""
        self._ending = True
        self._news.set()
        self._thread.join()

    def _paint(self) -> None:
        live = Live(
            get_renderable=self._picture, console=self._console, auto_refresh=False, transient=True
        )
        # a terminal that is gone takes nothing any more; its processes are told by SIGHUP
        with suppress(OSError), live:
            while not (self._ending and not self._lines):
                self._news.clear()
                while self._lines:
                    write(self._console, *self._lines.popleft())
                live.refresh()
                if not self._ending:
                    self._news.wait(1 / REFRESHES)


def write(console: Console, text: str, whole: bool) -> None:  # noqa: FBT001 - a line's other part
    """Write a line; a `whole` one is not broken."""
    console.print(Text(text), soft_wrap=whole)
