"""The log level of an environment, for the time of a call."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

TALKATIVE = ("boto3", "botocore", "urllib3", "s3transfer", "httpx", "httpcore")
"""Libraries that log whole requests and answers at DEBUG: passwords, tokens, secret settings."""


@contextmanager
def log_level(level: str | None) -> Iterator[None]:
    """Give the root logger this level in the block, and put back what it was afterwards.

    Without a level nothing is changed. A process answers one call at a time, so that the next
    call, of whatever environment, begins with what the code itself has set. The libraries of
    `TALKATIVE` stay at INFO below it, unless the code has given them a level.
    """
    root = logging.getLogger()
    before = root.level
    held = _without_level() if level == "DEBUG" else []
    try:
        if level is not None:
            root.setLevel(level)
        for each in held:
            each.setLevel(logging.INFO)
        yield
    finally:
        root.setLevel(before)
        for each in held:
            # one that the code has set meanwhile, it meant
            if each.level == logging.INFO:
                each.setLevel(logging.NOTSET)


def _without_level() -> list[logging.Logger]:
    """Return the loggers of `TALKATIVE` that take the level of the root logger."""
    loggers = map(logging.getLogger, TALKATIVE)
    return [each for each in loggers if each.level == logging.NOTSET]
