"""Breaks lines between words where a terminal would break them within. Imports next to nothing."""

from __future__ import annotations

import itertools
import os
import re
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typing import TextIO

NARROWEST: Final = 40
"""A terminal that says it has fewer columns is left to break lines by itself."""

_SIGN: Final = re.compile(r" *(?:-/\+|[-+~]) +(?=\S)")
"""What a line of a review begins with; what follows a break stands below the words after it."""
_COMMANDS: Final = ("sam-deploy ", "uv run ", "curl ", "http")
_LEAD: Final = re.compile(r"(?:next|hint): ")
"""What stands in front of a command, and of others that follow in lines of their own."""
_ALONE: Final = "  "
"""The indent of commands that are too long for a line with what stands in front of them."""


def said(text: str, stream: TextIO | None = None) -> str:
    """Return what is said to people as it is written to a stream, standard error by default."""
    return laid_out(text, columns_of(stream or sys.stderr))


def laid_out(text: str, columns: int) -> str:
    """Return lines of which sentences end between words, and commands stay whole.

    A command that is too long behind `next: ` is below it, with all that go with it.
    """
    if columns < NARROWEST:
        return text
    left, found = text.split("\n"), list[str]()
    while left:
        line = left.pop(0)
        if is_sentence(line):
            found.append(hanging(line, columns, len(_ALONE)))
        elif lead := _LEAD.match(line):
            every = [line, *_going_on(left, " " * len(lead[0]))]
            left = left[len(every) - 1 :]
            found += every if _fit(every, columns) else _below(lead[0], every, columns)
        else:
            bare = line.lstrip()
            narrow = len(line) > columns and bare.startswith(_COMMANDS)
            found.append(bare if narrow else line)
    return "\n".join(found)


def _going_on(lines: Sequence[str], indent: str) -> list[str]:
    found = itertools.takewhile(lambda each: each.startswith(indent) and each.strip(), lines)
    return list(found)


def _fit(lines: Iterable[str], columns: int) -> bool:
    return all(len(each) <= columns for each in lines)


def _below(lead: str, lines: Iterable[str], columns: int) -> list[str]:
    bare = [each[len(lead) :] for each in lines]
    indented = [_ALONE + each for each in bare]
    return [lead.rstrip(), *(indented if _fit(indented, columns) else bare)]


def fitting(text: str, stream: TextIO, *, below: int) -> str:
    """Return a text as it is written to a stream: at a terminal, lines end between words."""
    return wrapped(text, columns_of(stream), below)


def wrapped(text: str, columns: int, below: int) -> str:
    """Return a text whose lines end between words before `columns`; 0 leaves it as it is.

    What follows a break is indented by `below`. What stands between backticks is copied as a
    whole, so it is kept on one line, even on one that is too long.
    """
    if columns < NARROWEST:
        return text
    return "\n".join(
        line if len(line) <= columns else _broken(line, columns, below) for line in text.split("\n")
    )


def hanging(text: str, columns: int, by: int = 4) -> str:
    """Return lines that end between words, and go on `by` columns further than they begin."""
    return "\n".join(
        wrapped(line, columns, len(line) - len(line.lstrip(" ")) + by) for line in text.split("\n")
    )


def is_sentence(line: str) -> bool:
    """Whether a line may end earlier: it is no row of a table, and no command to copy."""
    bare = _SIGN.sub("", line, count=1).strip() if _SIGN.match(line) else line.strip()
    return "  " not in bare and not _LEAD.sub("", bare, count=1).startswith(_COMMANDS)


def _broken(line: str, columns: int, below: int) -> str:
    sign = _SIGN.match(line)
    start = sign[0] if sign else line[: len(line) - len(line.lstrip(" "))]
    indent = " " * (len(start) if sign else max(below, len(start)))
    rows, begun = [start], False
    for piece in _pieces(line[len(start) :]):
        if begun and len(rows[-1]) + 1 + len(piece) > columns:
            rows.append(_indent(len(piece), indent, columns))
            begun = False
        if begun or piece:  # a gap between two columns ends with its line
            rows[-1] += f" {piece}" if begun else piece
            begun = True
    return "\n".join(each.rstrip() for each in rows)


def _indent(length: int, wanted: str, columns: int) -> str:
    """Return less than the wanted indent for a command that has only so much room."""
    fits = (each for each in (wanted, _ALONE, "") if len(each) + length <= columns)
    return next(fits, wanted)


def _pieces(text: str) -> list[str]:
    """Return the words of a text; a command between backticks is one word."""
    pieces: list[str] = []
    for word in text.split(" "):
        if pieces and pieces[-1].count("`") % 2:
            pieces[-1] += f" {word}"
        else:
            pieces.append(word)
    return pieces


def columns_of(stream: TextIO | None = None) -> int:
    """Return the width of the terminal that a stream writes to; 0 when it writes elsewhere.

    Standard output, unless another is given.
    """
    stream = stream or sys.stdout
    try:
        return os.get_terminal_size(stream.fileno()).columns if stream.isatty() else 0
    except (OSError, ValueError):
        return 0
