"""How often a call that nobody waits for is tried, and who hears of it. Pure but for the call.

Source: Lambda developer guide, "How Lambda handles errors and retries with asynchronous invocation"
and "Capturing records of Lambda asynchronous invocations".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Record: TypeAlias = dict[str, Any]

LATEST: Final = "$LATEST"
SUCCESS: Final = "Success"
RETRIES_EXHAUSTED: Final = "RetriesExhausted"
EVENT_AGE_EXCEEDED: Final = "EventAgeExceeded"
ZERO_RESERVED_CONCURRENCY: Final = "ZeroReservedConcurrency"


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for the events of one alias or version. Destinations are ARNs, '' for none."""

    retries: int = 2
    age_seconds: float = 21600
    on_success: str = ""
    on_failure: str = ""
    dead_letters: str = ""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long it is from one try to the next: `base_seconds`, doubled each time, up to the most.

    On AWS a minute and two after an error, and from a second to five minutes while it is throttled.
    """

    base_seconds: float
    most_seconds: float

    def seconds(self, number: int) -> float:
        """The wait after try `number`, counted from 1."""
        # a call that is throttled for hours is tried more often than a float has exponents
        doubled = self.base_seconds * 2.0 ** min(number - 1, 64)
        return min(doubled, self.most_seconds)


@dataclass(frozen=True, slots=True)
class Ended:
    """Why no further try is made, the number of calls, and the last answer if there was any."""

    condition: str
    calls: int
    answer: Record | None

    @property
    def failed(self) -> bool:
        """Whether the event was given up."""
        return self.condition != SUCCESS


@dataclass(frozen=True, slots=True)
class Clock:
    """Time, as an argument. `now` in seconds from any moment on."""

    now: Callable[[], float]
    sleep: Callable[[float], None]


def rules_of(function: Record, qualifier: str, config: Record) -> Rules:
    """What is configured for a qualifier of a function, '' being `$LATEST`.

    Each alias and each version has a configuration of its own, or the default; none is inherited.
    Dead letters belong to the version: `config`. Source: Lambda API PutFunctionEventInvokeConfig.
    """
    known = function.get("event_invoke_configs") or {}
    if qualifier in ("", LATEST):
        found = known.get(LATEST) or known.get("") or function.get("event_invoke_config") or {}
    else:
        found = known.get(qualifier) or {}
    retries, age = found.get("MaximumRetryAttempts"), found.get("MaximumEventAgeInSeconds")
    return Rules(
        retries=2 if retries is None else int(retries),
        age_seconds=21600 if age is None else float(age),
        on_success=_destination(found, "OnSuccess"),
        on_failure=_destination(found, "OnFailure"),
        dead_letters=(config.get("DeadLetterConfig") or {}).get("TargetArn") or "",
    )


def _destination(config: Record, kind: str) -> str:
    found = (config.get("DestinationConfig") or {}).get(kind) or {}
    return str(found.get("Destination") or "")


def tried(
    call: Callable[[], Record],
    is_closed: Callable[[], bool],
    rules: Rules,
    pace: Pace,
    clock: Clock,
) -> Ended:
    """The call has been made until it succeeded, or its retries or its time were used up.

    A throttled call has not reached the function and costs no retry. While `is_closed`, the
    function's reserved concurrency being 0, nothing is tried.
    """
    began, throttled, failed = clock.now(), 0, 0
    last: Record | None = None
    while not is_closed():
        answer = call()
        if not answer.get("error"):
            return Ended(SUCCESS, failed + 1, answer)
        if answer.get("throttle"):
            throttled += 1
        else:
            failed, throttled, last = failed + 1, 0, answer
            if failed > rules.retries:
                return Ended(RETRIES_EXHAUSTED, failed, last)
        wait = pace.seconds(throttled or failed)
        if clock.now() - began + wait > rules.age_seconds:
            return Ended(EVENT_AGE_EXCEEDED, failed, last)
        clock.sleep(wait)
    return Ended(ZERO_RESERVED_CONCURRENCY, failed, last)
