"""How long the parts of runs took, and how long they will take. Pure.

The time between two events is that of the part of which the second one ends a unit: so lanes that
are side by side are not counted twice. A phase begins a new count, so that the minutes in which a
person was asked belong to no part.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sam_deploy.events import Event, PhaseStarted, Planned, StepFinished
from sam_deploy.runs.parts import EXECUTE, NO_CHANGES, READ, SAME, phase_of, planned_units, unit_of

ALIKE: Final = 5
"""So many of the newest runs are looked at."""


@dataclass(slots=True)
class Timing:
    """Takes the events of a run as they come, and sums up the seconds of each part."""

    units: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    _since: float | None = None
    _phase: str = ""

    def add(self, event: Event, at: float) -> None:
        """Take an event at a moment (seconds of any clock) into account."""
        if isinstance(event, Planned):
            self.units = planned_units(event)
            if self._phase == READ:
                # all is read when the plan is there: what follows is somebody's time to think
                self._charge(READ, 1, at)
                self._phase = ""
        if isinstance(event, PhaseStarted):
            self._charge(self._phase, 1, at)
            self._phase, self._since = phase_of(event), at
            return
        part, count = unit_of(event, self.units)
        if not part:
            return
        if isinstance(event, StepFinished) and event.step == EXECUTE and event.detail == NO_CHANGES:
            part = SAME
        self._phase = ""
        self._charge(part, count, at)

    def _charge(self, part: str, count: int, at: float) -> None:
        if part and self._since is not None:
            self.seconds[part] = self.seconds.get(part, 0.0) + max(0.0, at - self._since)
            self.done[part] = self.done.get(part, 0) + count
        self._since = at

    def document(self) -> dict[str, Any]:
        """Return what a log keeps of it: units planned, and [seconds, units] of each part."""
        parts = {part: [round(each, 3), self.done[part]] for part, each in self.seconds.items()}
        return {"planned": dict(self.units), "parts": parts}


@dataclass(frozen=True, slots=True)
class Took:
    """What an earlier run had to do, and what it took."""

    planned: Mapping[str, int]
    parts: Mapping[str, tuple[float, int]]
    """Part -> (seconds, units)."""


def took(found: object) -> Took | None:
    """Return what `Timing.document` has written; None when it is not of that form."""
    try:
        planned, parts = found["planned"], found["parts"]  # type: ignore[index] # see below
        return Took(
            {str(part): int(count) for part, count in planned.items()},
            {str(part): (float(took[0]), int(took[1])) for part, took in parts.items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return None


@dataclass(frozen=True, slots=True)
class Past:
    """Earlier runs of the same command, the newest first; those that did as much count alone."""

    runs: Sequence[Took] = ()

    def seconds(self, part: str, planned: Mapping[str, int]) -> float | None:
        """Return how long a unit of a part takes, by the median; None when nothing is known."""
        alike = [run for run in self.runs if run.planned == planned]
        for runs in (alike, self.runs):
            each = [run.parts[part] for run in runs if part in run.parts][:ALIKE]
            if each:
                return statistics.median(seconds / max(1, units) for seconds, units in each)
        return None
