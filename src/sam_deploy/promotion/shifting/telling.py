"""Tells looks at a shift: when something has changed, and now and then when nothing has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from sam_deploy.events import Report, ShiftLook
from sam_deploy.promotion.model import Flip
from sam_deploy.promotion.shifting.judge import Counted, Seen, Verdict

TELL_SECONDS: Final = 30.0
"""So often a look is told in which nothing has changed."""
Where: TypeAlias = tuple[int, int, float]
"""A step's number, how many there are, and its weight (0-1)."""


@dataclass(slots=True)
class Telling:
    """Keeps the log of an hour readable: a line for what changes, and one each half minute."""

    report: Report
    now: Callable[[], float]
    _last: object = None
    _at: float = 0.0

    def tell(
        self, where: Where, verdict: Verdict, seen: Seen, flips: Sequence[Flip], left: float
    ) -> None:
        """A look was told, unless it is like the last one. `left` is in seconds.

        Calls that come in are no change; another reason is.
        """
        reasons = tuple((each.kind, each.where) for each in verdict.reasons)
        what, now = (where, verdict.act, reasons), self.now()
        if what == self._last and now - self._at < TELL_SECONDS:
            return
        self._last, self._at = what, now
        step, steps, weight = where
        counts = [seen.counts.get(flip.key, Counted()) for flip in flips]
        self.report(
            ShiftLook(
                step=step,
                steps=steps,
                weight=weight,
                verdict=verdict.act,
                calls=sum(each.calls for each in counts),
                errors=sum(each.errors for each in counts),
                alarms=len(seen.alarms),
                alarms_quiet=sum(each.quiet for each in seen.alarms),
                seconds_left=round(max(0.0, left), 1),
                reasons=tuple(each.text for each in verdict.reasons),
            )
        )
