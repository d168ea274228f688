"""A menu as lines of text that fit a terminal of any size. Pure."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Style = Literal["", "strong", "chosen", "faint"]
COLOURS: Final = {"": "", "strong": "\x1b[1m", "chosen": "\x1b[36m", "faint": "\x1b[2m"}
LEAST_COLUMNS: Final = 20
LEAST_LINES: Final = 3
"""Lines of choices that are shown however low the terminal is."""
DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the screen; its style repeats what the text says."""

    text: str
    style: Style = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a menu shows: above it, its lines, and about the chosen one."""

    head: tuple[str, ...]
    question: str
    hint: str
    titles: tuple[str, ...]
    chosen: int = 0
    detail: tuple[str, ...] = ()
    """Sentences about the chosen line; those that begin with `$` are commands."""
    marked: frozenset[int] | None = None
    """Where several can be chosen: those that are."""
    pointer: str = ">"


def lines(frame: Frame, columns: int, rows: int) -> list[Line]:
    """Return what is drawn in a terminal of that size: no line is wider, nothing scrolls away."""
    width = max(columns - 1, LEAST_COLUMNS)
    head = [Line(each, "faint") for text in frame.head for each in _wrapped(text, width, "")]
    question = f"? {frame.question}"
    hint = f"{question} {frame.hint}"
    asked = [Line(hint if cells(hint) <= width else cut(question, width), "strong")]
    detail = [line for text in frame.detail for line in _detail(text, width)]
    room = max(rows - 1 - len(asked), LEAST_LINES)
    # what matters most stays when there is little room: the choices, then what the chosen one does
    shown = min(len(frame.titles), room)
    detail = detail[: max(room - shown - 1, 0)]
    left = room - shown - len(detail) - bool(detail)
    head = head if len(head) <= left else []
    return [
        *head,
        *asked,
        *_window(frame, shown, width),
        *([Line("")] if detail else []),
        *detail,
    ]


def painted(found: Sequence[Line], *, colour: bool) -> str:
    """Return the text that a terminal is sent, with colours or without."""
    return "".join(
        f"{COLOURS[each.style]}{each.text}\x1b[0m\r\n"
        if colour and each.style
        else f"{each.text}\r\n"
        for each in found
    )


def cells(text: str) -> int:
    """Return how many columns a text takes: some letters take two, some none."""
    return sum(
        2 if unicodedata.east_asian_width(each) in "WF" else 0 if unicodedata.combining(each) else 1
        for each in text
    )


def cut(text: str, width: int) -> str:
    """Return the text, shortened to that many columns where it has more."""
    if cells(text) <= width:
        return text
    kept = ""
    for each in text:
        if cells(kept + each) > width - 3:
            break
        kept += each
    return kept + "..."


def number(index: int) -> str:
    """Return the digit that chooses a line; a space for those after the ninth."""
    return str(index + 1) if index < DIGITS else " "


def _window(frame: Frame, shown: int, width: int) -> list[Line]:
    """Return the choices around the chosen one, as many as there is room for."""
    first = min(max(frame.chosen - shown // 2, 0), len(frame.titles) - shown)
    found = []
    for index in range(first, first + shown):
        pointer = frame.pointer if index == frame.chosen else " "
        mark = ""
        if frame.marked is not None:
            mark = "[x] " if index in frame.marked else "[ ] "
        text = cut(f" {pointer} {number(index)} {mark}{frame.titles[index]}", width)
        found.append(Line(text, "chosen" if index == frame.chosen else ""))
    return found


def _detail(text: str, width: int) -> list[Line]:
    style: Style = "strong" if text.startswith("$") else ""
    return [Line(each, style) for each in _wrapped(text, width, "   ")]


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    ) or [""]
