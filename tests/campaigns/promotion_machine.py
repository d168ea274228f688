"""Commands, faults, deployments, pruning and drift in any order, as hypothesis makes them up."""

from __future__ import annotations

import time
from typing import Final

from tests.campaigns.outcome import Outcome, Tell
from tests.promotion_model import machine

NAME: Final = "promotion-machine"
CLAIM: Final = (
    "promote, roll back, resume, abort, deploy, prune, aliases moved by hand, clocks set: in any "
    "order, with a fault at any call, one `resume` at the end leaves no environment mixed, and "
    "what each command said of its end was so"
)
ROUND: Final = 100


def run(count: int, tell: Tell) -> Outcome:
    """Run so many machines, other ones each time."""
    started = time.monotonic()
    failures: list[str] = []
    for done in range(0, count, ROUND):
        try:
            machine.run(min(ROUND, count - done), pinned=False)
        except AssertionError as error:
            failures.append(str(error))
        tell(f"{min(count, done + ROUND)} of {count}, {len(failures)} failed")
    figures = f"up to {machine.STEPS} steps each, in memory"
    seconds = time.monotonic() - started
    return Outcome(NAME, CLAIM, count, tuple(failures), seconds, figures)
