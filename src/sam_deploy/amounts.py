"""Says numbers as people read them. Pure."""

from __future__ import annotations

from typing import Final

KILOBYTE: Final = 1_000
MEGABYTE: Final = 1_000_000
LAST_KILOBYTES: Final = 999_500
"""From here on kilobytes would be rounded to 1000."""


def plural(count: int, noun: str) -> str:
    """Return '1 function', '7 functions'."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def bytes_text(size: int) -> str:
    """Return 1.4 MB, 63 kB or 812 B: powers of ten, as sizes of files are told."""
    if size >= LAST_KILOBYTES:
        return f"{size / MEGABYTE:.1f} MB"
    return f"{size / KILOBYTE:.0f} kB" if size >= KILOBYTE else f"{size} B"
