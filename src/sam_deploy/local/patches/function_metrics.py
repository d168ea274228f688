"""Every call of a function is counted in CloudWatch, under the dimensions that AWS writes.

Fault: MiniStack 1.5.33 counts direct calls alone, by `FunctionName` alone, and counts a throttled
call as an invocation. Calls by events and by its own gateway are not counted, so that neither an
alias nor the two versions of a weighted alias can be watched.
Seam: `lambda_svc._execute_function_dispatch`, which runs each call in its function's account and
region, with the drawn version and the invoked ARN; `_acquire_execution_slot` for throttled calls.
Source: Lambda developer guide, "Types of metrics for Lambda functions".
"""

from __future__ import annotations

import importlib
import threading
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Record: TypeAlias = dict[str, Any]
Measured: TypeAlias = tuple[tuple[str, float, str], ...]
"""Metrics of one call: name, value, unit."""

NAMESPACE: Final = "AWS/Lambda"
MINUTE: Final = 60
KEPT_SECONDS: Final = 14 * 24 * 3600
_LOOKED_BACK: Final = 4

_lock = threading.Lock()
# How long the worker of the call that this thread runs took to start: no part of the duration.
_starting = threading.local()


@lru_cache(maxsize=1024)
def dimension_sets(arn: str, name: str, version: str) -> tuple[dict[str, str], ...]:
    """The dimensions under which a call is counted. `arn` is the invoked one.

    None (all functions), the function, the alias or version that was invoked, and for an alias
    the version that ran.
    """
    parts = arn.split(":")
    qualifier = parts[7] if len(parts) == 8 else "$LATEST"  # noqa: PLR2004 - of a qualified ARN
    resource = name if qualifier == "$LATEST" else f"{name}:{qualifier}"
    function = {"FunctionName": name}
    sets: list[dict[str, str]] = [{}, function, {**function, "Resource": resource}]
    if resource != name and not qualifier.isdigit():
        sets.append({**function, "Resource": resource, "ExecutedVersion": version})
    return tuple(sets)


def measured(outcome: Record | None, milliseconds: float) -> Measured:
    """What a call counts for. `outcome` is None where the emulator itself failed."""
    if outcome is not None and outcome.get("throttle"):
        return (("Throttles", 1.0, "Count"),)
    failed = outcome is None or bool(outcome.get("error"))
    return (
        ("Invocations", 1.0, "Count"),
        ("Errors", float(failed), "Count"),
        ("Throttles", 0.0, "Count"),
        ("Duration", round(milliseconds, 2), "Milliseconds"),
    )


def add(points: list[Record], minute: float, value: float, unit: str, dims: Record) -> None:
    """The value is among the points of its minute, each value once with its count.

    CloudWatch keeps AWS/Lambda by the minute, too.
    """
    for point in reversed(points[-_LOOKED_BACK:]):
        if point["Timestamp"] == minute and point["Value"] == value:
            point["Count"] += 1.0
            return
    points.append(
        {"Timestamp": minute, "Value": value, "Count": 1.0, "Unit": unit, "Dimensions": dims}
    )


def apply() -> None:
    """Count each call once, when it has ended, at the minute in which it began."""
    lambda_svc: Any = importlib.import_module("ministack.services.lambda_svc")
    cloudwatch: Any = importlib.import_module("ministack.services.cloudwatch")
    runtime: Any = importlib.import_module("ministack.core.lambda_runtime")
    acquire = lambda_svc._acquire_execution_slot  # noqa: SLF001

    def acquire_counted(function: Record, config: Record) -> tuple[str | None, str | None]:
        slot, limit = acquire(function, config)
        if slot is None:
            _count(cloudwatch, config, time.time(), measured({"throttle": True}, 0.0))
        return slot, limit

    lambda_svc._acquire_execution_slot = acquire_counted  # noqa: SLF001
    lambda_svc._execute_function_dispatch = _counted(  # noqa: SLF001
        cloudwatch,
        lambda_svc._execute_function_dispatch,  # noqa: SLF001
    )
    lambda_svc._emit_lambda_metrics = lambda *_args, **_values: None  # noqa: SLF001
    cloudwatch._evict_old_metrics = _Eviction(cloudwatch)  # noqa: SLF001
    for worker in (runtime.Worker, runtime.ProvidedWorker):
        _time_the_start(worker)


def _counted(
    cloudwatch: Any,  # noqa: ANN401 - the emulator's module
    dispatch: Callable[..., Record],
) -> Callable[..., Record]:
    def dispatch_counted(
        function: Record, config: Record, event: object, request_id: str, started: float
    ) -> Record:
        _starting.seconds = 0.0
        clock, outcome = time.perf_counter(), None
        try:
            outcome = dispatch(function, config, event, request_id, started)
        finally:
            seconds = time.perf_counter() - clock - _starting.seconds
            if outcome is not None and "milliseconds" in outcome:
                # Our own workers have measured it, without the start.
                seconds = outcome["milliseconds"] / 1000
            # A call that is cut off has lasted its timeout, and no more.
            limited = min(seconds, float(config.get("Timeout") or 3))
            _count(cloudwatch, config, started, measured(outcome, limited * 1000))
        return outcome

    return dispatch_counted


def _count(
    cloudwatch: Any,  # noqa: ANN401 - the emulator's module
    config: Record,
    began: float,
    values: Measured,
) -> None:
    version = config.get("Version", "$LATEST")
    sets = dimension_sets(config.get("FunctionArn", ""), config.get("FunctionName", ""), version)
    _record(cloudwatch, sets, began // MINUTE * MINUTE, values)


def _record(
    cloudwatch: Any,  # noqa: ANN401 - the emulator's module
    sets: Sequence[dict[str, str]],
    minute: float,
    values: Measured,
) -> None:
    with _lock:
        for dimensions in sets:
            key = cloudwatch._dims_key(dimensions)  # noqa: SLF001
            for name, value, unit in values:
                bucket = cloudwatch._metric_bucket((NAMESPACE, name, key))  # noqa: SLF001
                add(bucket, minute, value, unit, dimensions)


def _time_the_start(worker: Any) -> None:  # noqa: ANN401 - the emulator's class
    spawn = worker._spawn  # noqa: SLF001

    def spawn_timed(self: object, *args: object, **values: object) -> None:
        clock = time.perf_counter()
        try:
            spawn(self, *args, **values)
        finally:
            _starting.seconds = time.perf_counter() - clock

    worker._spawn = spawn_timed  # noqa: SLF001


class _Eviction:
    """Points of two weeks ago go, once a minute, and without losing any that come meanwhile.

    The emulator makes all lists anew with each request to CloudWatch; a call that ends in the same
    moment would be counted in a list that is no longer there.
    """

    def __init__(self, cloudwatch: Any) -> None:  # noqa: ANN401 - the emulator's module
        self._metrics, self._next = cloudwatch._metrics, 0.0  # noqa: SLF001

    def __call__(self) -> None:
        now = time.time()
        if now < self._next:
            return
        self._next = now + MINUTE
        with _lock:
            for key, points in list(self._metrics._data.items()):  # noqa: SLF001
                kept = [point for point in points if point["Timestamp"] >= now - KEPT_SECONDS]
                if not kept:
                    self._metrics._data.pop(key, None)  # noqa: SLF001
                elif len(kept) < len(points):
                    points[:] = kept
