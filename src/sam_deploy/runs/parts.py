"""What a run consists of, so that its progress can be counted and its parts be timed. Pure.

A part is a kind of work: builds, stacks that are executed, aliases that move. `Planned` says how
many units of each there are, and other events that one of them is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sam_deploy.events import (
    AliasMoved,
    BuildFinished,
    Event,
    PhaseStarted,
    Planned,
    StepFinished,
    StepsSkipped,
)
from sam_deploy.steps import PROVIDE_STEPS, STACK_STEPS

BUILD, PROVIDE, ALIAS, STEP, SAME = "build", "provide", "alias", "step", "same"
CHANGE_SET, EXECUTE, DOMAINS, RELEASE = STACK_STEPS
READ: Final = "read"
PHASES: Final = (READ, "fence", "template", "preflight")
"""Parts without units: each is done when the next phase begins."""
ORDER: Final = (
    *(READ, "fence", BUILD, "template", "preflight", PROVIDE),
    *(CHANGE_SET, EXECUTE, DOMAINS, RELEASE, ALIAS, STEP),
)
"""As they follow each other; regions and builds are side by side within a part."""
NO_CHANGES: Final = "no changes"
"""What a step tells of a stack in which nothing is to be done."""


def planned_units(planned: Planned) -> dict[str, int]:
    """Return how many units of each part there are; parts without any are left out."""
    counts = {
        BUILD: planned.builds,
        PROVIDE: planned.regions * len(PROVIDE_STEPS),
        **dict.fromkeys(STACK_STEPS, planned.stacks),
        ALIAS: planned.aliases,
        STEP: planned.steps,
    }
    return {part: count for part, count in counts.items() if count}


def unit_of(event: Event, planned: Mapping[str, int]) -> tuple[str, int]:
    """Return the part of which an event ends units, and how many; ('', 0) for other events."""
    match event:
        case BuildFinished():
            return BUILD, 1
        case StepFinished(step=step) if step in PROVIDE_STEPS:
            return PROVIDE, 1
        case StepFinished(step=step) if step in STACK_STEPS:
            return step, 1
        case StepFinished() if ALIAS not in planned or event.index == event.total:
            # of a promotion only the last one counts: before it aliases do
            return STEP, 1
        case StepsSkipped(count=count):
            return PROVIDE, count
        case AliasMoved() if ALIAS in planned:
            return ALIAS, 1
        case _:
            return "", 0


def phase_of(event: Event) -> str:
    """Return the part without units that an event begins; '' for any other event."""
    return event.phase if isinstance(event, PhaseStarted) and event.phase in PHASES else ""
