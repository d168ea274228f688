"""Lets a person choose at a terminal: by arrow keys and digits, or by a number where it is dumb."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import click

from sam_deploy.cli.menu import frame as frames
from sam_deploy.cli.menu import signals
from sam_deploy.cli.menu.frame import Frame
from sam_deploy.cli.menu.keys import Keys

LOOK_SECONDS: Final = 0.1
HINT: Final = "(Use arrow keys or digits; q leaves)"
MARKS_HINT: Final = "(Space marks, Enter goes on; q leaves)"


@dataclass(frozen=True, slots=True)
class Picked:
    """What a person did: chose a line, chose several, or pressed a letter of their own."""

    index: int = -1
    marked: frozenset[int] = frozenset()
    key: str = ""


def pick(
    now: Callable[[int], Frame],
    *,
    count: int,
    chosen: int = 0,
    letters: Mapping[str, str] | None = None,
    marked: frozenset[int] | None = None,
    changed: Callable[[], bool] = lambda: False,
) -> Picked | None:
    """Return what was chosen; nothing when the person left.

    `now` returns the frame for a chosen line, and is asked again when `changed` says so.
    `letters` are keys that end the menu as well, each with what it stands for.
    """
    if is_dumb():
        return _by_number(now(chosen), count, letters or {}, marked)
    screen = _Screen()
    try:
        with Keys() as keys, signals.tidy(screen, keys):
            return _by_keys(screen, keys, now, count, chosen, letters or {}, marked, changed)
    except KeyboardInterrupt:
        return None
    finally:
        screen.leave()


def is_dumb() -> bool:
    """Whether the terminal cannot move its cursor, or this computer has none that we know."""
    return os.environ.get("TERM", "dumb") in {"", "dumb"} or sys.platform == "win32"


def pointer() -> str:
    """Return the sign before the chosen line, one that the terminal has."""
    try:
        "\N{HEAVY RIGHT-POINTING ANGLE QUOTATION MARK ORNAMENT}".encode(sys.stdout.encoding)
    except (UnicodeEncodeError, LookupError):
        return ">"
    return "\N{HEAVY RIGHT-POINTING ANGLE QUOTATION MARK ORNAMENT}"


class _Screen:
    """Draws frames over each other, at the place where the first one began."""

    def __init__(self) -> None:
        self._drawn = 0
        self._size = (0, 0)
        self._colour = "NO_COLOR" not in os.environ
        self._hidden = False

    @property
    def is_away(self) -> bool:
        """Whether the frame was taken away, and has to be drawn again."""
        return not self._hidden

    def draw(self, frame: Frame) -> None:
        size = shutil.get_terminal_size()
        found = frames.lines(frame, size.columns, size.lines)
        # what was typed before the menu was there may stand in this line
        text = "" if self._hidden else "\r\x1b[K\x1b[?25l"
        if self._size not in {(0, 0), tuple(size)}:
            # the terminal has broken the lines anew: nobody knows where they began
            text += "\x1b[2J\x1b[H"
        elif self._drawn:
            text += f"\x1b[{self._drawn}A\r\x1b[J"
        self._drawn, self._size, self._hidden = len(found), (size.columns, size.lines), True
        _write(text + frames.painted(found, colour=self._colour))

    def leave(self) -> None:
        """Take the menu away again, so that what is said next stands in its place."""
        if self._hidden:
            _write(f"\x1b[{self._drawn}A\r\x1b[J\x1b[?25h")
        self._hidden, self._drawn = False, 0


def _write(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
    sys.stdout.flush()


def _by_keys(
    screen: _Screen,
    keys: Keys,
    now: Callable[[int], Frame],
    count: int,
    chosen: int,
    letters: Mapping[str, str],
    marked: frozenset[int] | None,
    changed: Callable[[], bool],
) -> Picked | None:
    frame = now(chosen)
    while True:
        screen.draw(replace(frame, chosen=chosen, marked=marked))
        key = ""
        size = shutil.get_terminal_size()
        while not key:
            key = keys.read(LOOK_SECONDS)
            if not key and (screen.is_away or changed() or shutil.get_terminal_size() != size):
                break
        if key == "leave":
            return None
        if key in letters:
            return Picked(key=key)
        if key == "enter" and (marked is None or marked):
            return Picked(chosen, marked or frozenset())
        if key == "space" and marked is not None:
            marked = marked ^ {chosen}
        digit = int(key) - 1 if key.isdecimal() and key.isascii() else -1
        if 0 <= digit < count and marked is not None:
            chosen, marked = digit, marked ^ {digit}
        elif 0 <= digit < count:
            return Picked(digit)
        chosen = _moved(chosen, key, count)
        frame = now(chosen)


def _moved(chosen: int, key: str, count: int) -> int:
    match key:
        case "up" | "k":
            return (chosen - 1) % count
        case "down" | "j":
            return (chosen + 1) % count
        case "home":
            return 0
        case "end":
            return count - 1
    return chosen


def _by_number(
    frame: Frame, count: int, letters: Mapping[str, str], marked: frozenset[int] | None
) -> Picked | None:
    """Ask for a number in a line of its own, as typewriters and editors have it."""
    for each in frame.head:
        click.echo(each)
    click.echo(f"? {frame.question}")
    for index, title in enumerate(frame.titles):
        click.echo(f"  {index + 1}) {_plain(title)}")
    for key, said in letters.items():
        click.echo(f"  {key}) {said}")
    several = ", several with spaces; Enter takes all" if marked is not None else ""
    while True:
        try:
            typed: str = click.prompt(f"Number{several} (q leaves)", default="", show_default=False)
        except click.Abort:
            return None
        words = typed.replace(",", " ").split()
        if typed.strip().lower() == "q" or (not words and marked is None):
            return None
        if typed.strip() in letters:
            return Picked(key=typed.strip())
        if all(each.isdecimal() and 0 < int(each) <= count for each in words):
            found = frozenset(int(each) - 1 for each in words) or marked or frozenset()
            if marked is not None or len(found) == 1:
                return Picked(min(found), found if marked is not None else frozenset())
        click.echo(f"Type a number from 1 to {count}")


def _plain(text: str) -> str:
    """Return a title without the lock: what it means stands behind it in words."""
    return text.replace(" \N{LOCK}", "")
