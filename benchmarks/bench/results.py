"""What was measured, as values that can be written to a file and read again. Pure."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Series:
    """All figures of one contender in one case, by metric.

    Metrics: `seconds` and `cpu_seconds`, `peak_bytes` (largest process), `bytes` (of archives).
    """

    name: str
    values: Mapping[str, Sequence[float]]

    def median(self, metric: str) -> float | None:
        """Return the median of a metric; nothing when it was not measured."""
        found = self.values.get(metric)
        return statistics.median(found) if found else None

    def spread(self, metric: str) -> tuple[float, float]:
        """Return the least and the greatest figure."""
        return min(self.values[metric]), max(self.values[metric])


@dataclass(frozen=True, slots=True)
class Case:
    """One situation, and what each contender took in it."""

    key: str
    title: str
    series: tuple[Series, ...] = ()
    notes: tuple[str, ...] = ()

    def named(self, name: str) -> Series | None:
        """Return a contender's figures, if it ran."""
        return next((each for each in self.series if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Results:
    """Everything one go of the benchmark found, and on what machine."""

    date: str
    machine: Mapping[str, str]
    versions: Mapping[str, str]
    runs: int
    cases: tuple[Case, ...] = ()
    skipped: tuple[str, ...] = field(default_factory=tuple)
    """What could not run, each with its reason."""

    def case(self, key: str) -> Case | None:
        """Return a case, if it was among the chosen."""
        return next((each for each in self.cases if each.key == key), None)


def to_json(results: Results) -> str:
    """Return the results as a JSON document."""
    return json.dumps(asdict(results), indent=2, ensure_ascii=False) + "\n"


def from_json(text: str) -> Results:
    """Read what `to_json` wrote."""
    found: dict[str, Any] = json.loads(text)
    cases = tuple(
        Case(
            each["key"],
            each["title"],
            tuple(Series(one["name"], one["values"]) for one in each["series"]),
            tuple(each["notes"]),
        )
        for each in found["cases"]
    )
    return Results(
        found["date"],
        found["machine"],
        found["versions"],
        found["runs"],
        cases,
        tuple(found["skipped"]),
    )


def functions_text(count: int) -> str:
    """Return '1 function', '1,000 functions'."""
    return f"{count:,} function" if count == 1 else f"{count:,} functions"


def ratio(theirs: float, ours: float) -> float:
    """Return how many times less ours is; above 1 is better."""
    return theirs / ours if ours else math.inf


@dataclass(frozen=True, slots=True)
class Line:
    """y = base + slope * x, by least squares."""

    base: float
    slope: float

    def at(self, x: float) -> float:
        """Return y."""
        return self.base + self.slope * x


def fitted(points: Sequence[tuple[float, float]]) -> Line:
    """Return the line through the points that is nearest to them, each weighed by 1/y.

    Relative distances count, so that the largest point does not decide alone. Needs two points
    with different x.
    """
    weights = [1 / (y * y) for _, y in points]
    total = sum(weights)
    mean_x = sum(w * x for w, (x, _) in zip(weights, points, strict=True)) / total
    mean_y = sum(w * y for w, (_, y) in zip(weights, points, strict=True)) / total
    over = sum(w * (x - mean_x) * (y - mean_y) for w, (x, y) in zip(weights, points, strict=True))
    under = sum(w * (x - mean_x) ** 2 for w, (x, _) in zip(weights, points, strict=True))
    slope = over / under
    return Line(mean_y - slope * mean_x, slope)
