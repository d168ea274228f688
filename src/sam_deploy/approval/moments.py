"""Moments as documents and people have them. Pure."""

from __future__ import annotations

import math
import time
from typing import Final

from sam_deploy.amounts import plural

ISO: Final = "%Y-%m-%dT%H:%M:%SZ"
MINUTE: Final = 60
HOUR: Final = 3600
DAY: Final = 86400
MINUTES_TOLD: Final = 120
"""From here on hours are told."""


def iso(seconds: float) -> str:
    """Return Unix seconds as 2026-01-02T03:04:05Z."""
    return time.strftime(ISO, time.gmtime(seconds))


def spoken(seconds: float) -> str:
    """Return Unix seconds as 2026-01-02 03:04 UTC."""
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))


def wait(seconds: float) -> str:
    """Return '1 minute', '47 minutes', '3 hours': rounded up, so that it is not too early."""
    minutes = max(1, math.ceil(seconds / MINUTE))
    if minutes <= MINUTES_TOLD:
        return plural(minutes, "minute")
    return plural(math.ceil(seconds / HOUR), "hour")
