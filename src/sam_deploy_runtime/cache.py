"""Keeps what was read for a while, because a warm process answers many calls a second.

A value that cannot be refreshed, because AWS throttles or does not answer, is served on with a
warning: a value of some minutes ago is right nearly always, and a failed call never is.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from sam_deploy_runtime.errors import SettingUnavailableError

RETRY_SECONDS = 10.0
"""After a failed refresh nobody asks AWS again for this long."""
NEVER = float("-inf")

logger = logging.getLogger("sam_deploy_runtime")


@dataclass
class _Kept:
    """A value, or the knowledge that there is none, and when it was read."""

    value: str | None = None
    read_at: float = NEVER
    retry_at: float = NEVER
    lock: threading.Lock = field(default_factory=threading.Lock)


class SettingCache:
    """Values by path. Safe to use from threads: a path is read by one of them at a time."""

    def __init__(self, fetch: Callable[[str], str | None], clock: Callable[[], float]) -> None:
        """`fetch` reads one path, None where there is no value; `clock` counts seconds."""
        self._fetch = fetch
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()

    def get(self, path: str, max_age_seconds: float, *, absence_counts: bool = False) -> str | None:
        """Return the value at `path`, read again when it is `max_age_seconds` old or older.

        Absence is asked about every time, so that a call succeeds as soon as somebody sets the
        value; `absence_counts` keeps it like a value, for who has a default. With an age of 0
        nothing old is ever returned. Raises SettingUnavailableError.
        """
        with self._lock:
            kept = self._kept.setdefault(path, _Kept())
        with kept.lock:
            now = self._clock()
            known = kept.value is not None or absence_counts
            if known and now - kept.read_at < max_age_seconds:
                return kept.value
            servable = kept.value is not None and max_age_seconds > 0
            if servable and now < kept.retry_at:
                return kept.value
            self._refresh(path, kept, now, servable=servable)
            return kept.value

    def _refresh(self, path: str, kept: _Kept, now: float, *, servable: bool) -> None:
        try:
            kept.value = self._fetch(path)
        except SettingUnavailableError as error:
            if error.transient and servable:
                kept.retry_at = now + RETRY_SECONDS
                age = now - kept.read_at
                logger.warning("%s The value read %.0f s ago is used.", error, age)
                return
            if not error.transient:  # what may not be read any more is not served later, either
                kept.value, kept.read_at = None, NEVER
            raise
        kept.read_at = now
