"""What `python -X importtime` writes, as values. Pure. Source: Python documentation, `-X`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_LINE: Final = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \| *(\S.*)")
_MICRO: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Imported:
    """A module that was imported: seconds of its own, and with all that it imported first."""

    name: str
    own_seconds: float
    seconds: float


@dataclass(frozen=True, slots=True)
class TopLevel:
    """A top-level name with the seconds that its own modules took."""

    name: str
    own_seconds: float
    modules: int


def parse(log: str) -> tuple[tuple[Imported, ...], tuple[TopLevel, ...]]:
    """Return the modules, and their sums by top-level name, most time of their own first."""
    imported = [
        Imported(found.group(3).strip(), int(found.group(1)) * _MICRO, int(found.group(2)) * _MICRO)
        for line in log.splitlines()
        if (found := _LINE.match(line))
    ]
    own: dict[str, list[float]] = {}
    for each in imported:
        own.setdefault(each.name.partition(".")[0], []).append(each.own_seconds)
    summed = [TopLevel(name, sum(seconds), len(seconds)) for name, seconds in own.items()]
    return (
        tuple(sorted(imported, key=lambda each: (-each.own_seconds, each.name))),
        tuple(sorted(summed, key=lambda each: (-each.own_seconds, each.name))),
    )
