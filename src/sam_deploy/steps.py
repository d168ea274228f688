"""The eight steps of a region (R211), reported as they begin and end."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from sam_deploy.events import Report, StepFinished, StepStarted

PROVIDE_STEPS: Final = ("bucket", "artifacts", "layers", "certificates")
"""Once for every region."""
STACK_STEPS: Final = ("change set", "execute", "domains", "release")
"""Once for every stack of a region."""
STEPS: Final = (*PROVIDE_STEPS, *STACK_STEPS)
DESTROY_STEPS: Final = ("prepare", "delete", "data")
"""Of a stack that is taken down: what it holds is emptied, it goes, named data goes."""
RECOVER_STEPS: Final = ("recover",)


@dataclass(slots=True)
class Step:
    """A step under way; `detail` is told when it ends."""

    detail: str = ""


@contextlib.contextmanager
def step(
    report: Report, name: str, region: str, stack: str = "", of: tuple[str, ...] = STEPS
) -> Iterator[Step]:
    """Report that a step begins and, unless it raises, that it has ended. `of` are all of them."""
    index, total = of.index(name) + 1, len(of)
    report(StepStarted(region, stack, name, index, total))
    under_way = Step()
    yield under_way
    report(StepFinished(region, stack, name, index, total, under_way.detail))


@contextlib.contextmanager
def side_by_side(
    report: Report, regions: Iterable[str], name: str, index: int, total: int
) -> Iterator[Step]:
    """Report that regions begin the same step at once and, unless it raises, have ended it."""
    every = tuple(dict.fromkeys(regions))
    for region in every:
        report(StepStarted(region, "", name, index, total))
    under_way = Step()
    yield under_way
    for region in every:
        report(StepFinished(region, "", name, index, total, under_way.detail))
