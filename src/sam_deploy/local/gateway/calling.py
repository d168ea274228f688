"""A function is called: in its turn, with what came of it in words for the logs.

May touch: whatever runs functions, through `Invoker`.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sam_deploy.local.gateway.slots import Slots
from sam_deploy.local.gateway.upstream import UpstreamError, UpstreamTimeoutError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sam_deploy.local.gateway.upstream import Invocation, Invoker

LAMBDA_PAYLOAD_LIMIT: Final = 6 * 1024 * 1024
_OK: Final = 200
_THROTTLED: Final = 429
_NOT_FOUND: Final = 404


@dataclass(frozen=True, slots=True)
class Called:
    """What came of a call. `problem` is '' for a good one, else one of the words below.

    `called` names function, alias and version; `reason` says more about a problem.
    """

    called: str
    payload: bytes = b""
    problem: str = ""
    reason: str = ""
    status: int = 0
    seconds: float = 0.0

    @property
    def note(self) -> str:
        """What the log says."""
        return f"{self.called}: {self.reason}" if self.reason else self.called

    @property
    def context(self) -> Mapping[str, str]:
        """What an access log may tell about the integration."""
        milliseconds = str(round(self.seconds * 1000))
        told = {"integrationLatency": milliseconds, "integration.latency": milliseconds}
        if self.status:
            told |= {
                "integrationStatus": str(self.status),
                "integration.integrationStatus": str(self.status),
            }
        if self.reason:
            told |= {"integrationErrorMessage": self.reason, "integration.error": self.reason}
        return told


EVENT_TOO_LARGE: Final = "event too large"
TIMED_OUT: Final = "timed out"
UNREACHABLE: Final = "unreachable"
THROTTLED: Final = "throttled"
REFUSED: Final = "refused"
FAILED: Final = "failed"
RESULT_TOO_LARGE: Final = "result too large"


class Caller:
    """Calls functions, a few at a time."""

    def __init__(self, invoker: Invoker) -> None:
        self._invoker = invoker
        self._slots = Slots()

    async def call(self, arn: str, event: object, timeout_seconds: float) -> Called:
        """Call a function, version or alias with an event, for so long at most."""
        name = arn.partition(":function:")[2]
        data = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode(
            "utf-8", "surrogatepass"
        )
        if len(data) > LAMBDA_PAYLOAD_LIMIT:
            return Called(name, problem=EVENT_TOO_LARGE, reason=f"an event of {len(data)} bytes")
        begun = time.monotonic()
        try:
            async with self._slots.one():
                done = await self._invoker.invoke(arn, data, timeout_seconds)
        except UpstreamTimeoutError:
            reason = f"no answer within {timeout_seconds:g} s"
            seconds = time.monotonic() - begun
            return Called(name, problem=TIMED_OUT, reason=reason, seconds=seconds)
        except UpstreamError as error:
            return Called(name, problem=UNREACHABLE, reason=f"was not reached: {error}")
        return _judged(name, done, time.monotonic() - begun)


def _judged(name: str, done: Invocation, seconds: float) -> Called:
    called = f"{name} -> {done.executed_version}" if done.executed_version else name
    problem = reason = ""
    if done.status == _THROTTLED:
        problem = reason = THROTTLED
    elif done.status != _OK:
        missing = done.status == _NOT_FOUND
        problem = REFUSED
        reason = "does not exist" if missing else f"Invoke gave {done.status}"
    elif done.function_error:
        problem, reason = FAILED, done.function_error
    elif len(done.payload) > LAMBDA_PAYLOAD_LIMIT:
        problem, reason = RESULT_TOO_LARGE, f"a response of {len(done.payload)} bytes"
    return Called(called, done.payload, problem, reason, done.status, seconds)
