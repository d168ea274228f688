"""What libraries and our own loggers tell while a run is written down.

The SDK's loggers stay at INFO (see secrecy.py): below it they show bodies and headers. Its calls
are told by `sam_deploy.aws` instead, as service, operation, region, status, tries and request id.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import Final

from sam_deploy.runs.log import RunLog

OURS: Final = "sam_deploy"


class _Handler(logging.Handler):
    def __init__(self, log: RunLog) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        # somebody may have made other loggers louder; below INFO they are not to be trusted
        if record.levelno < logging.INFO and record.name.partition(".")[0] != OURS:
            return
        try:
            text = self.format(record)
        except (TypeError, ValueError):  # what a library formats wrongly is its own matter
            text = str(record.msg)
        self._log.told(record.name, record.levelname.lower(), text)


@contextlib.contextmanager
def heard(log: RunLog) -> Iterator[None]:
    """Everything that loggers tell is written to the log while the block runs."""
    root, ours, handler = logging.getLogger(), logging.getLogger(OURS), _Handler(log)
    level = ours.level
    ours.setLevel(logging.DEBUG)
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        ours.setLevel(level)
