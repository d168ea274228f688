"""Characters that a terminal can show: drawn ones where its encoding has them, else ASCII. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Glyphs:
    """What bars are made of, and what stands where a line was cut."""

    done: str
    open: str
    cut: str


DRAWN: Final = Glyphs("━", "─", "…")
ASCII: Final = Glyphs("#", "-", "~")
SUBSTITUTES: Final = {
    "\N{MIDDLE DOT}": "-",
    "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{RIGHTWARDS ARROW}": "->",
    "\N{MULTIPLICATION SIGN}": "x",
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\N{BOX DRAWINGS HEAVY HORIZONTAL}": "#",
    "\N{BOX DRAWINGS LIGHT HORIZONTAL}": "-",
    "\N{BOX DRAWINGS LIGHT VERTICAL}": "|",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
}
"""What looks like it, for what we and AWS write."""


def can_show(encoding: str | None, text: str) -> bool:
    """Whether a text can be written in an encoding."""
    try:
        text.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def glyphs_of(encoding: str | None) -> Glyphs:
    """Return the drawn characters where they can be written, else plain ones."""
    return DRAWN if can_show(encoding, f"{DRAWN.done}{DRAWN.open}{DRAWN.cut}") else ASCII


def shown(text: str, encoding: str | None) -> str:
    """Return a text that can be written: a drawn character becomes one that looks like it."""
    if can_show(encoding, text):
        return text
    kept = (each if can_show(encoding, each) else SUBSTITUTES.get(each, "?") for each in text)
    return "".join(kept)
