"""Functions called through the proxy of faults, while a fault may concern such calls.

Without faults the gateway calls functions by a shorter way, which no fault is on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sam_deploy.local.gateway.upstream import Invocation, Invoker


class Rehearsed:
    """Calls functions by the short way, or by the way that meets faults while `meets_faults`."""

    def __init__(self, short: Invoker, faulty: Invoker | None) -> None:
        self._short = short
        self._faulty = faulty
        self.meets_faults = False

    async def invoke(self, arn: str, event: bytes, timeout_seconds: float) -> Invocation:
        """Run the function, version or alias of this ARN. Raises as `Invoker.invoke` does."""
        way = self._faulty if self.meets_faults and self._faulty is not None else self._short
        return await way.invoke(arn, event, timeout_seconds)
