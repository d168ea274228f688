"""A terminal of 80 columns, and what it gets."""

from __future__ import annotations

import os
import pty
import termios
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO


def lines_at_80(write: Callable[[TextIO], object]) -> list[str]:
    """Return the lines that a terminal of 80 columns gets."""
    reader, end = pty.openpty()
    termios.tcsetwinsize(end, (24, 80))
    with os.fdopen(end, "w", encoding="utf-8") as stream:
        write(stream)
    read = b""
    # what was written arrives in pieces; at the end nobody has the other side open any more
    with suppress(OSError):
        while block := os.read(reader, 65536):
            read += block
    os.close(reader)
    return read.decode().replace("\r\n", "\n").rstrip("\n").split("\n")
