"""Keeps one-time codes and the headers of requests out of logs, whatever level somebody sets.

At the level DEBUG botocore logs whole requests: the body of a mail, the Authorization header. So
the SDK's loggers stay at INFO, what comes below it all the same is dropped, and in the rest known
secrets are replaced. May touch: the loggers of the SDK and of httpx, no others.
"""

from __future__ import annotations

import contextlib
import logging
import re
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Final

FAMILIES: Final = ("boto3", "botocore", "httpcore", "httpx", "s3transfer", "urllib3")
HIDDEN: Final = "***"
HEADERS: Final = re.compile(
    r"(?i)((?:authorization|x-amz-security-token)[\"']?\s*[:=,]\s*b?[\"']?)[^\"'\r\n]+"
)
_lock = threading.Lock()
_kept: Counter[str] = Counter()


@contextlib.contextmanager
def kept(secret: str) -> Iterator[None]:
    """No log line of the SDK shows `secret` while the block runs."""
    with _lock:
        _kept[secret] += 1
    try:
        yield
    finally:
        with _lock:
            _kept[secret] -= 1
            if not _kept[secret]:
                del _kept[secret]


def redacted(text: str) -> str:
    """Return the text without the secrets that are kept now, and without credentials."""
    with _lock:
        secrets = list(_kept)
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return HEADERS.sub(rf"\g<1>{HIDDEN}", text)


def quieten() -> None:
    """The SDK's loggers tell no secrets from now on. Can be repeated, and has to be.

    A filter of a logger does not see what the loggers below it tell, and those are made when the
    SDK imports its modules.
    """
    for name in FAMILIES:
        logger = logging.getLogger(name)
        if logger.level < logging.INFO:
            logger.setLevel(logging.INFO)
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in FAMILIES:
            # adding the same filter again does nothing
            logging.getLogger(name).addFilter(_without_secrets)


def _without_secrets(record: logging.LogRecord) -> bool:
    """Whether a line may be shown; what is secret in it has been replaced."""
    if record.levelno < logging.INFO:
        return False
    text = record.getMessage()
    hidden = redacted(text)
    if hidden != text:
        record.msg, record.args = hidden, ()
    if record.exc_info:
        record.exc_text = redacted(logging.Formatter().formatException(record.exc_info))
    return True
