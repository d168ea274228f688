"""In which encoding standard output and error are written, so that no character ends a command.

Consoles of Windows and old locales know few characters, and Python raises for all others. What goes
to a file or a pipe is for programs, and is UTF-8 everywhere, as JSON has to be (RFC 8259, 8.1).
"""

from __future__ import annotations

import codecs
import io
import os
from collections.abc import Mapping
from typing import Final, TextIO

CHOSEN: Final = ("PYTHONIOENCODING", "PYTHONUTF8")
"""Variables by which somebody has chosen an encoding for all of Python."""


def wanted(encoding: str, *, at_terminal: bool, chosen: bool) -> tuple[str, str]:
    """Return (encoding, what becomes of characters that it has not) for a stream.

    At a terminal, or where an encoding was chosen, it stays, and an unknown character is a `?`.
    """
    if codecs.lookup(encoding).name == "utf-8":
        return encoding, "backslashreplace"  # halves of surrogate pairs, of names that are no UTF-8
    if at_terminal or chosen:
        return encoding, "replace"
    return "utf-8", "backslashreplace"


def settle(*streams: TextIO, variables: Mapping[str, str] = os.environ) -> None:
    """Every stream takes all characters; one that is no file of the system is let be."""
    chosen = any(variables.get(name) for name in CHOSEN)
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            encoding, errors = wanted(stream.encoding, at_terminal=stream.isatty(), chosen=chosen)
            stream.reconfigure(encoding=encoding, errors=errors)
