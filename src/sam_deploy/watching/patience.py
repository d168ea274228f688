"""Waits while AWS says that there were too many calls: a delay, and never lost lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from sam_deploy.aws import AwsCallError
from sam_deploy.aws.logs import THROTTLED
from sam_deploy.lanes import Stop

T = TypeVar("T")
TRIES: Final = 7
FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 16.0


def pause_seconds(refusals: int) -> float:
    """Return how long to wait after so many refusals in a row, from 1 on."""
    return min(FIRST_PAUSE_SECONDS * 2.0 ** (refusals - 1), LONGEST_PAUSE_SECONDS)


def patiently(work: Callable[[], T], stop: Stop) -> T:
    """Return what `work` returns, trying again while AWS throttles: half a minute in all.

    Raises the last refusal after that, and `StoppedError` when asked to stop.
    """
    for refusals in range(1, TRIES):
        try:
            return work()
        except AwsCallError as error:
            if error.code not in THROTTLED:
                raise
        stop.pause(pause_seconds(refusals))
    return work()
