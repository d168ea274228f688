"""A command at a terminal of its own: what it writes, what is typed, and a line that goes dead."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from tests.faults.place import Place
from tests.faults.proxy import Victim

WAIT_SECONDS = 60.0
REACTION_SECONDS = 0.5
_BLOCK = 4096


class Terminal:
    """A running command and the other side of its terminal."""

    def __init__(self, process: subprocess.Popen[bytes], line: int) -> None:
        self.process = process
        self._line = line
        self.said = ""

    def until(self, text: str) -> None:
        """Wait until it has written `text`. Raises AssertionError when it ends before."""
        deadline = time.monotonic() + WAIT_SECONDS
        while text not in self.said:
            assert time.monotonic() < deadline, f"no `{text}` in: {self.said}"
            assert self._read(), f"it ended without `{text}`: {self.said}"

    def type(self, text: str) -> None:
        """Type a line."""
        self.keys(f"{text}\n")

    def keys(self, text: str) -> None:
        """Press keys, and no Enter after them."""
        os.write(self._line, text.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C, as a person does: a moment after reading.

        A signal between the last look of Python and the call of readline that waits for the line
        is seen by neither until the next key; nobody is that quick, a test is.
        """
        time.sleep(REACTION_SECONDS)
        os.write(self._line, b"\x03")

    def hang_up(self) -> None:
        """The terminal is gone: its processes get SIGHUP, and writing to it is an error."""
        if self._line >= 0:
            os.close(self._line)
        self._line = -1

    def end(self) -> int:
        """Return the exit code; negative ones are signals."""
        while self._line >= 0 and self._read():
            pass
        return self.process.wait(WAIT_SECONDS)

    def _read(self) -> bool:
        """Take in what it writes; false at its end."""
        ready, _, _ = select.select([self._line], [], [], 0.2)
        if not ready:
            return self.process.poll() is None
        try:
            block = os.read(self._line, _BLOCK)
        except OSError:  # what Linux says when nobody has the terminal open any more
            return False
        self.said += block.decode("utf-8", "replace")
        return bool(block)


@contextmanager
def at_terminal(
    place: Place, *arguments: str, columns: int = 200, more: Mapping[str, str] | None = None
) -> Iterator[Terminal]:
    """Run `sam-deploy` at a terminal, with `more` variables; it does not outlive the block."""
    line, end = pty.openpty()
    process = subprocess.Popen(
        place.command(*arguments),
        env={**place.variables(), "TERM": "xterm", "COLUMNS": str(columns), **(more or {})},
        cwd=place.folder,
        stdin=end,
        stdout=end,
        stderr=end,
        start_new_session=True,
        preexec_fn=take_terminal,  # noqa: PLW1509 - a terminal is taken before the program begins
    )
    os.close(end)
    place.proxy.victim = Victim(process.pid, lambda: None)
    terminal = Terminal(process, line)
    try:
        yield terminal
    finally:
        terminal.hang_up()
        with suppress(subprocess.TimeoutExpired):
            process.wait(WAIT_SECONDS)
        process.kill()
        process.wait()
        place.proxy.settle()


def take_terminal() -> None:
    """Standard input is the controlling terminal of this new session."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
