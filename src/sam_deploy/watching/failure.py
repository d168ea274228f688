"""What a function wrote when it failed: the cause that an answer of 500 keeps to itself."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Final

from sam_deploy.aws import Aws
from sam_deploy.aws.calls import UNLOADABLE
from sam_deploy.errors import SamDeployError
from sam_deploy.lanes import Stop, StoppedError
from sam_deploy.watching.lines import Line, Source
from sam_deploy.watching.reading import Range, read

LOOKS: Final = 4
PAUSE_SECONDS: Final = 1.0
"""CloudWatch shows a line a few seconds after it was written."""
REPORTS: Final = ("REPORT ", "INIT_REPORT ")
SHOWN: Final = 300
"""Characters of the line."""


def last_failure(sources: Sequence[Source], since_ms: int, aws: Aws, stop: Stop) -> str:
    """Return `Function: the last error` of the logs since a moment, in ms since 1970; else ''.

    Looks for three seconds at most, and never fails: it explains another failure. Source:
    FilterLogEvents.
    """
    for look in range(LOOKS):
        try:
            bad = _errors(sources, since_ms, aws, stop)
            if not bad and look < LOOKS - 1:
                stop.pause(PAUSE_SECONDS)
        except (SamDeployError, StoppedError):
            return ""
        if bad:
            # what Lambda counts of a failed call is no cause when the function names one
            return _told(max(bad, key=lambda each: (not _counted(each.message), each.timestamp_ms)))
    return ""


def unloadable(sources: Sequence[Source], since_ms: int, aws: Aws, stop: Stop) -> bool:
    """Whether the logs since a moment, in ms since 1970, say that code cannot be loaded.

    One look, which never fails. Other errors at import are no such: a right that was just given
    may be refused for some seconds. Source: FilterLogEvents.
    """
    try:
        bad = _errors(sources, since_ms, aws, stop)
    except (SamDeployError, StoppedError):
        return False
    return any(name in each.message for each in bad for name in UNLOADABLE)


def _errors(sources: Sequence[Source], since_ms: int, aws: Aws, stop: Stop) -> list[Line]:
    lines = read(sources, Range(since_ms), aws, stop).lines
    return [each for each in lines if each.level == "error"]


def _told(line: Line) -> str:
    return f"{line.function}: {_shown(line.message.strip())}"


def _counted(message: str) -> bool:
    """Whether Lambda wrote a line at the end of a failed call; it names no cause."""
    return message.startswith(REPORTS) or (message.startswith("{") and '"platform.' in message)


def _shown(message: str) -> str:
    """Return what a message says first, without the stack that is written behind it."""
    try:
        told = json.loads(message) if message.startswith("{") else {}
    except (ValueError, RecursionError):
        told = {}
    names = ("errorType", "errorMessage") if "errorMessage" in told else ("message",)
    text = ": ".join(str(told[each]) for each in names if told.get(each)) or message
    first = text.replace("\r", "\n").split("\n", 1)[0].strip()
    return first if len(first) <= SHOWN else f"{first[:SHOWN]}..."


def now_ms() -> int:
    """Return this moment in milliseconds since 1970."""
    return int(time.time() * 1000)
