"""A part of a long line that is shown: the part around the place it is about. Pure."""

from __future__ import annotations

from typing import Final

ELLIPSIS: Final = "..."


def around(line: str, place: int, room: int) -> tuple[str, int]:
    """Return at most `room` characters of a line, 16 at least, and where the place is in them.

    `place` is an index, up to one behind the end. What is left out is told by `...`.
    """
    room = max(room, 16)
    if max(len(line), place + 1) <= room:
        return line, place
    # the place is in the middle, unless the line ends or begins before that
    start = max(0, min(place - room // 2, max(len(line), place + 1) - room))
    lead = ELLIPSIS if start else ""
    part = line[start + len(lead) : start + room]
    if len(line) > start + room:
        part = part[: -len(ELLIPSIS)] + ELLIPSIS
    return lead + part, place - start
