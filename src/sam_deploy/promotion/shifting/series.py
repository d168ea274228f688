"""What a shift has looked like, minute by minute: calls, errors and durations, old and new.

For people who watch, not for the judge: what cannot be read is left out. CloudWatch bills each
metric that is asked for; `metrics_of` says how many that are.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from sam_deploy.aws import Alarms, Aws, Metric
from sam_deploy.errors import SamDeployError
from sam_deploy.promotion.model import Flip
from sam_deploy.promotion.shifting.watcher import AT_ONCE, metric_of

Side: TypeAlias = Literal["old", "new"]
STATISTICS: Final = (("Invocations", "Sum"), ("Errors", "Sum"), ("Duration", "p50"))
Points: TypeAlias = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A minute of one region and side, all functions that move together."""

    time: float
    """When the minute begins, Unix seconds."""
    region: str
    version: str
    """The number, where all of them have the same one; else `old` or `new`."""
    side: Side
    invocations: int
    errors: int
    duration_p50_ms: float | None
    """Of several functions: the mean of theirs, by how often each was called."""


def metrics_of(flips: Sequence[Flip]) -> int:
    """Return how many metrics one reading asks for."""
    return len(flips) * 2 * len(STATISTICS)


def read(
    aws: Aws, flips: Sequence[Flip], since: float, now: Callable[[], float] = time.time
) -> tuple[Point, ...]:
    """Return what is known since then, oldest first; regions that do not answer are left out."""
    regions = tuple(dict.fromkeys(each.region for each in flips))
    if not regions:
        return ()

    def one(region: str) -> list[Point]:
        here = [each for each in flips if each.region == region]
        try:
            return list(_region(Alarms(aws, region), region, here, (since, now())))
        except SamDeployError:
            return []

    with ThreadPoolExecutor(min(AT_ONCE, len(regions))) as pool:
        found = [point for points in pool.map(one, regions) for point in points]
    return tuple(sorted(found, key=lambda each: (each.time, each.region, each.side)))


def _region(
    gateway: Alarms, region: str, flips: Sequence[Flip], span: tuple[float, float]
) -> Iterator[Point]:
    return told(region, flips, gateway.sums(asked(flips), *span))


def _sides(flips: Sequence[Flip]) -> Iterator[tuple[Side, Flip, str]]:
    """Yield what is measured: a version of a function. A new function has no old one."""
    for flip in flips:
        if flip.before.number:
            yield "old", flip, flip.before.number
        yield "new", flip, flip.after.number


def asked(flips: Sequence[Flip]) -> list[Metric]:
    """Return the metrics of a region's functions, three for each of their versions. Pure."""
    return [
        _metric(flip, number, *each) for _, flip, number in _sides(flips) for each in STATISTICS
    ]


def told(region: str, flips: Sequence[Flip], answers: Sequence[Points]) -> Iterator[Point]:
    """Yield the points that the answers to `asked` mean. Pure."""
    series = iter(answers)
    minutes: dict[Side, dict[float, _Minute]] = {"old": {}, "new": {}}
    numbers: dict[Side, set[str]] = defaultdict(set)
    for side, _, number in _sides(flips):
        numbers[side].add(number)
        _add(minutes[side], next(series), next(series), next(series))
    for side, found in minutes.items():
        version = next(iter(numbers[side])) if len(numbers[side]) == 1 else side
        for moment, minute in found.items():
            yield Point(moment, region, version, side, minute.calls, minute.errors, minute.duration)


def _metric(flip: Flip, number: str, name: str, statistic: str) -> Metric:
    usual = metric_of(flip, name)
    dimensions = {**usual.dimensions, "ExecutedVersion": number}
    return Metric(usual.namespace, name, dimensions, statistic)


@dataclass(slots=True)
class _Minute:
    calls: int = 0
    errors: int = 0
    weighted: float = 0.0
    timed: int = 0

    @property
    def duration(self) -> float | None:
        return round(self.weighted / self.timed, 2) if self.timed else None


def _add(minutes: dict[float, _Minute], calls: Points, errors: Points, durations: Points) -> None:
    """A function's figures are among those of its side."""
    counted = dict(calls)
    for moment, value in calls:
        minutes.setdefault(moment, _Minute()).calls += int(value)
    for moment, value in errors:
        minutes.setdefault(moment, _Minute()).errors += int(value)
    for moment, value in durations:
        minute, weight = minutes.setdefault(moment, _Minute()), int(counted.get(moment, 1)) or 1
        minute.weighted += value * weight
        minute.timed += weight
