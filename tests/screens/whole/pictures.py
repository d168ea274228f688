"""A command at a real terminal of a given width, and the picture that it leaves there.

The terminal says that it is 80 or 120 columns wide; it is drawn on a far wider one. So a line that
a terminal would have to break is seen as the line that was written.
"""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, groupby
from pathlib import Path

import pyte
from tests.faults.screen import set_size

ROWS, DRAWN_ROWS, DRAWN_COLUMNS = 50, 4000, 1000
WAIT_SECONDS = 120.0
INTERRUPT = "\x03"
DECIDING = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "SAM_DEPLOY_TARGET", "CI", "ENV")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person types once `after` is on the screen; [CODE] is the code of the last mail."""

    after: str
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """What stands on a terminal in the end. `spans`: (row, text, colour and weight)."""

    exit_code: int
    lines: tuple[str, ...]
    spans: tuple[tuple[int, str, str], ...]
    sent: bytes


class Drawn:
    """A running command and its terminal."""

    def __init__(self, line: int, note: Path) -> None:
        self.line = line
        self._note = note
        self.sent = b""
        self._screen = pyte.Screen(DRAWN_COLUMNS, DRAWN_ROWS)
        self._stream = pyte.ByteStream(self._screen)

    def until(self, text: str) -> None:
        """Wait until it is on the screen. Raises AssertionError when it ends before."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not any(text in each for each in self.lines()):
            assert time.monotonic() < deadline, f"no `{text}` in:\n" + "\n".join(self.lines())
            assert self._read(), f"it ended without `{text}`:\n" + "\n".join(self.lines())

    def keys(self, text: str) -> None:
        """Press keys."""
        os.write(self.line, text.encode())

    def end(self) -> int:
        """Return the exit code, once it has ended."""
        deadline = time.monotonic() + WAIT_SECONDS
        while self._read():
            assert time.monotonic() < deadline, "it goes on:\n" + "\n".join(self.lines())
        return int(self._note.read_text(encoding="utf-8"))

    def lines(self) -> list[str]:
        """The lines down to the last one with text, without spaces at their ends."""
        found = ["".join(cell for cell, _ in row).rstrip() for row in self._rows()]
        while found and not found[-1]:
            found.pop()
        return found

    def spans(self) -> Iterator[tuple[int, str, str]]:
        """What is shown in a colour or weight of its own, from the top."""
        for number, row in enumerate(self._rows(), start=1):
            for look, cells in groupby(row, key=lambda cell: cell[1]):
                text = "".join(cell for cell, _ in cells)
                if look and text.strip():
                    yield number, text.strip(), look

    def _rows(self) -> Iterator[list[tuple[str, str]]]:
        buffer = self._screen.buffer
        for number in range(max(buffer, default=-1) + 1):
            row = buffer[number]
            yield [
                (row[column].data, _look(row[column])) for column in range(max(row, default=-1) + 1)
            ]

    def _read(self) -> bool:
        """Take in what it writes; false once it has ended and all of it is read."""
        ended = self._note.exists()
        ready, _, _ = select.select([self.line], [], [], 0.02)
        if not ready:
            return not ended
        block = os.read(self.line, 65536)
        self.sent += block
        self._stream.feed(block)
        return True


def _look(cell: pyte.screens.Char) -> str:
    words = (
        "" if cell.fg == "default" else cell.fg,
        "" if cell.bg == "default" else f"on {cell.bg}",
        "bold" if cell.bold else "",
        "reverse" if cell.reverse else "",
    )
    return " ".join(word for word in words if word)


class Commands:
    """Starts commands at terminals, see `zygote`. May be called from several threads."""

    def __init__(self, notes: Path) -> None:
        self._notes = notes
        self._numbers = count()
        self._lock = threading.Lock()
        self._zygote = subprocess.Popen(
            [sys.executable, "-m", "tests.screens.whole.zygote"],
            cwd=Path(__file__).parents[3],
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        """Start nothing any more; commands that still run are not ended."""
        self._zygote.communicate()

    def picture(
        self,
        arguments: Sequence[str],
        folder: Path,
        more: Mapping[str, str],
        *,
        columns: int,
        colour: bool,
        answers: Sequence[Answer] = (),
        code: Callable[[], str] = str,
    ) -> Picture:
        """Run a command at a terminal to its end, answering what it asks; return what it shows."""
        line, other = pty.openpty()
        set_size(other, columns, ROWS)
        note = self._notes / str(next(self._numbers))
        kept = {name: value for name, value in os.environ.items() if name not in DECIDING}
        plain = {} if colour else {"NO_COLOR": "1"}
        job = {
            "terminal": os.ttyname(other),
            "status": str(note),
            "arguments": arguments,
            "folder": str(folder),
            "variables": {**kept, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **plain, **more},
        }
        try:
            with self._lock:
                assert self._zygote.stdin is not None
                self._zygote.stdin.write(f"{json.dumps(job)}\n")
                self._zygote.stdin.flush()
            drawn = Drawn(line, note)
            shown = None
            for answer in answers:
                drawn.until(answer.after)
                if answer.text == INTERRUPT:  # what comes then is a matter of the moment
                    shown = tuple(drawn.lines()), tuple(drawn.spans())
                typed = answer.text
                drawn.keys(typed.replace("[CODE]", code()) if "[CODE]" in typed else typed)
            ended = drawn.end()
            lines, spans = shown or (tuple(drawn.lines()), tuple(drawn.spans()))
            return Picture(ended, lines, spans, drawn.sent)
        finally:
            os.close(line)  # whoever is still at the terminal is told that it is gone
            os.close(other)
