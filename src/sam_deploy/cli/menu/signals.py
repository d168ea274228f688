"""Leaves a terminal as it was when the menu is ended or put to sleep by a signal.

Touches the handlers of SIGTERM, SIGHUP and SIGTSTP (Ctrl-Z) while the menu is shown.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from typing import Final, Protocol

KILLED: Final = 128
"""A shell's exit code of what a signal has ended, less the signal's number."""


class Shown(Protocol):
    """What is drawn."""

    def leave(self) -> None:
        """Take it away; the cursor is shown again."""


class Line(Protocol):
    """The terminal's keys."""

    def begin(self) -> None:
        """Keys come one at a time."""

    def end(self) -> None:
        """Lines come again."""


@contextlib.contextmanager
def tidy(shown: Shown, line: Line) -> Iterator[None]:
    """The cursor is back, and lines are read again, whenever a signal ends or stops the menu."""

    def end(number: int, _: object) -> None:
        raise SystemExit(KILLED + number)

    def sleep(number: int, _: object) -> None:
        shown.leave()
        line.end()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        # here it goes on, when the shell's `fg` says so
        signal.signal(number, sleep)
        line.begin()

    handlers = {"SIGTERM": end, "SIGHUP": end, "SIGTSTP": sleep}
    known = {each.name: each for each in signal.Signals}  # Windows has no terminal to stop from
    here = threading.current_thread() is threading.main_thread()
    numbers = [(known[name], name) for name in handlers if name in known and here]
    before = {number: signal.signal(number, handlers[name]) for number, name in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
