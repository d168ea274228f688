"""Says numbers as people read them. Pure."""

from __future__ import annotations

from typing import Final

KILOBYTE: Final = 1_000
MEGABYTE: Final = 1_000_000
LAST_KILOBYTES: Final = 999_500
"""From here on kilobytes would be rounded to 1000."""

SIXTY: Final = 60
"""Seconds of a minute, minutes of an hour."""
AGES: Final = ((86_400.0, "day"), (3_600.0, "hour"), (60.0, "minute"))
LAST_SECONDS: Final = 120
"""From here on minutes are enough."""


def plural(count: int, noun: str, many: str = "") -> str:
    """Return '1 function', '7 functions'; `many` where an s is not enough."""
    return f"{count} {noun}" if count == 1 else f"{count} {many or noun + 's'}"


def percent(share: float) -> str:
    """Return a share of calls as it was asked for: 0.1 is `10%`, 0.015 is `1.5%`."""
    return f"{share * 100:g}%"


def bytes_text(size: int) -> str:
    """Return 1.4 MB, 63 kB or 812 B: powers of ten, as sizes of files are told."""
    if size >= LAST_KILOBYTES:
        return f"{size / MEGABYTE:.1f} MB"
    return f"{size / KILOBYTE:.0f} kB" if size >= KILOBYTE else f"{size} B"


def ago_text(seconds: float) -> str:
    """Return 3 minutes ago, 1 day ago; less than a minute is just now."""
    for length, unit in AGES:
        if seconds >= length:
            return f"{plural(int(seconds // length), unit)} ago"
    return "just now"


def duration_text(seconds: float) -> str:
    """Return 3 s, 5 min, 90 s, 1 h 30 min: lengths of time to the second or to the minute."""
    whole = round(seconds)
    if whole < LAST_SECONDS and (whole % SIXTY or not whole):
        return f"{whole} s"
    hours, minutes = divmod(round(whole / SIXTY), SIXTY)
    parts = [f"{hours} h"] if hours else []
    return " ".join([*parts, f"{minutes} min"]) if minutes or not hours else parts[0]
