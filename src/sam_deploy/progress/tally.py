"""Keeps what a screen shows of a running command. Pure: events in, figures out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sam_deploy.amounts import percent
from sam_deploy.events import (
    AliasMoved,
    BuildFinished,
    BuildProgress,
    BuildStarted,
    Event,
    PhaseStarted,
    Planned,
    RegionFinished,
    ShiftLook,
    ShiftStep,
    StackEvent,
    StepFinished,
    StepStarted,
    Waiting,
)
from sam_deploy.progress.extent import Extent
from sam_deploy.runs.timing import Past
from sam_deploy.steps import STEPS

MOVE: Final = "move"
"""The phase in which a promotion moves aliases."""


@dataclass(slots=True)
class Lane:
    """What one region is doing now."""

    region: str
    stack: str = ""
    step: str = ""
    index: int = 0
    total: int = len(STEPS)
    latest: str = ""
    outcome: str = ""
    resources: int = 0
    moved: int = 0
    whole: bool = False
    """Whether the alias that moved last sends all of its calls to the new version."""


@dataclass(frozen=True, slots=True)
class Canary:
    """The step of a shift that is watched now."""

    step: int
    steps: int
    weight: float
    ends: float
    """When its time is over, by the tally's clock."""
    seen: str = ""
    holds: bool = False


@dataclass(slots=True)
class Tally:
    """Everything a screen shows of a running command. Fed from several threads."""

    past: Past = field(default_factory=Past)
    clock: Callable[[], float] = time.monotonic
    phase: str = ""
    built: int = 0
    builds: int = 0
    reused: int = 0
    building: str = ""
    lanes: dict[str, Lane] = field(default_factory=dict)
    canary: Canary | None = None
    waiting: str = ""
    moving: int = 0
    """Regions in which a promotion moves aliases now; 0 while none does."""
    served: set[str] = field(default_factory=set)
    """Those of them that serve the new versions, and nothing else."""
    _steps: int = 0
    _extent: Extent = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._extent = Extent(self.past, self.clock)

    def add(self, event: Event) -> None:
        """Take an event into account."""
        with self._lock:
            self._extent.count(event)
            self._show(event)

    @property
    def can_tell(self) -> bool:
        """Whether it is known how much there is to do."""
        return self._extent.can_tell

    @property
    def percent(self) -> int:
        """How much of the work is done, 0 to 100; it never goes back."""
        with self._lock:
            return self._extent.percent

    @property
    def seconds_left(self) -> float | None:
        """How long it still takes; None when nothing is known."""
        with self._lock:
            return self._extent.seconds_left

    def _show(self, event: Event) -> None:
        self.waiting = ""
        match event:
            case Planned(steps=steps):
                self._steps = steps
            case PhaseStarted(phase=phase, title=title):
                self.phase = title
                self.moving, self.served = self._steps if phase == MOVE else 0, set()
            case BuildStarted(total=total):
                self.builds = total
            case BuildProgress(unit=unit, step=step, detail=detail):
                self.building = f"{unit}: {step} {detail}".rstrip()
            case BuildFinished():
                self.built, self.builds = event.index, event.total
                self.reused += event.reused
            case Waiting(what=what, region=region):
                self.waiting = f"waiting for {what}"
                if region:
                    self._lane(region).latest = self.waiting
            case ShiftStep():
                ends = self.clock() + event.seconds
                watched = Canary(event.step, event.steps, event.weight, ends)
                self.canary = watched if event.seconds else None
            case ShiftLook():
                self._look(event)
            case _:
                self._show_lane(event)

    def _show_lane(self, event: Event) -> None:
        match event:
            case StepStarted(region=region):
                lane = self._lane(region)
                lane.stack, lane.step = event.stack, event.step
                lane.index, lane.total = event.index, event.total
                lane.latest = lane.outcome = ""
                lane.moved = 0
            case StepFinished(region=region):
                if self._lane(region).whole or event.index == event.total:
                    self.served.add(region)
            case StackEvent(region=region):
                lane = self._lane(region)
                lane.latest = f"{event.logical_id} {event.status}"
                if event.reason and event.status.endswith("_FAILED"):
                    lane.latest += f": {event.reason}"
                lane.resources += event.status.endswith("_COMPLETE")
            case AliasMoved(region=region):
                lane = self._lane(region)
                lane.moved += 1
                lane.whole = event.weight >= 1
                part = f" at {percent(event.weight)}" if event.weight < 1 else ""
                lane.latest = f"{event.function} serves version {event.version}{part}"
            case RegionFinished(region=region):
                self._lane(region).outcome = event.outcome
            case _:
                pass

    def _lane(self, region: str) -> Lane:
        return self.lanes.setdefault(region, Lane(region))

    def _look(self, event: ShiftLook) -> None:
        found = [f"{event.calls} calls, {event.errors} failed"]
        found.append(f"{event.alarms_quiet}/{event.alarms} alarms OK")
        found += event.reasons[:1]
        self.canary = Canary(
            event.step,
            event.steps,
            event.weight,
            self.clock() + event.seconds_left,
            "; ".join(found),
            holds=event.verdict == "hold",
        )
