"""The keys of a terminal, one at a time, those that were typed ahead included.

Touches the terminal on standard input: its lines are off while a `Keys` is open, and as before
afterwards. Source: ECMA-48 and xterm, "Control sequences", for what arrow keys send.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import select
import sys
from types import TracebackType
from typing import Any, Final, Self

NAMED: Final = {
    "\x1b[A": "up",
    "\x1bOA": "up",
    "\x10": "up",  # Ctrl-P
    "\x1b[B": "down",
    "\x1bOB": "down",
    "\x0e": "down",  # Ctrl-N
    "\x1b[H": "home",
    "\x1b[F": "end",
    "\r": "enter",
    "\n": "enter",
    " ": "space",
    "\x1b": "leave",
    "\x03": "leave",
    "\x04": "leave",
    "q": "leave",
}
ONE: Final = re.compile(r"\x1b\[[0-9;?]*[@-~]|\x1bO.|.", re.DOTALL)
ESCAPE_SECONDS: Final = 0.05
"""What belongs to an arrow key follows its escape at once, also over a slow line."""


class Keys:
    """Reads keys by name: up, down, home, end, enter, space, leave; else the letter itself."""

    def __init__(self) -> None:
        self._line = sys.stdin.fileno()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._ahead = ""
        self._before: Any = None

    def __enter__(self) -> Self:
        self.begin()
        return self

    def begin(self) -> None:
        """Keys come one at a time from now on."""
        if sys.platform != "win32":  # where nobody comes here: see `picker`
            import termios  # noqa: PLC0415 - not on Windows
            import tty  # noqa: PLC0415 - the same

            self._before = termios.tcgetattr(self._line)
            # what was typed meanwhile stays: a person is quicker than a menu that is being drawn
            tty.setcbreak(self._line, termios.TCSADRAIN)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    def end(self) -> None:
        """The terminal gives lines again, as before."""
        if sys.platform != "win32":
            import termios  # noqa: PLC0415 - as above

            termios.tcsetattr(self._line, termios.TCSADRAIN, self._before)

    def read(self, seconds: float) -> str:
        """Return the next key; '' when none was pressed for so long."""
        if not self._ahead:
            self._take(seconds)
        if self._ahead in {"\x1b", "\x1b[", "\x1bO"}:
            self._take(ESCAPE_SECONDS)
        if not self._ahead:
            return ""
        found = ONE.match(self._ahead)
        key = found[0] if found else self._ahead
        self._ahead = self._ahead[len(key) :]
        # an unknown sequence is no letter, and not the escape that it begins with either
        return NAMED.get(key, key if len(key) == 1 else "")

    def _take(self, seconds: float) -> None:
        if not select.select([self._line], [], [], seconds)[0]:
            return
        try:
            block = os.read(self._line, 1024)
        except OSError:  # the terminal is gone
            block = b""
        self._ahead += self._decoder.decode(block) if block else "\x04"


def forget_typed() -> None:
    """What was typed while a command ran is dropped: it was not meant for the menu after it."""
    if sys.platform != "win32":
        import termios  # noqa: PLC0415 - not on Windows

        with contextlib.suppress(OSError, termios.error):
            termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
