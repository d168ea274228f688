"""How an error looks on a screen. Imports next to nothing: a misspelt command is told at once."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from sam_deploy.cli.terminal.wrapping import NARROWEST, columns_of, fitting
from sam_deploy.excerpts import around

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from sam_deploy.errors import SamDeployError

SOURCE_COLUMN: Final = 8
"""Where lines of a user's file begin."""


def show_error(
    error: SamDeployError,
    stream: TextIO | None = None,
    *,
    more: str = "",
    typed: Callable[[str], str] = str,
) -> None:
    """Write an error in its four parts: what, why, state, hint.

    `typed` makes commands of state and hint ones that can be typed here, see `cli.spelling`;
    `more` is the command that explains the cause. At a terminal, lines end between words.
    """
    out = stream or sys.stderr

    def write(text: str, below: int) -> None:
        print(fitting(_pointed(text, columns_of(out)), out, below=below), file=out)

    write(f"error: {error.what}", 7)
    for name, text in (("why", error.why), ("state", typed(error.state))):
        if text:
            write(f"  {name}: {_indented(text)}", 4)
    for problem in error.problems:
        write(f"  - {_indented(problem)}", 4)
    if error.hint:
        write(f"\nhint: {typed(error.hint)}", 6)
    if more:
        write(f"more: {more}" if error.hint else f"\nmore: {more}", 6)


def _pointed(text: str, columns: int) -> str:
    """Return a text whose source lines are cut around the `^` below them: one row each."""
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if at and columns >= NARROWEST and line.strip() == "^":
            source = lines[at - 1]
            lead = min(len(source) - len(source.lstrip(" ")), len(line) - 1, SOURCE_COLUMN)
            shown, place = around(source[lead:], len(line) - 1 - lead, columns - lead)
            lines[at - 1 : at + 1] = [" " * lead + shown, " " * (lead + place) + "^"]
    return "\n".join(lines)


def _indented(text: str) -> str:
    first, *others = text.split("\n")
    return "\n".join([first, *[f"    {line}" if line else "" for line in others]])
