"""What a person sees at a terminal of a certain size: a command behind a pty, drawn by pyte."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyte

WAIT_SECONDS = 90.0
PIECES_SECONDS = 0.05
"""Less than between two pictures of what moves."""
POINTER = "\N{HEAVY RIGHT-POINTING ANGLE QUOTATION MARK ORNAMENT}"


class Screen:
    """A running command, and the picture of its terminal."""

    def __init__(
        self, process: subprocess.Popen[bytes], line: int, columns: int, rows: int
    ) -> None:
        self.process = process
        self._line = line
        self._screen = pyte.HistoryScreen(columns, rows, history=2000)
        self._stream = pyte.ByteStream(self._screen)
        self.sent = b""

    @property
    def lines(self) -> list[str]:
        """The lines that are visible now, without spaces at their ends."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        """The visible lines as one text."""
        return "\n".join(self.lines).rstrip()

    @property
    def chosen(self) -> str:
        """The line that the pointer is at."""
        return next((line for line in self.lines if line.lstrip().startswith(POINTER)), "")

    def until(self, text: str) -> None:
        """Wait until it is on the screen. Raises AssertionError when it ends before."""
        deadline = time.monotonic() + WAIT_SECONDS
        while text not in self.text:
            assert time.monotonic() < deadline, f"no `{text}` in:\n{self.text}"
            assert self._read(), f"it ended without `{text}`:\n{self.text}"
        self._settle()

    def until_chosen(self, text: str) -> None:
        """Wait until the pointer is at a line with this text."""
        deadline = time.monotonic() + WAIT_SECONDS
        while text not in self.chosen:
            assert time.monotonic() < deadline, f"`{text}` is not chosen in:\n{self.text}"
            assert self._read(), self.text
        self._settle()

    def until_sent(self, data: bytes, after: int) -> None:
        """Wait until it has been written, beyond so many bytes."""
        deadline = time.monotonic() + WAIT_SECONDS
        while data not in self.sent[after:]:
            assert time.monotonic() < deadline, f"no {data!r} in {self.sent[after:]!r}"
            assert self._read(), self.text
        self._settle()

    def keys(self, text: str) -> None:
        """Press keys."""
        os.write(self._line, text.encode())

    def resize(self, columns: int, rows: int) -> None:
        """The window has another size from now on."""
        set_size(self._line, columns, rows)
        self._screen.resize(rows, columns)

    def end(self) -> int:
        """Return the exit code, once it has ended."""
        deadline = time.monotonic() + WAIT_SECONDS
        while self._read():
            assert time.monotonic() < deadline, f"it does not end:\n{self.text}"
        return self.process.wait(WAIT_SECONDS)

    def _settle(self) -> None:
        """Read the rest of what was written at once: a picture arrives in pieces."""
        while select.select([self._line], [], [], PIECES_SECONDS)[0] and self._read():
            pass

    def _read(self) -> bool:
        ready, _, _ = select.select([self._line], [], [], 0.2)
        if not ready:
            return self.process.poll() is None
        try:
            block = os.read(self._line, 65536)
        except OSError:
            return False
        self.sent += block
        self._stream.feed(block)
        return bool(block)


@contextmanager
def at_screen(
    command: Sequence[str],
    folder: Path,
    *,
    columns: int = 100,
    rows: int = 40,
    more: Mapping[str, str] | None = None,
) -> Iterator[Screen]:
    """Run a command at a terminal of that size; it does not outlive the block."""
    line, other = pty.openpty()
    set_size(other, columns, rows)
    clean = {k: v for k, v in os.environ.items() if k not in {"COLUMNS", "LINES", "NO_COLOR"}}
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdin=other,
        stdout=other,
        stderr=other,
        start_new_session=True,
        env={**clean, "TERM": "xterm", "SAM_DEPLOY_TARGET": "embedded", **(more or {})},
        preexec_fn=_take_terminal,  # noqa: PLW1509 - a terminal is taken before the program begins
    )
    os.close(other)
    screen = Screen(process, line, columns, rows)
    try:
        yield screen
    finally:
        process.kill()
        process.wait()
        os.close(line)


def set_size(line: int, columns: int, rows: int) -> None:
    """Tell a terminal its size."""
    fcntl.ioctl(line, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
