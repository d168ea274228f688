"""Describes the machine in general words: no names, no paths."""

from __future__ import annotations

import os
import platform
import sys
from datetime import UTC, datetime
from typing import Final

GIBIBYTE: Final = 1 << 30


def described() -> dict[str, str]:
    """Return what matters for the figures: system, processor cores, memory."""
    found = {f"({platform.machine()})": platform.system(), "processor cores": str(os.cpu_count())}
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        size = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        found["GiB of memory"] = f"{size / GIBIBYTE:.0f}"
    return found


def today() -> str:
    """Return the date, UTC."""
    return datetime.now(UTC).date().isoformat()


def python_version() -> str:
    """Return the version of Python that sam-deploy runs on here."""
    return ".".join(map(str, sys.version_info[:3]))


def load() -> float:
    """Return how many processes wanted a core in the last minute."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
