"""CloudWatch Logs: events and Insights queries. Source of every call: CloudWatch Logs API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sam_deploy.aws.errors import AwsCallError, calling
from sam_deploy.aws.session import Aws

NOT_FOUND: Final = "ResourceNotFoundException"
THROTTLED: Final = frozenset(
    {
        "LimitExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailableException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
QUERY_GROUPS_MAX: Final = 50
"""Log groups that one query may name. Source: StartQuery, `logGroupNames`."""


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One event of a log stream. `timestamp_ms` counts from 1970 in UTC."""

    stream: str
    timestamp_ms: int
    message: str
    event_id: str = ""
    """Unique on AWS; empty where the cloud gives none."""


@dataclass(frozen=True, slots=True)
class Page:
    """Events, and the token of the page after them; a page may be empty although more follow."""

    events: tuple[LogEvent, ...] = ()
    token: str = ""
    there: bool = True
    """Whether the log group exists: it is made with a stack, or by the first call."""


@dataclass(frozen=True, slots=True)
class QueryState:
    """An Insights query as it stands: its status, and rows of (field, value)."""

    status: str
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()

    @property
    def running(self) -> bool:
        """Whether waiting longer may bring more."""
        return self.status in {"Scheduled", "Running", "Unknown"}


class Logs:
    """CloudWatch Logs in one region."""

    def __init__(self, aws: Aws, region: str) -> None:
        self.region = region
        self._client = aws.client("logs", region)

    def page(
        self,
        group: str,
        start_ms: int,
        end_ms: int | None = None,
        *,
        pattern: str = "",
        token: str = "",
    ) -> Page:
        """Return one page of a log group's events, with both ends of the range included.

        Nothing when there is no such group. Source: FilterLogEvents.
        """
        arguments: dict[str, Any] = {"logGroupName": group, "startTime": start_ms}
        if end_ms is not None:
            arguments["endTime"] = end_ms
        if pattern:
            arguments["filterPattern"] = pattern
        if token:
            arguments["nextToken"] = token
        try:
            with calling("logs:FilterLogEvents", self.region):
                answer = self._client.filter_log_events(**arguments)
        except AwsCallError as error:
            if error.code == NOT_FOUND:
                return Page(there=False)
            raise
        events = tuple(_event(each) for each in answer.get("events", ()))
        return Page(events, answer.get("nextToken", ""))

    def exists(self, group: str) -> bool:
        """Whether there is a log group of that name. Source: DescribeLogGroups."""
        with calling("logs:DescribeLogGroups", self.region):
            answer = self._client.describe_log_groups(logGroupNamePrefix=group)
        # the shortest name with a prefix comes first
        return any(each["logGroupName"] == group for each in answer["logGroups"])

    def start_query(self, groups: Sequence[str], query: str, start_s: int, end_s: int) -> str:
        """Start an Insights query over log groups, at most 50, and return its id (StartQuery).

        Raises `AwsCallError` with NOT_FOUND when one of the groups does not exist.
        """
        with calling("logs:StartQuery", self.region):
            answer = self._client.start_query(
                logGroupNames=list(groups), queryString=query, startTime=start_s, endTime=end_s
            )
        return str(answer["queryId"])

    def query_state(self, query_id: str) -> QueryState:
        """Return a query with all its rows so far, page by page. Source: GetQueryResults."""
        rows: list[tuple[tuple[str, str], ...]] = []
        token: dict[str, str] = {}
        while True:
            with calling("logs:GetQueryResults", self.region):
                answer = self._client.get_query_results(queryId=query_id, **token)
            rows += [_row(each) for each in answer.get("results", ())]
            if not answer.get("nextToken"):
                return QueryState(answer["status"], tuple(rows))
            token = {"nextToken": answer["nextToken"]}

    def stop_query(self, query_id: str) -> None:
        """The query is ended: what it scans is paid for. Source: StopQuery."""
        with calling("logs:StopQuery", self.region):
            self._client.stop_query(queryId=query_id)


def _event(answer: Any) -> LogEvent:  # noqa: ANN401 - the SDK has no types
    return LogEvent(
        stream=answer.get("logStreamName", ""),
        timestamp_ms=int(answer["timestamp"]),
        message=answer.get("message", ""),
        event_id=answer.get("eventId", ""),
    )


def _row(answer: Any) -> tuple[tuple[str, str], ...]:  # noqa: ANN401 - the SDK has no types
    return tuple((each["field"], each.get("value", "")) for each in answer)
