"""How often a shift looks, how soon it is taken back when nobody looks, and what is around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

POLL_SECONDS: Final = 10.0
GRACE_SECONDS: Final = 120.0
"""Scheduler is up to a minute late, and a look at a region that does not answer takes another."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The time between two looks, and that after which a shift without a watcher is taken back."""

    poll_seconds: float = POLL_SECONDS
    grace_seconds: float = GRACE_SECONDS


def no_address(region: str, environment: str) -> str:
    """Know no address."""
    del region, environment
    return ""


@dataclass(frozen=True, slots=True)
class Around:
    """What the checks of a shift need to know of where the command runs."""

    folder: Path = field(default_factory=Path)
    """The project's: commands run there."""
    address: Callable[[str, str], str] = no_address
    """(region, environment) -> the URL of the API's stage; '' where there is none."""
    pace: Pace = field(default_factory=Pace)
