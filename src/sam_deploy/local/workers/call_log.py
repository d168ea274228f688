"""Writes the log of a call to the emulator's CloudWatch Logs, where Lambda would write it.

A worker has one stream, as an execution environment has on Lambda.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeAlias

from sam_deploy.local.workers import report

if TYPE_CHECKING:
    from sam_deploy.local.workers.model import Function, Outcome

Record: TypeAlias = dict[str, Any]


class CallLog:
    """The log groups of the emulator. `logs` is its module `cloudwatch_logs`."""

    def __init__(self, logs: Any) -> None:  # noqa: ANN401
        self._logs = logs

    def write(self, function: Function, request_id: str, outcome: Outcome) -> list[str]:
        """The call's log is in CloudWatch; what it says, by line, as LogType Tail has it."""
        now = int(time.time() * 1000)
        begun = outcome.log[0].timestamp if outcome.log else now
        started = [(event.timestamp, event.message) for event in outcome.start_log]
        start = (begun, report.start_line(function, request_id))
        end = [(now, line) for line in report.end_lines(function, request_id, outcome)]
        said = [(event.timestamp, event.message) for event in outcome.log]
        lines = [*started, start, *said, *end]
        entries = [
            {"timestamp": stamp, "message": message, "ingestionTime": now}
            for stamp, message in lines
        ]
        stream = self._stream(function.log_group, outcome.log_stream, lines[0][0])
        self._logs._append_log_events(stream, entries)  # noqa: SLF001
        told = [{"timestamp": stamp, "message": message} for stamp, message in lines]
        self._logs._fanout_to_subscription_filters(  # noqa: SLF001
            function.log_group, outcome.log_stream, told
        )
        return [message for _, message in lines]

    def _stream(self, group: str, name: str, now: int) -> Record:
        groups = self._logs._log_groups  # noqa: SLF001
        if group not in groups:
            groups[group] = {
                "arn": self._logs._make_group_arn(group),  # noqa: SLF001
                "creationTime": now,
                "retentionInDays": None,
                "tags": {},
                "subscriptionFilters": {},
                "streams": {},
            }
        streams: Record = groups[group]["streams"]
        empty = {"events": [], "uploadSequenceToken": "1", "creationTime": now}
        times = ("firstEventTimestamp", "lastEventTimestamp", "lastIngestionTime")
        found: Record = streams.setdefault(name, {**empty, **dict.fromkeys(times)})
        return found
