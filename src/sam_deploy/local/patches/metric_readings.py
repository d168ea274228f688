"""A metric is read as CloudWatch reads it: by its exact dimensions, whole minutes, newest first.

Fault: MiniStack 1.5.33 adds up all metrics of a name when it is asked for the one without
dimensions, leaves out what came in the same minute before `StartTime`, and answers GetMetricData
with the oldest value first.
Seam: `cloudwatch._dims_from_list`, `_get_metric_data`, `_get_metric_statistics` and the encoders.
Source: CloudWatch API, GetMetricData (`ScanBy`, `StartTime`) and GetMetricStatistics.
"""

from __future__ import annotations

import importlib
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Record: TypeAlias = dict[str, Any]

MINUTE: Final = 60
_newest_first: ContextVar[bool] = ContextVar("newest_first", default=False)


class Dimensions(dict[str, str]):
    """The dimensions of a query. None at all is a query, too: for the metric that has none."""

    def __bool__(self) -> bool:
        return True


def turned(data: Record) -> Record:
    """The answer with the newest value of each result first."""
    results = [
        {**each, "Timestamps": each["Timestamps"][::-1], "Values": each["Values"][::-1]}
        for each in data["MetricDataResults"]
    ]
    return {**data, "MetricDataResults": results}


def apply() -> None:
    """Read metrics so. The old query protocol, which no current SDK speaks, stays as it is."""
    cloudwatch: Any = importlib.import_module("ministack.services.cloudwatch")
    from_list = cloudwatch._dims_from_list  # noqa: SLF001
    get_data = cloudwatch._get_metric_data  # noqa: SLF001
    get_statistics = cloudwatch._get_metric_statistics  # noqa: SLF001

    def whole_minutes(asked: Record) -> Record:
        start = cloudwatch._parse_ts(asked.get("StartTime"))  # noqa: SLF001
        return asked if start is None else {**asked, "StartTime": start // MINUTE * MINUTE}

    def get_data_ordered(params: Record, asked: Record, *protocol: bool) -> object:
        token = _newest_first.set(asked.get("ScanBy") != "TimestampAscending")
        try:
            return get_data(params, whole_minutes(asked), *protocol)
        finally:
            _newest_first.reset(token)

    def get_statistics_whole(params: Record, asked: Record, *protocol: bool) -> object:
        return get_statistics(params, whole_minutes(asked), *protocol)

    cloudwatch._dims_from_list = lambda given: Dimensions(from_list(given))  # noqa: SLF001
    cloudwatch._get_metric_data = get_data_ordered  # noqa: SLF001
    cloudwatch._get_metric_statistics = get_statistics_whole  # noqa: SLF001
    cloudwatch._cbor_ok = _ordered(cloudwatch._cbor_ok)  # noqa: SLF001
    cloudwatch._json_ok = _ordered(cloudwatch._json_ok)  # noqa: SLF001


def _ordered(encode: Callable[[Record], object]) -> Callable[[Record], object]:
    def encode_ordered(data: Record) -> object:
        turn = _newest_first.get() and "MetricDataResults" in data
        return encode(turned(data) if turn else data)

    return encode_ordered
