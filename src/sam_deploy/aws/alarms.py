"""CloudWatch in one region: the states of alarms, and sums of metrics. Source: CloudWatch API.

Whoever watches asks again in a few seconds: the SDK makes each call once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from sam_deploy.aws.errors import calling
from sam_deploy.aws.session import Aws

NAMES_MAX: Final = 100
"""Alarms that one call may name. Source: DescribeAlarms, `AlarmNames`."""
QUERIES_MAX: Final = 500
"""Metrics that one call may ask for. Source: GetMetricData, `MetricDataQueries`."""
MINUTE: Final = 60
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class AlarmState:
    """An alarm: `state` is OK, ALARM or INSUFFICIENT_DATA, `since` when it became so (ISO 8601)."""

    name: str
    state: str
    since: str = ""
    reason: str = ""
    """In CloudWatch's words."""
    namespace: str = ""
    """Of its metric, such as AWS/Lambda."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric, by its name and exactly these dimensions."""

    namespace: str
    name: str
    dimensions: Mapping[str, str] = field(default_factory=dict)
    statistic: str = "Sum"
    """What becomes of the values of a minute: Sum, Average, p50, ... (GetMetricData, `Stat`)."""


class Alarms:
    """CloudWatch's alarms and metrics in one region."""

    def __init__(self, aws: Aws, region: str) -> None:
        self.region = region
        self._client = aws.client("cloudwatch", region, retries=False)

    def states(self, names: Sequence[str]) -> tuple[AlarmState, ...]:
        """Return the alarms of these names that exist (DescribeAlarms)."""
        found: list[AlarmState] = []
        for some in _parts(names, NAMES_MAX):
            with calling("cloudwatch:DescribeAlarms", self.region):
                answer = self._client.describe_alarms(
                    AlarmNames=list(some), AlarmTypes=["MetricAlarm"], MaxRecords=NAMES_MAX
                )
            found += [_alarm(each) for each in answer.get("MetricAlarms", ())]
        return tuple(found)

    def sums(
        self, metrics: Sequence[Metric], start: float, end: float
    ) -> tuple[tuple[tuple[float, float], ...], ...]:
        """Return each metric by the minute, as (Unix seconds, its statistic), oldest first.

        From the minute in which `start` lies up to `end`, both Unix seconds (GetMetricData).
        """
        return tuple(
            points
            for some in _parts(metrics, QUERIES_MAX)
            for points in self._sums(some, start, end)
        )

    def _sums(
        self, metrics: Sequence[Metric], start: float, end: float
    ) -> list[tuple[tuple[float, float], ...]]:
        found: dict[str, list[tuple[float, float]]] = {f"m{n}": [] for n in range(len(metrics))}
        more: dict[str, str] = {}
        while True:
            with calling("cloudwatch:GetMetricData", self.region):
                answer = self._client.get_metric_data(
                    MetricDataQueries=[
                        _query(f"m{number}", each) for number, each in enumerate(metrics)
                    ],
                    StartTime=datetime.fromtimestamp(start // MINUTE * MINUTE, UTC),
                    EndTime=datetime.fromtimestamp(end, UTC),
                    ScanBy="TimestampAscending",
                    **more,
                )
            for each in answer.get("MetricDataResults", ()):
                times = (moment.timestamp() for moment in each["Timestamps"])
                found[each["Id"]] += zip(times, map(float, each["Values"]), strict=True)
            if not answer.get("NextToken"):
                return [tuple(sorted(points)) for points in found.values()]
            more = {"NextToken": answer["NextToken"]}


def _alarm(answer: Any) -> AlarmState:  # noqa: ANN401 - the SDK has no types
    # when the state was last written would also move with a new reason
    since = answer.get("StateTransitionedTimestamp") or answer.get("StateUpdatedTimestamp")
    return AlarmState(
        name=answer["AlarmName"],
        state=answer["StateValue"],
        since=f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if since else "",
        reason=answer.get("StateReason") or "",
        namespace=answer.get("Namespace") or "",
    )


def _query(identity: str, metric: Metric) -> dict[str, Any]:
    named = [{"Name": name, "Value": value} for name, value in metric.dimensions.items()]
    wanted = {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": named}
    return {
        "Id": identity,
        "MetricStat": {"Metric": wanted, "Period": MINUTE, "Stat": metric.statistic},
        "ReturnData": True,
    }


def _parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    yield from (items[first : first + size] for first in range(0, len(items), size))
