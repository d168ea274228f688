"""Counts what is done and says how far along a command is. Pure: events in, figures out."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Final

from sam_deploy.events import (
    BuildFinished,
    BuildProgress,
    Event,
    PhaseStarted,
    Planned,
    RegionFinished,
    StackEvent,
    StepFinished,
    StepsSkipped,
    StepStarted,
)
from sam_deploy.steps import PROVIDE_STEPS, STACK_STEPS

BUILD_WEIGHT: Final = 2
EXECUTE_WEIGHT: Final = 6
"""A stack's execution takes longer than its other steps."""


@dataclass(slots=True)
class Lane:
    """What one region is doing now."""

    region: str
    stack: str = ""
    step: str = ""
    index: int = 0
    total: int = 8
    latest: str = ""
    outcome: str = ""
    resources: int = 0


@dataclass(slots=True)
class Tally:
    """Everything a screen shows of a running command. Fed from several threads."""

    phase: str = ""
    planned: Planned = field(default_factory=lambda: Planned(0, 0, 0))
    built: int = 0
    building: str = ""
    lanes: dict[str, Lane] = field(default_factory=dict)
    _done: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, event: Event) -> None:
        """Take an event into account."""
        with self._lock:
            self._add(event)

    def _add(self, event: Event) -> None:
        match event:
            case Planned():
                self.planned = event
            case PhaseStarted(title=title):
                self.phase = title
            case BuildProgress(unit=unit, step=step, detail=detail):
                self.building = f"{unit}: {step} {detail}".rstrip()
            case BuildFinished():
                self.built = event.index
                self._done += BUILD_WEIGHT
            case StepStarted(region=region):
                lane = self.lanes.setdefault(region, Lane(region))
                lane.stack, lane.step = event.stack, event.step
                lane.index, lane.total = event.index, event.total
                lane.latest = lane.outcome = ""
            case StepFinished():
                self._done += _weight(event.step)
            case StepsSkipped(count=count):
                self._done += count
            case StackEvent(region=region):
                lane = self.lanes.setdefault(region, Lane(region))
                lane.latest = f"{event.logical_id} {event.status}"
                lane.resources += event.status.endswith("_COMPLETE")
            case RegionFinished(region=region):
                self.lanes.setdefault(region, Lane(region)).outcome = event.outcome
            case _:
                pass

    @property
    def can_tell(self) -> bool:
        """Whether it is known how much there is to do."""
        return bool(self.planned.builds or self.planned.stacks)

    @property
    def percent(self) -> int:
        """How much of the work is done, 0 to 100."""
        planned = self.planned
        per_stack = sum(_weight(name) for name in STACK_STEPS)
        total = (
            planned.builds * BUILD_WEIGHT
            + planned.regions * len(PROVIDE_STEPS)
            + planned.stacks * per_stack
        )
        return min(100, self._done * 100 // total) if total else 0


def _weight(step: str) -> int:
    return EXECUTE_WEIGHT if step == "execute" else 1
