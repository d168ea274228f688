"""Waits for AWS: asks again and again, ever more slowly, and survives what passes by itself."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from sam_deploy.aws import is_transient
from sam_deploy.errors import IncompleteError, SamDeployError
from sam_deploy.events import Report, Waiting
from sam_deploy.lanes import Stop

T = TypeVar("T")
FIRST_POLL_SECONDS: Final = 0.1
SLOWEST_POLL_SECONDS: Final = 3.0
GROWTH: Final = 1.5
JITTER: Final = 0.2
"""Regions and colleagues must not ask in step."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How to wait in one region. `stop` ends every pause; `clock` is a monotonic one."""

    region: str
    report: Report
    stop: Stop
    clock: Callable[[], float] = time.monotonic

    def until(self, look: Callable[[], T | None], what: str, at_most_seconds: float) -> T:
        """Return the first answer of `look` that is not None.

        A look that is throttled or gets no answer says nothing about what is awaited: it is
        repeated until the limit. Raises `IncompleteError` at the limit, `StoppedError` when asked
        to stop, and whatever else `look` raises.
        """
        deadline, wait = self.clock() + at_most_seconds, FIRST_POLL_SECONDS
        told, trouble = False, ""
        while self.clock() < deadline:
            try:
                found = look()
            except SamDeployError as error:
                if not is_transient(error):
                    raise
                trouble = str(error)
            else:
                trouble = ""
                if found is not None:
                    return found
            self.stop.pause(wait * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311 - no secret
            wait = min(wait * GROWTH, SLOWEST_POLL_SECONDS)
            if wait >= SLOWEST_POLL_SECONDS and not told:
                self.report(Waiting(what, deadline - self.clock(), self.region))
                told = True
        raise IncompleteError(
            f"Waited {at_most_seconds:.0f} s for {what} in `{self.region}`",
            why=trouble or "it has neither succeeded nor failed",
            state="CloudFormation goes on by itself",
            hint="run the same command again; it goes on from there",
        )
