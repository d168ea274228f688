"""Counts units of work and says how far along they are, and how long it still takes. Pure.

A part weighs what it took in earlier runs of the same command; what is not known weighs what it
usually does. The percentage never goes back, and the time left falls, or rises slowly.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sam_deploy.events import Event, PhaseStarted, Planned, ShiftLook, ShiftStep, StepFinished
from sam_deploy.runs.parts import (
    ALIAS,
    BUILD,
    CHANGE_SET,
    EXECUTE,
    NO_CHANGES,
    ORDER,
    PHASES,
    SAME,
    STEP,
    phase_of,
    planned_units,
    unit_of,
)
from sam_deploy.runs.timing import Past

USUAL: Final = {BUILD: 2.0, EXECUTE: 6.0}
"""Seconds of a unit when nothing is known; one for all others. What counts is how they compare."""
PARTS: Final = {"deploy": EXECUTE, "move": ALIAS, "destroy": STEP, "recover": STEP}
"""Phase -> the part that it begins, where they are not called the same."""
CREDIT: Final = 0.9
"""Of a part, time alone counts for no more than this: the rest comes when its events do."""


@dataclass(slots=True)
class _Left:
    """Keeps the time left from jumping: it may fall at once, and rises by a second each second."""

    deadline: float | None = None
    looked: float = 0.0

    def told(self, seconds: float, now: float) -> float:
        """Return what to tell of an estimate."""
        found = now + seconds
        if self.deadline is not None and found > self.deadline:
            found = min(found, self.deadline + 2 * (now - self.looked))
        self.deadline, self.looked = found, now
        return max(0.0, found - now)


@dataclass(slots=True)
class Extent:
    """How much there is to do, and how much of it is done."""

    past: Past = field(default_factory=Past)
    clock: Callable[[], float] = time.monotonic
    _units: dict[str, int] = field(default_factory=dict)
    _done: dict[str, int] = field(default_factory=dict)
    _same: int = 0
    """Stacks in which nothing is to be done."""
    _watch: float = 0.0
    """Seconds that a shift is watched in all, and of those that are over, below."""
    _watched: float = 0.0
    _steps: int = 0
    _step_ends: float = 0.0
    _phase: str = ""
    _since: float = 0.0
    _most: int = 0
    _left: _Left = field(default_factory=_Left)

    def count(self, event: Event) -> None:
        """Take an event into account."""
        match event:
            case Planned():
                self._plan(event)
            case PhaseStarted():
                self._begun(PARTS.get(event.phase, event.phase))
                self._phase, self._since = phase_of(event), self.clock()
            case ShiftStep():
                self._watch_step(event)
            case ShiftLook():
                self._step_ends = self.clock() + event.seconds_left
            case StepFinished(step=step, detail=detail) if step == CHANGE_SET:
                self._same += detail == NO_CHANGES
            case _:
                pass
        part, units = unit_of(event, self._units)
        if part:
            self._begun(part)
            self._done[part] = self._done.get(part, 0) + units
            self._since = self.clock()

    def _plan(self, planned: Planned) -> None:
        self._units = planned_units(planned)
        self._watch, self._watched = planned.watch_seconds, 0.0
        for part in PHASES:
            if self.past.seconds(part, self._units) is not None:
                self._units[part] = 1

    def _begun(self, part: str) -> None:
        """Phases that come before this part are over, also those that there was no need of."""
        at = ORDER.index(part) if part in ORDER else 0
        over = [each for each in PHASES if ORDER.index(each) < at or each == self._phase != part]
        self._done.update(dict.fromkeys(over, 1))

    def _watch_step(self, event: ShiftStep) -> None:
        # a shift that is gone on with begins with any of its steps
        self._watched = self._watch / max(1, event.steps - 1) * (event.step - 1)
        self._steps, self._step_ends = event.steps, self.clock() + event.seconds
        if not event.seconds:
            self._watched, self._steps = self._watch, 0

    @property
    def can_tell(self) -> bool:
        """Whether it is known how much there is to do."""
        return bool(self._units)

    @property
    def percent(self) -> int:
        """How much of the work is done, 0 to 100; 100 only when all of it is."""
        total = sum(map(self._weight, self._units)) + self._watch
        if not total:
            return 0
        share = int((total - self._remaining()) * 100 / total + 1e-9)
        found = 100 if self._complete() else min(99, share)
        self._most = max(self._most, found)
        return self._most

    @property
    def seconds_left(self) -> float | None:
        """How long it still takes, as far as earlier runs tell; None when nothing is known."""
        if not self._known() or self._complete():
            return None
        return self._left.told(self._remaining(), self.clock())

    def _known(self) -> bool:
        if self._watch:  # nothing else of a shift takes long
            return True
        return self.can_tell and all(
            self.past.seconds(part, self._units) is not None
            for part in self._units
            if part != EXECUTE or self._same < self._units[part]
        )

    def _complete(self) -> bool:
        return self._watched >= self._watch and all(
            self._done.get(part, 0) >= count for part, count in self._units.items()
        )

    def _remaining(self) -> float:
        """Return the seconds of what is not done; time that has passed since counts in part."""
        left = 0.0
        credit = self.clock() - self._since if self._since and self._known() else 0.0
        for part in ORDER:
            share = self._open(part)
            if not share:
                continue
            seconds = self._weight(part) * share
            left += seconds - min(credit, CREDIT * seconds)
            credit = 0.0
        watch = self._watch - self._watched
        if self._steps and watch > 0:
            watch -= self._watch / max(1, self._steps - 1)
            watch += max(0.0, self._step_ends - self.clock())
        return left + watch

    def _open(self, part: str) -> float:
        """Return the fraction of a part that is not done, 0-1."""
        count = self._units.get(part, 0)
        return max(0.0, 1 - self._done.get(part, 0) / count) if count else 0.0

    def _weight(self, part: str) -> float:
        """Return the seconds that a whole part takes, by what is known."""
        count = self._units[part]
        unit = self.past.seconds(part, self._units)
        usual = USUAL.get(part, 1.0) if unit is None else unit
        if part != EXECUTE or not self._same:
            return usual * count
        alike = min(self._same, count)
        same = self.past.seconds(SAME, self._units)
        return usual * (count - alike) + (usual if same is None else same) * alike
