"""The canary under way, and those of the last hour: steps, alarms, and figures by the minute.

On AWS figures come once a minute, and are read once a minute: CloudWatch bills each metric.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sam_deploy.cli.ui.ground import Ground
from sam_deploy.promotion import book as books
from sam_deploy.promotion.shifting import series, standing
from sam_deploy.promotion.shifting.judge import MISSING
from sam_deploy.promotion.shifting.standing import Standing, seconds_of
from sam_deploy.ui.ports import Json

if TYPE_CHECKING:
    from sam_deploy.aws import Aws

SHOWN_SECONDS: Final = 3600.0
LEAD_SECONDS: Final = 300.0
"""Figures begin so long before the shift does."""
LONGEST_SECONDS: Final = 3 * 3600.0
EMBEDDED_SERIES_SECONDS: Final = 2.0
SERIES_SECONDS: Final = 60.0
WHOLE: Final = 100


@dataclass(slots=True)
class Shifts:
    """Reads shifts. For one thread at a time."""

    ground: Ground
    _ended: dict[str, tuple[float, Json]] = field(default_factory=dict)
    """Promotion -> when it ended, and what there was to see."""
    _series: tuple[str, float, tuple[series.Point, ...]] = ("", 0.0, ())

    def read(self) -> Json:
        """Return all shifts, the newest first."""
        app, place = self.ground.app(), self.ground.place()
        records = self.ground.records(app, place)
        found = standing.recent(records, app.name, SHOWN_SECONDS)
        if found is not None and (found.entry.is_open or found.entry.id not in self._ended):
            seen = self._seen(found, place.aws, embedded=place.cloud is not None)
            if found.entry.is_open:
                return {"shifts": [seen, *self._others(found.entry.id)]}
            self._ended[found.entry.id] = seconds_of(found.entry.updated), seen
        return {"shifts": self._others("")}

    def _others(self, but: str) -> list[Json]:
        now = time.time()
        self._ended = {
            name: kept for name, kept in self._ended.items() if now - kept[0] <= SHOWN_SECONDS
        }
        ordered = sorted(self._ended.items(), key=lambda each: each[1][0], reverse=True)
        return [seen for name, (_, seen) in ordered if name != but]

    def _seen(self, found: Standing, aws: Aws, *, embedded: bool) -> Json:
        without = set(found.release.get(books.WITHOUT, "").split())
        regions = [each for each in found.plan.regions if each not in without]
        weight = _weight(found)
        alarms = _alarms(found, aws, regions)
        return {
            "promotion": found.entry.id,
            "environment": found.plan.environment,
            "command": found.entry.command,
            "state": state_of(found),
            "steps": steps_of(found),
            "step": found.step,
            "began": seconds_of(found.release.get(books.SINCE, "")) or None,
            "next": seconds_of(found.release.get(books.ENDS, "")) or None,
            "started": seconds_of(found.entry.started) or None,
            "regions": [
                {"region": each, "weight": weight, "alarms": alarms.get(each, [])}
                for each in regions
            ],
            "series": [_point(each) for each in self._points(found, aws, embedded=embedded)],
        }

    def _points(self, found: Standing, aws: Aws, *, embedded: bool) -> tuple[series.Point, ...]:
        """Return the figures, of which there are new ones once a minute on AWS."""
        promotion, at, points = self._series
        fresh = EMBEDDED_SERIES_SECONDS if embedded else SERIES_SECONDS
        now = time.monotonic()
        if promotion != found.entry.id or now - at >= fresh:
            since = max(
                seconds_of(found.entry.started) - LEAD_SECONDS, time.time() - LONGEST_SECONDS
            )
            points = series.read(aws, found.plan.moves, since)
            self._series = found.entry.id, now, points
        return points


def state_of(found: Standing) -> str:
    """Return shifting, unwatched, returning, finishing, committed or returned."""
    if not found.entry.is_open:
        return found.release.get("outcome", "returned")
    if found.returning:
        return "returning"
    if not found.watched:
        return "unwatched"
    return "shifting" if found.release.get(books.PHASE) == "shifting" else "finishing"


def steps_of(found: Standing) -> list[Json]:
    """Return the steps; the last one has all calls, and no end."""
    strategy = found.plan.strategy
    minutes = round(strategy.every_seconds / 60, 3)
    steps = [{"percent": round(each * WHOLE, 3), "minutes": minutes} for each in strategy.weights]
    return [*steps, {"percent": WHOLE, "minutes": 0}]


def _weight(found: Standing) -> float:
    """Return which part of the calls the new versions get, 0-1."""
    outcome = found.release.get("outcome")
    if outcome == "committed" or found.release.get(books.PHASE) == "committed":
        return 1.0
    return 0.0 if outcome == "returned" else float(found.release.get(books.WEIGHT, "0"))


def _alarms(found: Standing, aws: Aws, regions: Iterable[str]) -> dict[str, list[Json]]:
    from sam_deploy.promotion.shifting.watcher import Watcher  # noqa: PLC0415 - with its user

    wanted = {
        region: names
        for region, names in (found.plan.strategy.alarms or {}).items()
        if region in set(regions)
    }
    seen = Watcher(aws, wanted, ()).look()
    told: dict[str, list[Json]] = {
        region: [{"name": each, "state": MISSING} for each in wanted.get(region, ())]
        for region in seen.unread
    }
    for each in seen.alarms:
        told.setdefault(each.region, []).append({"name": each.name, "state": each.state})
    return told


def _point(point: series.Point) -> Json:
    return {
        "time": point.time,
        "region": point.region,
        "version": point.version,
        "side": point.side,
        "invocations": point.invocations,
        "errors": point.errors,
        "duration_p50_ms": point.duration_p50_ms,
    }
