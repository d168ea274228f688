"""The description of an alias that a promotion has written: which promotion, and which attempt.

`sd:<promotion>:<epoch>:<version>`, seen in the console and in CloudTrail, too. The epoch rises each
time that somebody goes on with a promotion, so a mark of an earlier attempt is told from our own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

FENCE: Final = "fence"
RESTORED: Final = "restored"
"""Written by the schedule that takes a canary back when nobody watches over it any more."""
_SAYS: Final = re.compile(r"sd:(?P<promotion>[0-9a-f]+):(?P<epoch>\d+):(?P<what>[\w$]+)")


@dataclass(frozen=True, slots=True)
class Mark:
    """Who has written an alias last. `what` is the version it goes to, or `fence`, `restored`."""

    promotion: str
    epoch: int
    what: str

    def __str__(self) -> str:
        return f"sd:{self.promotion}:{self.epoch}:{self.what}"

    def same_promotion(self, other: Mark | None) -> bool:
        """Whether both belong to one promotion, of any epoch."""
        return other is not None and other.promotion == self.promotion


def read(description: str) -> Mark | None:
    """Return the mark in a description; nothing when no promotion has written it."""
    said = _SAYS.fullmatch(description)
    return Mark(said["promotion"], int(said["epoch"]), said["what"]) if said else None
