"""Looks at the alarms of an environment, and at the calls of its new versions, in all regions."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Final

from sam_deploy.aws import Alarms, Aws, Metric
from sam_deploy.errors import SamDeployError
from sam_deploy.promotion.model import Flip, Key
from sam_deploy.promotion.shifting.judge import MISSING, Counted, Seen, Watched

AT_ONCE: Final = 16
METRICS: Final = ("Invocations", "Errors")
Counts = Mapping[Key, Counted]


@dataclass(slots=True)
class Watcher:
    """Looks at CloudWatch. What was counted in the step's first minute before it is left out."""

    aws: Aws
    alarms: Mapping[str, Sequence[str]]
    """Region -> names."""
    flips: Sequence[Flip]
    now: Callable[[], float] = time.time
    _since: float = 0.0
    _before: dict[Key, Counted] = field(default_factory=dict)

    def begin(self, since: float) -> None:
        """What is counted from here on belongs to a step that began at `since` (Unix seconds)."""
        self._since, self._before = since, {}
        self.look()

    def look(self) -> Seen:
        """Return what there is to see. Regions that do not answer are told, never raised."""
        seen = self._look()
        since = {key: self._since_begun(key, each) for key, each in seen.counts.items()}
        return replace(seen, counts=since)

    def all_since(self, since: float) -> Seen:
        """Return what there is to see, with all calls since the minute of `since`."""
        self._since = since
        return self._look()

    def _look(self) -> Seen:
        regions = tuple(dict.fromkeys((*self.alarms, *(each.region for each in self.flips))))
        if not regions:
            return Seen()
        with ThreadPoolExecutor(min(AT_ONCE, len(regions))) as pool:
            found = list(pool.map(self._region, regions))
        return Seen(
            alarms=tuple(alarm for one in found for alarm in one.alarms),
            counts={key: each for one in found for key, each in one.counts.items()},
            unread={region: why for one in found for region, why in one.unread.items()},
        )

    def _since_begun(self, key: Key, counted: Counted) -> Counted:
        """Return what came since the step began: its first look shows what was there before."""
        before = self._before.setdefault(key, counted)
        return Counted(max(0, counted.calls - before.calls), max(0, counted.errors - before.errors))

    def _region(self, region: str) -> Seen:
        gateway = Alarms(self.aws, region)
        try:
            names = self.alarms.get(region, ())
            states = {each.name: each for each in gateway.states(names)} if names else {}
            alarms = tuple(
                Watched(region, name, each.state, each.since, each.reason, each.namespace)
                if (each := states.get(name))
                else Watched(region, name, MISSING)
                for name in names
            )
            return Seen(alarms, self._counts(region, gateway))
        except SamDeployError as error:
            return Seen(unread={region: str(error)})

    def _counts(self, region: str, gateway: Alarms) -> Counts:
        flips = [each for each in self.flips if each.region == region]
        if not flips or not self._since:
            return {}
        metrics = [metric_of(flip, name) for flip in flips for name in METRICS]
        sums = iter(gateway.sums(metrics, self._since, self.now()))
        totals = [int(sum(value for _, value in points)) for points in sums]
        return {
            flip.key: Counted(calls, errors)
            for flip, calls, errors in zip(flips, totals[::2], totals[1::2], strict=True)
        }


def metric_of(flip: Flip, name: str) -> Metric:
    """Return a metric of the new version's calls by way of its alias.

    Source: Lambda developer guide, "Types of metrics for Lambda functions".
    """
    dimensions = {
        "FunctionName": flip.function,
        "Resource": f"{flip.function}:{flip.alias}",
        "ExecutedVersion": flip.after.number,
    }
    return Metric("AWS/Lambda", name, dimensions)
