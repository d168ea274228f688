"""The eight steps of a region (R211), reported as they begin and end."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sam_deploy.events import Report, StepFinished, StepStarted

PROVIDE_STEPS: Final = ("bucket", "artifacts", "layers", "certificates")
"""Once for every region."""
STACK_STEPS: Final = ("change set", "execute", "domains", "release")
"""Once for every stack of a region."""
STEPS: Final = (*PROVIDE_STEPS, *STACK_STEPS)


@dataclass(slots=True)
class Step:
    """A step under way; `detail` is told when it ends."""

    detail: str = ""


@contextlib.contextmanager
def step(report: Report, name: str, region: str, stack: str = "") -> Iterator[Step]:
    """Report that a step begins and, unless it raises, that it has ended."""
    index, total = STEPS.index(name) + 1, len(STEPS)
    report(StepStarted(region, stack, name, index, total))
    under_way = Step()
    yield under_way
    report(StepFinished(region, stack, name, index, total, under_way.detail))
