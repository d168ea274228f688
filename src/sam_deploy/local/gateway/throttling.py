"""Token buckets: how many calls a route, method or stage takes.

Source: "Throttle requests to your HTTP APIs" and "Throttle requests to your REST APIs for better
throughput in API Gateway". AWS's limits per account are not applied: no laptop reaches them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sam_deploy.local.gateway.model import Throttle


class Throttles:
    """The buckets of this gateway by key. `clock` returns seconds that never go back."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._buckets: dict[object, tuple[Throttle, float, float]] = {}

    def takes(self, key: object, limit: Throttle) -> bool:
        """Whether one more call fits into the bucket of `key`, which it then takes.

        A rate without a burst has room for one second of calls; a burst without a rate, and a
        bucket whose limit was changed, start full.
        """
        if limit.rate is None and limit.burst is None:
            return True
        rate = limit.rate if limit.rate is not None else float(limit.burst or 0)
        size = float(limit.burst) if limit.burst is not None else rate
        now = self._clock()
        known, left, seen = self._buckets.get(key, (limit, size, now))
        if known != limit:
            left, seen = size, now
        left = min(size, left + (now - seen) * rate)
        taken = left >= 1
        self._buckets[key] = (limit, left - 1 if taken else left, now)
        return taken
