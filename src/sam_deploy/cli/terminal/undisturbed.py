"""A command that changes something comes to its own end, though its reader or terminal has gone.

Half a release must not end because somebody closed a window, or because `head` has read enough:
what is written goes nowhere then, and the exit code is the command's. SIGTERM (a cancelled
pipeline) and SIGHUP (a closed terminal, a dropped connection) mean what Ctrl-C does, so that what
can be taken back is taken back. Source: POSIX write(), EPIPE and EIO; signal(7).
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Final, TextIO

GONE: Final = frozenset({errno.EPIPE, errno.EIO})
"""What a write meets when the other end of a pipe, or the terminal, is not there any more."""
OUR_STREAMS: Final = frozenset({1, 2})

GoesOn = Callable[[], bool]
"""Whether the command that runs now must not be ended by that."""


class _Lasting(io.TextIOWrapper):
    """Standard output or error, whose writes do not fail because nobody is there to read them."""

    goes_on: GoesOn

    def write(self, text: str, /) -> int:
        """Return how many characters were taken."""
        try:
            return super().write(text)
        except OSError as error:
            self._let_go(error)
            return len(text)

    def flush(self) -> None:
        """Everything is written, or goes nowhere."""
        try:
            super().flush()
        except OSError as error:
            self._let_go(error)

    def _let_go(self, error: OSError) -> None:
        """From now on all of it goes nowhere, also what is waiting and what children write."""
        if error.errno not in GONE or not self.goes_on():
            raise error
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)


@contextlib.contextmanager
def undisturbed(goes_on: GoesOn) -> Iterator[None]:
    """Until it ends, readers and terminals that go, and signals, do no more than is said above."""
    with _streams(goes_on), _signals(goes_on):
        yield


@contextlib.contextmanager
def _streams(goes_on: GoesOn) -> Iterator[None]:
    before = sys.stdout, sys.stderr
    made = tuple(_lasting(each, goes_on) for each in before)
    sys.stdout, sys.stderr = made
    try:
        yield
    finally:
        for each in made:
            with contextlib.suppress(OSError, ValueError):
                each.flush()
        sys.stdout, sys.stderr = before


def _lasting(stream: TextIO, goes_on: GoesOn) -> TextIO:
    """Return a stream that goes on; one that is none of the system's own is let be.

    Consoles of Windows are written to by other calls, and they are never gone.
    """
    if not isinstance(stream, io.TextIOWrapper) or os.name == "nt":
        return stream
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        return stream
    if descriptor not in OUR_STREAMS:
        return stream
    stream.flush()
    made = _Lasting(
        open(descriptor, "wb", closefd=False),  # noqa: SIM115 - it is as long as the process
        encoding=stream.encoding,
        errors=stream.errors,
        newline="\n",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
    made.goes_on = goes_on
    return made


@contextlib.contextmanager
def _signals(goes_on: GoesOn) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    known = {each.name: each for each in signal.Signals}  # Windows has no SIGHUP
    numbers = [known[name] for name in ("SIGTERM", "SIGHUP") if name in known]

    def end(number: int, _frame: object) -> None:
        if not goes_on():
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            return
        # a terminal that is closed says so twice: by the system, and by its shell
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    # nohup has SIGHUP ignored, and whoever calls us may have handlers of their own
    ours = [each for each in numbers if signal.getsignal(each) is signal.SIG_DFL]
    for each in ours:
        signal.signal(each, end)
    try:
        yield
    finally:
        for each in ours:
            signal.signal(each, signal.SIG_DFL)
