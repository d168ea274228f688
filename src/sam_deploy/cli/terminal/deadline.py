"""Ends a question at the terminal when it is too late to answer it.

Where there are interval timers (POSIX), an alarm rings again and again while somebody types: one
that rings just before the read begins is not heard by it. The terminal is left as it was, without
the half of a line. On Windows nothing ends a read; whoever waits for the answer goes on.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from types import FrameType

RING_SECONDS: Final = 0.5
Over: TypeAlias = Callable[[], bool]
"""Whether it is too late."""


class TooLateError(Exception):
    """It became too late while somebody was asked."""


def never() -> bool:
    """Nothing is ever too late."""
    return False


@contextlib.contextmanager
def asking_until(over: Over) -> Iterator[None]:
    """Raise `TooLateError` out of the block as soon as `over` says so, if anything can end it.

    Nothing can on Windows, nor outside of the main thread.
    """
    here = threading.current_thread() is threading.main_thread()
    if sys.platform != "win32" and over is not never and here:
        with _ringing(over):
            yield
    else:
        yield


if sys.platform != "win32":

    @contextlib.contextmanager
    def _ringing(over: Over) -> Iterator[None]:
        """Source: setitimer(2)."""
        rung = False

        def ring(number: int, frame: FrameType | None) -> None:
            nonlocal rung
            del number, frame
            if not rung and over():
                rung = True  # once: it may ring between the block's end and the timer's
                raise TooLateError

        before = signal.signal(signal.SIGALRM, ring)
        try:
            try:
                signal.setitimer(signal.ITIMER_REAL, RING_SECONDS, RING_SECONDS)
                yield
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


def forget_typed() -> None:
    """What was typed without Enter is nobody's: else the shell would be given it."""
    if sys.platform != "win32":
        import termios  # noqa: PLC0415 - not on Windows

        with contextlib.suppress(OSError, ValueError, termios.error):
            termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
