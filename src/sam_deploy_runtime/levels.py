"""The log level of an environment, for the time of a call."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def log_level(level: str | None) -> Iterator[None]:
    """Give the root logger this level in the block, and put back what it was afterwards.

    Without a level nothing is changed. A process answers one call at a time, so that the next
    call, of whatever environment, begins with what the code itself has set.
    """
    root = logging.getLogger()
    before = root.level
    if level is not None:
        root.setLevel(level)
    try:
        yield
    finally:
        root.setLevel(before)
